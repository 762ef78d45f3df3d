import asyncio
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from assistant.answer.events import Event
from assistant.documents import Exchange
from assistant.errors import IndexMissing, InputError
from assistant.ui import provider
from assistant.ui.guard import Guard, is_loopback
from assistant.ui.provider import Provider
from assistant.ui.runtime import configuration, localise, prepare
from assistant.ui.server import bind

OWN = "http://127.0.0.1:8000"


class Idle:
    """An assistant that is only built and warmed."""

    index = None

    def __init__(self) -> None:
        self.warmed = 0

    def warm(self) -> None:
        self.warmed += 1

    def stream(
        self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> AsyncIterator[Event]:
        raise AssertionError("not asked here")


def test_a_taken_port_is_told_with_the_next_command() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"Port {port} .*already in use.*roadmap chat --port \d+"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_out_of_range_is_told_with_the_next_command(port: int) -> None:
    with pytest.raises(InputError, match=rf"not {port}; try: roadmap chat --port 8000"):
        bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_told_with_the_next_command() -> None:
    with pytest.raises(InputError, match=r"cannot listen on 192\.0\.2\.1.*roadmap chat --host 127\.0\.0\.1"):
        bind("192.0.2.1", 8000)


def test_a_folder_that_cannot_be_written_is_told_with_the_next_command(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match=r"cannot be written .*roadmap --data DIR chat"):
        prepare(tmp_path / "file", 8000, [OWN])


def test_the_folder_is_complete_and_holds_nothing_foreign(tmp_path: Path) -> None:
    root = prepare(tmp_path, 8000, [OWN])
    page = (root / "frontend" / "index.html").read_text()
    assert 'href="/public/katex/katex.min.css"' in page
    assert "://" not in page.replace("<!doctype html>", "")
    for asset in ("theme.json", "page.css", "page.js", "elements/Passage.jsx", "fonts/inter-latin.woff2"):
        assert (root / "public" / asset).is_file(), asset
    for style in (root / "public").rglob("*.css"):
        assert "url(http" not in style.read_text() and "url(//" not in style.read_text(), style
    assert not list((root / "frontend").rglob("*.map"))
    assert prepare(tmp_path, 8000, [OWN]) == root


@pytest.mark.parametrize(
    ("tag", "becomes"),
    [
        ('<link rel="preconnect" href="https://fonts.example" />', ""),
        ('<link\n rel="stylesheet"\n href="//cdn.example/a.css"\n/>', ""),
        (
            '<link rel="stylesheet" href="https://cdn.example/katex.min.css" />',
            '<link rel="stylesheet" href="/public/katex/katex.min.css" />',
        ),
        ('<script src="https://cdn.example/a.js"></script>', ""),
        ('<link rel="stylesheet" href="/assets/a.css">', '<link rel="stylesheet" href="/assets/a.css">'),
        ('<script type="module" src="/assets/a.js"></script>',) * 2,
    ],
)
def test_foreign_tags_leave_the_page(tag: str, becomes: str) -> None:
    assert localise(f"<head>{tag}</head>") == f"<head>{becomes}</head>"


def test_the_configuration_is_tight() -> None:
    config = tomllib.loads(configuration([OWN]))
    assert config["project"]["allow_origins"] == [OWN]
    features = config["features"]
    assert features["unsafe_allow_html"] is False
    for feature in ("spontaneous_file_upload", "audio", "mcp"):
        assert features[feature]["enabled"] is False
    assert not any(isinstance(v, str) and "://" in v for v in config["UI"].values())


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        *((host, True) for host in ("127.0.0.1", "localhost", "::1", "[::1]")),
        *((host, False) for host in ("0.0.0.0", "192.168.1.5", "example.org", "", "127.0.0.1.example.org")),
    ],
)
def test_loopback_addresses_are_known(host: str, answer: bool) -> None:
    assert is_loopback(host) is answer


async def _status(loopback: bool, headers: dict[str, str]) -> httpx.Response:
    inner = Starlette(routes=[Route("/", lambda request: PlainTextResponse("in"))])
    transport = httpx.ASGITransport(app=Guard(inner, loopback=loopback))
    async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
        return await client.get("/", headers=headers)


@pytest.mark.parametrize(
    ("loopback", "headers", "status"),
    [
        (True, {}, 200),
        (True, {"origin": OWN}, 200),
        (True, {"host": "localhost:8000", "origin": "http://localhost:8000"}, 200),
        (True, {"origin": "http://127.0.0.1:9000"}, 403),
        (True, {"origin": "https://evil.example"}, 403),
        (True, {"origin": "null"}, 403),
        (True, {"host": "evil.example"}, 403),
        (True, {"host": "evil.example", "origin": "http://evil.example"}, 403),
        (False, {"host": "study.example", "origin": "https://study.example"}, 200),
        (False, {"host": "study.example", "origin": "https://evil.example"}, 403),
        (False, {"host": "a; script-src *"}, 403),
    ],
)
def test_only_the_page_itself_may_talk_to_the_server(
    loopback: bool, headers: dict[str, str], status: int
) -> None:
    response = asyncio.run(_status(loopback, headers))
    assert response.status_code == status
    if status == 200:
        assert "default-src 'self'" in response.headers["content-security-policy"]


def test_a_websocket_of_a_foreign_page_is_closed() -> None:
    sent = []

    async def talk() -> None:
        scope = {
            "type": "websocket",
            "headers": [(b"host", b"127.0.0.1:8000"), (b"origin", b"http://evil.example")],
        }

        async def receive() -> dict[str, str]:
            return {"type": "websocket.connect"}

        async def send(message: object) -> None:
            sent.append(message)

        async def inner(*_: object) -> None:
            raise AssertionError("let in")

        await Guard(inner, loopback=True)(scope, receive, send)

    asyncio.run(talk())
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_assistant_is_built_once_however_many_ask() -> None:
    built: list[Idle] = []

    def factory() -> Idle:
        built.append(Idle())
        return built[-1]

    shared = Provider(factory)
    threads = [threading.Thread(target=shared.get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.warm()
    assert [idle.warmed for idle in built] == [1]


def test_a_missing_index_at_start_is_tried_again_with_the_next_question() -> None:
    outcomes: list[Idle | IndexMissing] = [IndexMissing("none yet"), Idle()]

    def factory() -> Idle:
        outcome = outcomes.pop(0)
        if isinstance(outcome, IndexMissing):
            raise outcome
        return outcome

    shared = Provider(factory)
    shared.warm()
    assert isinstance(shared.get(), Idle)


def test_handlers_without_a_server_are_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "_installed", None)
    with pytest.raises(RuntimeError, match="without"):
        provider.installed()


def test_the_server_is_imported_without_chainlit_and_touches_no_folder(tmp_path: Path) -> None:
    code = "import assistant.ui.server, sys; print('chainlit' in sys.modules)"
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
    assert list(tmp_path.iterdir()) == []
