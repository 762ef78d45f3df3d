"""Child processes that run a module of this package, so that a crash or a hang stays in them."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_PACKAGES = str(Path(__file__).resolve().parent.parent)


def start(module: str, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    """Start `python -m module`; it finds these packages wherever the parent was started."""
    paths = [_PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "ANONYMIZED_TELEMETRY": "False"}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, env=environment, **options)  # noqa: S603 our own module, no shell


def run(module: str, *arguments: str, timeout_s: float) -> str:
    """Run a module to its end; an empty string when it succeeded, else one phrase that says why not."""
    process = start(module, *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output = _Output(process)
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return f"it did not end within {timeout_s:.0f} seconds"
    finally:
        if process.poll() is None:  # late, or the parent was interrupted
            process.kill()
            process.wait()
        if process.stdin is not None:  # open until now: that is how the child knows that its parent lives
            process.stdin.close()
    if process.returncode == 0:
        return ""
    if process.returncode < 0:
        return f"it was ended by signal {-process.returncode}"
    return output.last_line() or f"it ended with code {process.returncode}"


def end_with_parent() -> None:
    """Called by a child: leave at once when the parent is gone, whatever killed it."""

    handle = sys.stdin.fileno()

    def watch() -> None:
        os.read(handle, 1)  # unbuffered: a buffer's lock held at exit would abort the interpreter
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


class _Output:
    """Drains a child's stdout and stderr, so that it never waits for a full pipe."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._lines: list[str] = []
        self._threads = [
            threading.Thread(target=self._drain, args=(p,)) for p in (process.stderr, process.stdout)
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def _drain(self, pipe: Any) -> None:
        with pipe:
            for line in pipe:
                text = line.decode(errors="replace").strip()
                if text:
                    self._lines = [*self._lines[-20:], text]

    def last_line(self) -> str:
        for thread in self._threads:
            thread.join(5)
        return self._lines[-1] if self._lines else ""
