"""The front door `roadmap`, a module a command; the only place that may import all three packages."""

from assistant.cli.app import main

__all__ = ["main"]
