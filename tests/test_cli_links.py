"""`roadmap ingest --links` from end to end: pages of a loopback server or a mirror, in index and status."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import HashingEmbedder
from fakes_cli import hashed_commands
from fakes_links import html
from mirror_server import Fault, MirrorServer

from assistant.cli import main
from assistant.index import LiveIndex, read_pointer
from assistant.settings import load_settings
from ingest.pipeline import IngestRequest, run
from ingest.web.register import Register

Streams = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The data directory of every command here; words are hashed."""
    hashed_commands(monkeypatch, tmp_path)
    return tmp_path / "data"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MirrorServer]:
    (tmp_path / "site").mkdir()
    with MirrorServer(tmp_path / "site") as found:
        yield found


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """A user's document; `linking` fills it."""
    return tmp_path / "reading.md"


def linking(reader: Path, *urls: str) -> str:
    items = "".join(f"- [Page {number}]({url})\n" for number, url in enumerate(urls))
    reader.write_text(f"# Reading list\n\n## To read\n\nWhat I want to read about ledgers:\n\n{items}\n")
    return str(reader)


def roadmap(streams: Streams, *arguments: str) -> str:
    streams.readouterr()
    assert main(list(arguments)) == 0, streams.readouterr().err
    return streams.readouterr().out


def told(streams: Streams, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(roadmap(streams, *arguments, "--json"))
    return found


def page_ids(streams: Streams) -> list[str]:
    return [source["id"] for source in told(streams, "status")["sources"] if source["kind"] == "page"]


def mirror(tmp_path: Path, pages: dict[str, str]) -> str:
    for address, text in pages.items():
        path = tmp_path / "mirror" / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(tmp_path / "mirror")


def test_linked_pages_are_indexed_found_and_cited_with_their_address(
    server: MirrorServer, reader: Path, data: Path, capsys: Streams
) -> None:
    home = f"http://127.0.0.1:{server.port}"
    server.add("127.0.0.1/zeppelin", html("Zeppelin"))
    linking(reader, f"{home}/zeppelin", f"{home}/none", "https//")
    report = told(capsys, "ingest", "--only", str(reader), "--links", "--allow-private")
    assert {name: count for name, count in report["resources"].items() if count} == {
        "new": 1, "gone": 1, "damaged": 1
    }  # fmt: skip
    assert report["documents"] == 2
    source = f"page:127.0.0.1:{server.port}/zeppelin"
    page = LiveIndex(data).get().documents[source].source
    assert (page.kind, page.title, page.url) == ("page", "Zeppelin", f"{home}/zeppelin")
    assert page.fetched == time.strftime("%Y-%m-%d", time.gmtime()) and page.roadmaps == ("file:reading",)
    assert LiveIndex(data).get().links[0].source == "file:reading"
    query = ("search", "the zeppelin keeps its ledger in order", "-k", "1")
    for restricted in ((), ("--roadmap", "file:reading")):
        (hit,) = told(capsys, *query, *restricted)["hits"]
        assert hit["source"] == source
        assert hit["url"].startswith(f"{home}/zeppelin#:~:text=The%20Zeppelin%20")
    again = told(capsys, "ingest", "--only", "--links", "--allow-private")
    assert again["generation"] == report["generation"] and again["resources"]["unchanged"] == 1
    text = roadmap(capsys, "status")
    assert "2 known, 1 in the index in" in text
    assert f"Dead: {home}/none (HTTP 404), linked in Reading list > Reading list > To read" in text
    assert "Damaged: https//, linked in Reading list" in text
    linking(reader)
    assert told(capsys, "ingest", "--only")["documents"] == 1
    assert page_ids(capsys) == []


def test_an_added_page_is_kept_and_refreshed_until_it_is_removed(
    server: MirrorServer, data: Path, capsys: Streams
) -> None:
    url = f"http://127.0.0.1:{server.port}/zeppelin"
    source = f"page:127.0.0.1:{server.port}/zeppelin"
    server.add("127.0.0.1/zeppelin", html("Zeppelin", "/zeppelin/more"))
    server.add("127.0.0.1/zeppelin/more", html("Airship"))
    text = roadmap(capsys, "ingest", "--only", url, "--allow-private", "--depth", "1")
    assert "2 documents" in text and "Linked pages: 2 (2 new)" in text
    asked = len(server.asked())
    assert told(capsys, "ingest", "--only")["documents"] == 2
    assert len(server.asked()) == asked, "a plain ingest asks nobody"
    roadmap(capsys, "ingest", "--only", "--remove", f"{source}/more")
    assert page_ids(capsys) == [source]
    assert main(["ingest", "--only", "--remove", source]) == 2, "nothing would be left"
    assert page_ids(capsys) == [source]
    roadmap(capsys, "ingest", "--remove", url)
    assert page_ids(capsys) == []


def test_a_mirror_stands_for_the_web_and_its_choice_means_links(
    reader: Path, tmp_path: Path, data: Path, capsys: Streams
) -> None:
    folder = mirror(
        tmp_path,
        {
            "a.org/docs/index.html": html("Docs", "more.html"),
            "a.org/docs/more.html": html("More"),
            "b.org/shell": "<html><head><title>App</title></head><body><div id='root'></div>"
            "<script src='a.js'></script>You need to enable JavaScript to run this app.</body></html>",
        },
    )
    linking(reader, "https://a.org/docs/", "https://b.org/shell", "https://c.org/x")
    given = ("ingest", "--only", str(reader), "--mirror", folder, "--depth", "1")
    dry = roadmap(capsys, *given, "--dry-run")
    expected = [
        "Linked pages: 4 (2 new, 1 thin, 1 failed)",
        "  Failed: 1 (not in the mirror)",
        "  Kept as a link alone: 1 (needs a script)",
        "  see where they stand with: roadmap status",
    ]
    assert dry.splitlines()[0].startswith("Nothing was changed; an index would hold 3 documents")
    assert dry.splitlines()[1:] == expected
    assert read_pointer(data) is None and not list(data.glob("resources.sqlite*"))
    assert roadmap(capsys, *given).splitlines()[1:] == expected
    assert page_ids(capsys) == ["page:a.org/docs", "page:a.org/docs/more.html"]
    found = told(capsys, "status")["resources"]
    assert found["last_run"]["from"] == folder and found["dead_links"] == []
    assert {page["id"]: page["status"] for page in found["each"]}["page:b.org/shell"] == "thin"


def test_a_dry_run_on_the_web_lists_what_would_be_fetched(reader: Path, data: Path, capsys: Streams) -> None:
    linking(reader, "https://a.org/x?utm_source=y", "http://www.a.org/x/", "https://b.org")
    text = roadmap(capsys, "ingest", "--only", str(reader), "--links", "--depth", "2", "--dry-run")
    assert text.splitlines()[1:] == [
        "2 pages would be fetched and what lies beneath them, to a depth of 2:",
        "  https://a.org/x",
        "  https://b.org",
    ]
    assert {path.name for path in data.iterdir()} <= {"ingest.lock"}


def test_pages_of_private_networks_are_asked_only_when_that_is_said(
    server: MirrorServer, reader: Path, capsys: Streams
) -> None:
    linking(reader, f"http://127.0.0.1:{server.port}/x")
    report = told(capsys, "ingest", "--only", str(reader), "--links")
    assert report["resources"]["failed"] == {"private address": 1} and server.requests == []
    assert main(["ingest", "--only", f"http://127.0.0.1:{server.port}/x", "--remove", str(reader)]) == 2
    assert "(1 private address)" in capsys.readouterr().err


def test_a_rollback_goes_with_none_of_the_choices_of_links(capsys: Streams) -> None:
    for choice in (("--links",), ("--depth", "0"), ("--mirror", "x"), ("--max-pages", "1")):
        assert main(["ingest", "--rollback", *choice]) == 2
        assert "type only: roadmap ingest --rollback" in capsys.readouterr().err


def written_down(data: Path) -> int:
    """How many pages the register holds by now."""
    with Register(data, copy=True) as register:
        return len(list(register.records()))


@pytest.mark.skipif(os.name == "nt", reason="no such signals here")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_command_keeps_what_it_fetched_and_the_next_one_goes_on(
    server: MirrorServer, reader: Path, data: Path, how: signal.Signals
) -> None:
    urls = [f"http://127.0.0.1:{server.port}/{number}" for number in range(5)]
    for number in range(5):
        server.add(f"127.0.0.1/{number}", html(f"Subject{number}"))
    server.faults["127.0.0.1/4"] = Fault(delay_s=8)
    linking(reader, *urls)
    command = [sys.executable, "-m", "assistant.cli", "--data", str(data)]
    arguments = ["ingest", "--only", str(reader), "--links", "--allow-private"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    process = subprocess.Popen([*command, *arguments], env=environment, stderr=subprocess.PIPE)
    limit = time.monotonic() + 60
    while written_down(data) < 4 and time.monotonic() < limit:
        time.sleep(0.1)
    process.send_signal(how)
    error = process.communicate(timeout=30)[1].decode()
    assert process.returncode != 0 and "Traceback" not in error, error
    server.faults.clear()
    asked = len(server.asked())
    report = run(
        load_settings(data=data),
        HashingEmbedder(),
        IngestRequest(paths=(str(reader),), only=True, links=True, allow_private=True),
    )
    assert report.resources["new"] == 5 and report.documents == 6
    assert server.asked()[asked:] == ["127.0.0.1/4"], "the others were known"
