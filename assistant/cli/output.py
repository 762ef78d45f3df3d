"""Results go to stdout, everything else to stderr; a reader who hangs up ends the command quietly."""

import io
import json
import sys
from collections.abc import Mapping
from typing import Any

import typer

PIPE_CLOSED = 141  # what a shell reports for a command that a closed pipe stopped (128 + SIGPIPE)


def use_utf8() -> None:
    """Make both streams UTF-8 whatever the locale says, so that a bullet or an arrow never ends a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def emit(text: str) -> None:
    """One result on stdout, flushed, so that a reader of rows sees each as it is done."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise typer.Exit(PIPE_CLOSED) from error


def emit_json(row: Mapping[str, Any], indent: int | None = None) -> None:
    """One JSON value on stdout; on one line unless an indent is given."""
    emit(json.dumps(row, ensure_ascii=False, indent=indent))


def note(text: str) -> None:
    """One line for people on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
