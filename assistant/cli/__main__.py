"""`python -m assistant.cli` does what `roadmap` does."""

import sys

from assistant.cli.app import main

sys.exit(main())
