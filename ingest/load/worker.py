"""The child process that does risky reading: `python -m ingest.load.worker`, driven by `ingest.load.reader`.

A request is a line of JSON (`task`, `bytes`) and that many bytes; the answer is a line of JSON. The task
is a format to load, "web page" (then the line also holds `form`, `charset`, `url` and `mdx`) or "structure":
clean a text and find its blocks, which may take hours for a file of nothing but brackets. An exception that
no loader expects ends the process, which the parent counts as a crash of that one file.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from assistant.documents import Block
from ingest.blocks import parse_blocks
from ingest.clean import clean
from ingest.load.detect import Format
from ingest.load.records import STRUCTURE, TOO_DEEP, TOO_LARGE, WEB_PAGE, Loaded, Reading, Skipped

_MEMORY_BYTES = 4 << 30  # address space; what needs more is a bomb


def _loader(form: Format) -> Callable[[bytes], Loaded | Skipped]:
    """The function for one format, imported when first needed: each library takes its time."""
    match form:
        case Format.HTML:
            from ingest.load.page import load_html

            return load_html
        case Format.PDF:
            from ingest.load.pdf import load_pdf

            return load_pdf
        case Format.RST:
            from ingest.load.rst import load_rst

            return load_rst
        case Format.NOTEBOOK:
            from ingest.load.notebook import load_notebook

            return load_notebook
        case _:
            raise ValueError(form)


def _answer(request: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    found: Loaded | Reading | Skipped
    try:
        if request["task"] == STRUCTURE:
            return _structure(data.decode("utf-8", errors="replace"))
        if request["task"] == WEB_PAGE:
            found = _web_page(request, data)
        else:
            found = _loader(Format(request["task"]))(data)
    except RecursionError:
        found = TOO_DEEP
    except MemoryError:
        found = TOO_LARGE
    return {"skipped": found.reason} if isinstance(found, Skipped) else found.as_dict()


def _web_page(request: Mapping[str, Any], data: bytes) -> Reading | Skipped:
    from ingest.load.web_page import read_web_page

    form = Format(request["form"])
    return read_web_page(data, form, request["charset"], request["url"], request["mdx"])


def _structure(text: str) -> dict[str, Any]:
    cleaned = clean(text)
    return {"text": cleaned, "blocks": TypeAdapter(tuple[Block, ...]).dump_python(parse_blocks(cleaned))}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the parent closes the pipe."""
    while header := requests.readline():
        request = json.loads(header)
        found = _answer(request, requests.read(request["bytes"]))
        answers.write(json.dumps(found, default=str).encode() + b"\n")
        answers.flush()


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    except (ImportError, ValueError, OSError):
        return  # not every system has such a limit; the time limit still holds


if __name__ == "__main__":
    _limit_memory()
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with answers
    serve(sys.stdin.buffer, channel)
