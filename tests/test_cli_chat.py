"""`chat`: the index is made ready, then the page is served where the options or settings say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import HashingEmbedder

from assistant import embedding
from assistant.cli import main
from assistant.index import read_pointer
from assistant.ui import server


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """What the page's server was called with, once a call."""
    calls: list[dict[str, Any]] = []

    def serve(settings: object, *, on_ready: Callable[[str], None], **options: Any) -> None:
        calls.append({"pointer": read_pointer(tmp_path / "data"), **options})
        on_ready("http://127.0.0.1:8000")

    monkeypatch.setattr(server, "serve", serve)
    monkeypatch.setattr(embedding, "build_embedder", lambda settings: HashingEmbedder())
    monkeypatch.setenv("ROADMAP_DATA", str(tmp_path / "data"))
    return calls


def test_the_index_is_ready_before_the_page_is_served(
    served: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["chat"]) == 0
    (call,) = served
    assert call["pointer"] is not None
    assert (call["host"], call["port"], call["open_browser"]) == (None, None, True)
    assert "The chat page is at http://127.0.0.1:8000" in capsys.readouterr().err
    assistant = call["assistant_factory"]()  # over the embedder that built the index
    assert isinstance(assistant.embedder, HashingEmbedder)
    assert assistant.index.get().chunks


def test_options_say_where_the_page_is_served(served: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "current").write_text("an index that is there already\n")
    assert main(["chat", "--host", "0.0.0.0", "--port", "9000", "--no-browser"]) == 0
    assert (served[0]["host"], served[0]["port"], served[0]["open_browser"]) == ("0.0.0.0", 9000, False)
