"""The parent's end of the reading process: one file at a time, killed when it takes too long."""

import json
import subprocess
import threading
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from assistant.documents import Block
from ingest.child import start
from ingest.load.detect import Format
from ingest.load.records import CRASHED, STRUCTURE, TOO_SLOW, WEB_PAGE, Loaded, Reading, Skipped

TIMEOUT_S = 60.0  # the largest honest files (a thousand pages of PDF) take half of that


class Reader:
    """Reads files in a child process, started on first use and replaced after a crash."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, form: Format, data: bytes) -> Loaded | Skipped:
        """What the format's loader found, or that it hung or crashed."""
        found = self._ask(form.value, data)
        return found if isinstance(found, Skipped) else Loaded(**found)

    def read_web_page(
        self, form: Format, data: bytes, charset: str, url: str, *, mdx: bool
    ) -> Reading | Skipped:
        """What a page holds, or that reading it hung or crashed."""
        found = self._ask(WEB_PAGE, data, {"form": form.value, "charset": charset, "url": url, "mdx": mdx})
        return found if isinstance(found, Skipped) else Reading(**found)

    def structure(self, text: str) -> tuple[str, tuple[Block, ...]] | Skipped:
        """The cleaned text and its blocks, or that finding them hung or crashed."""
        found = self._ask(STRUCTURE, text.encode("utf-8", errors="replace"))
        if isinstance(found, Skipped):
            return found
        return found["text"], TypeAdapter(tuple[Block, ...]).validate_python(found["blocks"])

    def _ask(
        self, task: str, data: bytes, about: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | Skipped:
        process = self._started()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._timeout_s, stop)
        timer.start()
        try:
            line = _exchange(process, {"task": task, "bytes": len(data), **(about or {})}, data)
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            self.close()
            return TOO_SLOW if late.is_set() else CRASHED
        found: dict[str, Any] = json.loads(line)
        return Skipped(found["skipped"]) if "skipped" in found else found

    def close(self) -> None:
        """End the child, if one runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    _close(pipe)
            self._process = None

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._process = start(
                "ingest.load.worker",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process


def _exchange(process: "subprocess.Popen[bytes]", header: Mapping[str, Any], data: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the reading process has no pipes")
    try:
        process.stdin.write(json.dumps(header).encode() + b"\n" + data)
        process.stdin.flush()
        return process.stdout.readline()
    except BrokenPipeError:
        return b""


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:  # what was still to be written has no reader any more
        return
