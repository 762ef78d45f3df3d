"""A real Chromium and a real server process for the page's tests; skips where no browser is installed."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# an environment by which Chainlit would ask for a login and send conversations elsewhere
HOSTILE = {
    "CHAINLIT_CUSTOM_AUTH": "1",
    "LITERAL_API_KEY": "not-a-key",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "DISCORD_BOT_TOKEN": "not-a-token",
}
START_SECONDS = 60.0  # importing Chainlit takes seconds, on a busy machine many


def browser_path() -> str:
    """The installed browser; in CI a missing one is a failure, elsewhere a skip."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found or MAC.exists():
        return found or str(MAC)
    reason = "no Chromium or Chrome is installed (Debian: apt-get install chromium)"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"{reason}; browser tests may not be skipped in CI")
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Browser]:
    path = browser_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(
    arguments: Sequence[str], port: int, folder: Path, seconds: float = START_SECONDS
) -> Iterator[str]:
    """Runs `python ARGUMENTS` in an empty folder until its page answers; then stopped by its id."""
    log = folder / "server.log"
    address = f"http://127.0.0.1:{port}"
    work = folder / "work"
    work.mkdir()
    (work / ".env").write_text("".join(f"{name}={value}\n" for name, value in HOSTILE.items()))
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=work,
            env={**os.environ, **HOSTILE, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(address, process, log, seconds)
            yield address
        finally:
            process.terminate()
            process.wait(30)
    assert "Traceback" not in log.read_text(), log.read_text()
    assert [path.name for path in work.iterdir()] == [".env"], (
        "the page wrote into the user's working directory"
    )


def _wait(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address + "/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the page did not start:\n{log.read_text()}")


class Visit:
    """One page in a fresh profile that records what it asks the network for."""

    def __init__(self, browser: Browser, address: str, width: int = 1280, dark: bool = False) -> None:
        self.address = address
        self.urls: list[str] = []
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 500 else 860},
            color_scheme="dark" if dark else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("request", lambda request: self.urls.append(request.url))
        self.page.on("websocket", lambda websocket: self.urls.append(websocket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.goto(address)
        self.page.wait_for_selector("#starters button:not([disabled])")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def ask(self, question: str) -> str:
        """Type a question, wait until its answer is complete, return the answer as shown."""
        before = self.page.locator("[data-step-type='assistant_message']").count()
        self.page.fill("#chat-input", question)
        self.page.keyboard.press("Enter")
        return self.answer(before)

    def answer(self, before: int = 0) -> str:
        """The answer that follows `before` others; complete once it can be copied."""
        last = self.page.locator("[data-step-type='assistant_message']").nth(before)
        last.locator("button:has(svg.lucide-copy)").last.wait_for()
        return last.locator(".message-content").inner_text()

    def foreign(self) -> list[str]:
        """Requests to anything but the server itself."""
        own = urlsplit(self.address).netloc
        web = (url for url in self.urls if urlsplit(url).scheme not in ("data", "blob"))
        return [url for url in web if urlsplit(url).netloc != own]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return found

    def shoot(self, name: str) -> None:
        """Keep a picture when ROADMAP_SCREENSHOTS names a folder for them."""
        folder = os.environ.get("ROADMAP_SCREENSHOTS")
        if folder:
            self.page.wait_for_timeout(600)  # the panel slides in
            self.page.screenshot(path=Path(folder) / f"{name}.png")
