"""How long `roadmap --help` takes against `python -c "import typer, rich.console"`, as a ratio.

    python evals/benchmarks/cli_start.py [ROUNDS]

Both run in turn, so that a busy machine slows both; the median of each is taken.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

HELP = (sys.executable, "-m", "assistant.cli", "--help")
YARDSTICK = (sys.executable, "-c", "import typer, rich.console")
LIMIT = 4.0  # the project's own bar for the ratio


def seconds(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
    return time.perf_counter() - started


def measure(rounds: int) -> dict[str, float]:
    """Median seconds of both commands and their ratio; one unmeasured round warms the file cache."""
    seconds(HELP), seconds(YARDSTICK)
    pairs = [(seconds(HELP), seconds(YARDSTICK)) for _ in range(rounds)]
    ours = statistics.median(pair[0] for pair in pairs)
    yardstick = statistics.median(pair[1] for pair in pairs)
    return {"help_s": ours, "yardstick_s": yardstick, "ratio": ours / yardstick, "limit": LIMIT}


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    print(json.dumps({name: round(value, 3) for name, value in measure(rounds).items()}))
