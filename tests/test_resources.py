"""Linked pages refreshed from a real loopback server: what is fetched, kept, left alone, taken away again."""

import json
import os
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from fakes_links import KeptLoader, World, html, only
from mirror_server import Fault, MirrorServer

from assistant.settings import IngestSettings
from ingest.report import IngestRequest
from ingest.resource_status import resource_status
from ingest.resources import Refresh, wanted_pages
from ingest.web.register import Register
from ingest.web.special import Addresses

LINKED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared")) / "linked"
needs_linked = pytest.mark.skipif(
    not (LINKED / "manifest.jsonl").is_file(), reason="set ROADMAP_SHARED to the linked pages"
)


@pytest.fixture(scope="module", autouse=True)
def reading_processes() -> Iterator[None]:
    """The reading processes of one crawl serve all tests here."""
    kept = [KeptLoader(IngestSettings()) for _ in range(4)]
    turns = cycle(kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.web.crawl.Loader", lambda settings: next(turns))
        patch.setattr("os.cpu_count", lambda: 4)
        yield
    for loader in kept:
        loader.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "site").mkdir()
    with MirrorServer(tmp_path / "site") as server:
        yield World(tmp_path / "data", server)


def site(world: World, pages: dict[str, str]) -> None:
    assert world.server is not None
    for address, text in pages.items():
        world.server.add(address, text)


def ids(world: World) -> set[str]:
    """Ids of the pages that would be indexed, without the port."""
    assert world.server is not None
    return {id.removeprefix("page:").replace(f":{world.server.port}", "") for id in world.pages()}


# --- depth and limits -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, {"a.org/docs/start.html"}),
        ({"depth": 1}, {"a.org/docs/start.html", "a.org/docs/one.html", "a.org/docs/two.html"}),
        (
            {"depth": 2},
            {"a.org/docs/start.html", "a.org/docs/one.html", "a.org/docs/two.html", "a.org/docs/deep.html"},
        ),
        ({"depth": 2, "max_pages": 2}, {"a.org/docs/start.html", "a.org/docs/one.html"}),
    ],
)
def test_depth_and_the_page_limit_say_how_far_links_are_followed(
    world: World, request_: dict[str, Any], expected: set[str]
) -> None:
    site(
        world,
        {
            "a.org/docs/start.html": html("Start", "one.html", "two.html", "/outside.html"),
            "a.org/docs/one.html": html("One", "deep.html"),
            "a.org/docs/two.html": html("Two"),
            "a.org/docs/deep.html": html("Deep"),
            "a.org/outside.html": html("Outside"),
        },
    )
    world.links(world.url("a.org/docs/start.html"))
    assert world.refresh(**request_)["new"] == len(expected)
    assert ids(world) == expected
    assert all(page.source.roadmaps == ("one",) for page in world.pages().values())


# --- what changed, and what did not ---------------------------------------------------------------


def test_a_second_run_finds_everything_unchanged_and_reads_nothing_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    site(world, {"a.org/x": html("Xylophone", "/x/y"), "a.org/x/y": html("Yoga"), "b.org/z": html("Zebra")})
    world.links(world.url("a.org/x"), world.url("b.org/z"))
    assert only(world.refresh(depth=1)) == {"new": 3}
    before = world.pages()
    monkeypatch.setattr("ingest.web.crawl.read_structured", None)  # a page that is read again fails
    assert only(world.refresh(depth=1)) == {"unchanged": 3}
    assert world.server is not None
    world.server.validators = False  # nothing but the bodies tells that they are the same
    for name in ("a.org/x", "b.org/z"):
        assert world.record(name).etag
    assert only(world.refresh(depth=1)) == {"unchanged": 3}
    assert world.pages() == before, "the date of fetching is that of the text"


def test_a_changed_page_is_read_anew_and_a_changed_body_with_the_same_text_is_no_change(
    world: World,
) -> None:
    site(world, {"a.org/x": html("Old"), "b.org/y": html("Same")})
    world.links(world.url("a.org/x"), world.url("b.org/y"))
    world.refresh()
    site(world, {"a.org/x": html("Newer"), "b.org/y": html("Same", head="<script>ads()</script>")})
    assert only(world.refresh()) == {"changed": 1, "unchanged": 1}
    assert {page.source.title for page in world.pages().values()} == {"Newer", "Same"}


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        (Fault(status=500), "failed", "HTTP 500"),
        (Fault(status=404), "gone", "HTTP 404"),
        (Fault(status=410), "gone", "HTTP 410"),
        (Fault(status=403), "thin", "needs a login"),
        (Fault(reset=True), "failed", "protocol error"),
        (Fault(body=b"<html><title>Moved</title><p>Short.</html>"), "thin", "few words"),
        (Fault(headers={"Content-Type": "image/png", "ETag": '"new"'}), "failed", "media type image/png"),
    ],
)
def test_a_page_that_fails_keeps_its_last_good_version(
    world: World, fault: Fault, status: str, reason: str
) -> None:
    site(world, {"a.org/x": html("Xylophone")})
    world.links(world.url("a.org/x"))
    world.refresh()
    before = world.pages()
    assert world.server is not None
    world.server.faults["a.org/x"] = fault
    counts = world.refresh()
    record = world.record("a.org/x")
    assert (record.status, record.reason) == (status, reason)
    assert counts["failed" if status == "failed" else status]
    assert world.pages() == before and len(before) == 1
    world.server.faults.clear()
    assert only(world.refresh()) == {"unchanged": 1}
    assert world.pages() == before


def test_a_fault_in_reading_one_page_does_not_end_the_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.web import crawl

    real = crawl.wall

    def broken(outcome: Any) -> Any:
        if "/x" in outcome.url:
            raise ZeroDivisionError
        return real(outcome)

    site(world, {"a.org/x": html("Xylophone"), "b.org/y": html("Yoga")})
    world.links(world.url("a.org/x"), world.url("b.org/y"))
    monkeypatch.setattr(crawl, "wall", broken)
    counts = world.refresh()
    assert only(counts) == {"new": 1, "failed": {"could not be read (ZeroDivisionError)": 1}}


def test_what_a_robots_txt_forbids_is_disallowed_and_never_asked_for(world: World) -> None:
    assert world.server is not None
    world.server.robots["a.org"] = "User-agent: *\nDisallow: /private/\n"
    site(world, {"a.org/private/x": html("Xylophone"), "a.org/y": html("Yoga")})
    world.links(world.url("a.org/private/x"), world.url("a.org/y"))
    assert only(world.refresh()) == {"new": 1, "disallowed": 1}
    assert world.server.asked() == ["a.org/y"]


# --- pages that are other pages -------------------------------------------------------------------


def test_two_addresses_of_one_page_are_one_source_and_a_page_that_sends_on_is_followed(world: World) -> None:
    assert world.server is not None
    target = world.url("a.org/new")
    site(world, {"a.org/new": html("Xylophone")})
    world.server.faults["a.org/old"] = Fault(status=301, headers={"Location": target})
    stub = f'<meta http-equiv="refresh" content="0; url={target}">'
    site(world, {"a.org/stub": f"<html><head>{stub}<title>Moved</title></head></html>"})
    world.links(world.url("a.org/old"), world.url("a.org/stub"))
    counts = world.refresh()
    assert (counts["new"], counts["thin_reasons"]) == (1, {"redirect": 1})
    assert ids(world) == {"a.org/new"}
    assert next(iter(world.pages().values())).source.url == target
    assert world.refresh()["unchanged"] == 1 and ids(world) == {"a.org/new"}


def test_versions_of_one_page_are_folded_and_counted_and_every_roadmap_stays_named(world: World) -> None:
    site(world, {"a.org/0.9/guide": html("Guide"), "a.org/latest/guide": html("Guide")})
    world.links(world.url("a.org/0.9/guide"))
    other = World(world.data, world.server)
    other.links(world.url("a.org/latest/guide"), id="two")
    world.documents += other.documents
    world.refresh()
    (page,) = world.pages().values()
    assert page.source.url == world.url("a.org/latest/guide")
    assert set(page.source.roadmaps) == {"one", "two"}
    assert world.dropped == {"version of another page": 1}


def test_a_repository_gives_its_documents_and_keeps_them_where_its_list_cannot_be_had(world: World) -> None:
    assert world.server is not None
    raw, api = (world.server.local(f"https://{host}.test") for host in ("raw", "api"))
    world.addresses = Addresses(github_raw=raw, github_api=api)
    tree = {"tree": [{"path": "docs/use.md", "type": "blob", "size": 9}]}
    text = "# {0}\n\n" + " ".join(f"The {{0}} has part {n} of many, and says so." for n in range(20))
    add, question = world.server.add, "api.test/repos/o/r/git/trees/HEAD?recursive=1"
    add("raw.test/o/r/HEAD/README.md", text.format("Zeppelin"), "text/plain; charset=utf-8")
    add("raw.test/o/r/HEAD/docs/use.md", text.format("Yacht"), "text/plain; charset=utf-8")
    add(question, json.dumps(tree), "application/json")
    world.links("https://github.com/o/r")
    both = {"page:github.com/o/r", "page:github.com/o/r/blob/HEAD/docs/use.md"}
    assert only(world.refresh(depth=1)) == {"new": 2} and set(world.pages()) == both
    world.server.faults[question] = Fault(status=429)
    assert only(world.refresh(depth=1)) == {"unchanged": 1} and set(world.pages()) == both
    world.server.faults.clear()
    add(question, json.dumps({"tree": []}), "application/json")
    assert only(world.refresh(depth=1)) == {"unchanged": 1} and set(world.pages()) == {"page:github.com/o/r"}


# --- links that go --------------------------------------------------------------------------------


def test_removing_a_link_takes_its_page_and_what_lies_beneath_it_away(world: World) -> None:
    site(world, {"a.org/x": html("Xylophone", "/x/y"), "a.org/x/y": html("Yoga"), "b.org/z": html("Zebra")})
    world.links(world.url("a.org/x"), world.url("b.org/z"))
    world.refresh(depth=1)
    assert ids(world) == {"a.org/x", "a.org/x/y", "b.org/z"}
    world.links(world.url("b.org/z"))
    assert ids(world) == {"b.org/z"}, "without asking the web"
    world.links(world.url("a.org/x"), world.url("b.org/z"))
    assert ids(world) == {"a.org/x", "a.org/x/y", "b.org/z"}, "a link that comes back finds its pages"


def test_a_page_that_its_site_links_to_no_more_goes_and_one_whose_parent_fails_stays(world: World) -> None:
    assert world.server is not None
    site(world, {"a.org/x": html("Xylophone", "/x/y"), "a.org/x/y": html("Yoga")})
    world.links(world.url("a.org/x"))
    world.refresh(depth=1)
    world.server.faults["a.org/x"] = Fault(status=500)
    assert world.refresh(depth=1)["unchanged"] == 1, "the links that it had are followed still"
    assert ids(world) == {"a.org/x", "a.org/x/y"}
    world.server.faults.clear()
    site(world, {"a.org/x": html("Xylophone")})
    world.refresh()
    assert ids(world) == {"a.org/x", "a.org/x/y"}, "a run to a lesser depth says nothing of deeper pages"
    world.refresh(depth=1)
    assert ids(world) == {"a.org/x"}


def test_dead_and_damaged_links_are_told_with_where_they_stand(world: World) -> None:
    site(world, {"a.org/x": html("Xylophone")})
    world.links(world.url("a.org/x"), world.url("a.org/none"), "https://")
    world.refresh()
    found = resource_status(world.data)
    assert found is not None
    (dead,) = found["dead_links"]
    assert (dead["status"], dead["title"], dead["heading_path"], dead["text"], dead["kept_from"]) == (
        "gone", "Title of one", ["Part 1"], "Page 1", None
    )  # fmt: skip
    assert [link["heading_path"] for link in found["damaged_links"]] == [["Part 2"]]
    assert (found["pages"], found["counts"]["new"], found["counts"]["gone"]) == (2, 1, 1)
    assert found["last_run"]["finished"] and len(found["each"]) == 2
    world.links(world.url("a.org/x"))
    with world.register() as register:
        register.set_places([])
    assert (resource_status(world.data) or {})["pages"] == 0, "pages that nothing leads to are not shown"


# --- interrupted, and tried dry -------------------------------------------------------------------


def test_an_interrupted_run_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {f"a{n}.org/x": html(f"Subject{n}") for n in range(6)}
    site(world, pages)
    world.links(*map(world.url, pages))
    save = Register.save
    saved = 0

    def killed(self: Register, *arguments: Any) -> None:
        nonlocal saved
        saved += 1
        if saved > 3:
            raise KeyboardInterrupt
        save(self, *arguments)

    monkeypatch.setattr(Register, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        world.refresh()
    monkeypatch.setattr(Register, "save", save)
    assert len(ids(world)) == 3, "what came before is kept"
    assert (resource_status(world.data) or {})["last_run"]["finished"] is None
    assert world.server is not None
    asked = len(world.server.asked())
    assert only(world.refresh()) == {"new": 6}, "those of the first part count too"
    assert len(world.server.asked()) - asked == 3, "and are not asked again"
    assert len(ids(world)) == 6
    assert only(world.refresh()) == {"unchanged": 6}, "a run that was finished is not gone on with"


def test_a_dry_run_names_the_pages_and_with_a_mirror_says_what_would_change(
    world: World, tmp_path: Path
) -> None:
    assert world.server is not None
    site(world, {"a.org/x": html("Xylophone")})
    world.links(world.url("a.org/x"), world.url("b.org/y"))
    assert world.refresh(dry_run=True)["would_fetch"] == [world.url("a.org/x"), world.url("b.org/y")]
    assert world.server.requests == [] and list(world.data.iterdir()) == []
    mirror = tmp_path / "mirror"
    (mirror / "a.org").mkdir(parents=True)
    (mirror / "a.org" / "x.html").write_text(html("Xylophone"))
    world.links("https://a.org/x", "https://b.org/y")
    expected = {"new": 1, "failed": {"not in the mirror": 1}}
    assert only(world.refresh(dry_run=True, mirror=str(mirror))) == expected
    assert list(world.data.iterdir()) == []
    assert only(world.refresh(mirror=str(mirror))) == expected
    found = resource_status(world.data)
    assert found and found["dead_links"] == [], "what a mirror lacks is not dead"


# --- mirrors --------------------------------------------------------------------------------------


def mirrored(root: Path, rows: dict[str, str]) -> Path:
    """A mirror whose manifest lists these addresses."""
    lines = []
    for number, (url, subject) in enumerate(rows.items()):
        (root / "files").mkdir(parents=True, exist_ok=True)
        if subject:
            (root / "files" / f"{number}.html").write_text(html(subject))
        row = {"url": url, "file": f"files/{number}.html", "content_type": "text/html", "licence": "MIT"}
        lines.append(json.dumps(row | {"fetched": "2025-02-03T10:00:00Z"}))
    (root / "manifest.jsonl").write_text("\n".join([*lines, "no row"]) + "\n")
    return root


def test_with_a_manifest_every_row_has_an_outcome_and_belongs_to_the_links_above_it(tmp_path: Path) -> None:
    rows = {
        "https://a.org/docs/start.html": "Start",
        "https://a.org/docs/more/deep.html": "Deep",
        "https://a.org/blog": "Blog",
        "https://other.org/x": "Other",
        "https://a.org/docs/missing.html": "",
    }
    mirror = mirrored(tmp_path / "mirror", rows)
    world = World(tmp_path / "data")
    world.links("https://a.org/docs/start.html", "https://not-mirrored.org")
    world.shelf = world.shelf.with_mirror(str(mirror))
    assert only(world.refresh(mirror=str(mirror))) == {"new": 4, "gone": 1, "failed": {"manifest row": 1}}
    found = {id: (page.source.roadmaps, page.source.fetched, page.source.licence) for id, page in
             world.pages().items()}  # fmt: skip
    linked = (("one",), "2025-02-03", "MIT")
    assert found == {
        "page:a.org/blog": linked,
        "page:a.org/docs/more/deep.html": linked,
        "page:a.org/docs/start.html": linked,
        "page:other.org/x": ((), "2025-02-03", "MIT"),
    }
    again = world.refresh(mirror=str(mirror))
    assert only(again) == {"unchanged": 4, "gone": 1, "failed": {"manifest row": 1}}
    world.links("https://not-mirrored.org")
    assert set(world.pages()) == {"page:other.org/x"}, "the link is gone, and what lay beneath it"
    world.refresh(mirror=str(mirror))
    assert set(world.pages()) == {"page:other.org/x"}, "and stays away, though the manifest names it still"
    world.shelf = world.shelf.without_mirror(str(mirror))
    assert world.pages() == {}


@pytest.mark.skipif(
    not (LINKED / "manifest.jsonl").is_file(), reason="set ROADMAP_SHARED to the linked pages"
)
def test_the_first_rows_of_the_shared_mirror_are_read_and_unchanged_at_once(tmp_path: Path) -> None:
    world = World(tmp_path / "data")
    world.links("https://scikit-learn.org/stable/tutorial/index.html")
    first = world.refresh(mirror=str(LINKED), max_pages=40)
    assert first["new"] + first["thin"] == 40 and first["failed"] == {}
    second = world.refresh(mirror=str(LINKED), max_pages=40)
    assert (second["unchanged"], second["thin"]) == (first["new"], first["thin"])
    pages = world.pages()
    assert all(page.source.licence and page.source.language == "en" for page in pages.values())
    assert all(block.end <= len(page.text) for page in pages.values() for block in page.blocks)


# --- pages that the user adds ---------------------------------------------------------------------


def test_an_added_page_alone_is_fetched_and_belongs_to_itself(world: World) -> None:
    assert world.server is not None
    site(world, {"a.org/x": html("Xylophone"), "b.org/y": html("Yoga")})
    world.links(world.url("a.org/x"))
    url = world.url("b.org/y")
    world.shelf = world.shelf.with_link(url)
    assert only(world.refresh(links=False, paths=(url,))) == {"new": 1}
    assert world.server.asked() == ["b.org/y"]
    (page,) = world.pages().values()
    assert page.source.roadmaps == (page.source.id,)
    assert only(world.refresh()) == {"new": 1, "unchanged": 1}, "later it is refreshed with the others"
    world.shelf = world.shelf.with_removed(page.source.id)
    assert ids(world) == {"a.org/x"}
    world.refresh()
    assert world.server.asked().count("b.org/y") == 2, "a page that was taken away is not asked for"


def test_the_store_that_is_full_ends_the_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    def full(self: Register, *arguments: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    site(world, {"a.org/x": html("Xylophone")})
    world.links(world.url("a.org/x"))
    monkeypatch.setattr(Register, "save", full)
    with pytest.raises(sqlite3.OperationalError):
        world.refresh()


def test_progress_counts_pages(world: World) -> None:
    site(world, {"a.org/x": html("Xylophone"), "b.org/y": html("Yoga")})
    world.links(world.url("a.org/x"), world.url("b.org/y"))
    steps: list[tuple[int, int, str]] = []
    with world.register() as register:
        wants = wanted_pages(world.documents, world.shelf)
        request = IngestRequest(links=True)
        refresh = Refresh(
            request, world.settings, world.shelf, register, world.web, lambda *step: steps.append(step)
        )
        refresh.run(wants)
    assert steps[-1] == (2, 2, "fetching pages")
    assert all(done <= total for done, total, _ in steps)
