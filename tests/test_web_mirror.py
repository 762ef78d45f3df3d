"""A folder of pages as the web: by its manifest, or as `wget` lays it."""

import asyncio
import hashlib
import json
import os
import shutil
import socket
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mirror_server import Fault, MirrorServer

from ingest.web import mirror as module
from ingest.web.client import Web, WebSettings
from ingest.web.mirror import Mirror
from ingest.web.records import NO_VALIDATORS, Failed, Fetched, Outcome, Unchanged, Validators

LINKED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared")) / "linked"
needs_linked = pytest.mark.skipif(
    not (LINKED / "manifest.jsonl").is_file(), reason="set ROADMAP_SHARED to the linked pages"
)
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def get(mirror: Mirror, url: str, validators: Validators = NO_VALIDATORS) -> Outcome:
    return asyncio.run(mirror.get(url, validators))


def get_all(mirror: Mirror, asked: list[tuple[str, Validators]]) -> list[Outcome]:
    async def in_turn() -> list[Outcome]:
        return [await mirror.get(url, validators) for url, validators in asked]

    return asyncio.run(in_turn())


def laid(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def listed(root: Path, rows: list[dict[str, Any] | str]) -> Mirror:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (root / "manifest.jsonl").write_text("\n".join(lines) + "\n")
    return Mirror(root, now=lambda: NOON)


# With a manifest


def test_a_listed_page_comes_with_what_its_row_says(tmp_path: Path) -> None:
    laid(tmp_path, {"a.org/x.md": "# X"})
    row = {
        "url": "https://a.org/x",
        "file": "a.org/x.md",
        "content_type": "Text/Markdown; charset=UTF-8",
        "licence": "MIT",
        "sha256": hashlib.sha256(b"# X").hexdigest(),
        "repo": "its maker's own",
    }
    os.utime(tmp_path / "a.org/x.md", (0, 1_000_000_000))
    mirror = listed(tmp_path, [row])
    assert mirror.has_manifest and mirror.frontier() == ("https://a.org/x",)
    found = get(mirror, "https://a.org/x")
    assert found == Fetched(
        url="https://a.org/x",
        body=b"# X",
        content_type="text/markdown",
        charset="utf-8",
        validators=Validators(f'"{row["sha256"]}"', "Sun, 09 Sep 2001 01:46:40 GMT"),
        fetched="2026-10-01T12:00:00+00:00",
        licence="MIT",
    )
    dated = listed(tmp_path, [{**row, "fetched": "2025-01-02"}])
    outcome = get(dated, "http://www.a.org/x/#part")
    assert isinstance(outcome, Fetched) and outcome.fetched == "2025-01-02"


def test_every_row_has_an_outcome_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    root = laid(
        tmp_path / "mirror", {"a.org/good.html": "<p>good", "a.org/other.html": "other", "a.org/d/x": ""}
    )
    laid(tmp_path, {"secret.txt": "secret"})
    (root / "a.org/out.html").symlink_to(tmp_path / "secret.txt")
    (root / "a.org/outdoors").symlink_to(tmp_path)
    (root / "a.org/within.html").symlink_to(root / "a.org/good.html")
    (root / "a.org/dangling.html").symlink_to(root / "a.org/none.html")
    (root / "a.org/circle.html").symlink_to(root / "a.org/circle.html")
    os.mkfifo(root / "a.org/pipe.html")

    def row(name: str, file: str, **more: str) -> dict[str, Any]:
        return {"url": f"https://a.org/{name}", "file": file, **more}

    mirror = listed(
        root,
        [
            row("good", "a.org/good.html"),
            row("missing", "a.org/none.html"),
            row("beneath", "a.org/good.html/x"),
            row("changed", "a.org/other.html", sha256="0" * 64),
            row("up", "../secret.txt"),
            row("up2", "a.org/../../secret.txt"),
            row("absolute", str(tmp_path / "secret.txt")),
            row("link", "a.org/out.html"),
            row("linked-folder", "a.org/outdoors/secret.txt"),
            row("within", "a.org/within.html"),
            row("dangling", "a.org/dangling.html"),
            row("circle", "a.org/circle.html"),
            row("folder", "a.org/d"),
            row("pipe", "a.org/pipe.html"),
            row("nul", "a.org/\u0000"),
            row("long", "a.org/" + "x" * 5000),
            row("good", "a.org/other.html"),
            "not json",
            '{"url": "https://a.org/half"}',
            row("odd-hash", "a.org/good.html", sha256="xyz"),
            "[" * 5000,
            "",
        ],
    )
    outcomes = {url: get(mirror, url) for url in mirror.frontier()}
    good = {url: o for url, o in outcomes.items() if isinstance(o, Fetched)}
    assert {url: o.body for url, o in good.items()} == {
        "https://a.org/good": b"<p>good",
        "https://a.org/within": b"<p>good",
    }
    bad = {url: (o.status, o.reason) for url, o in outcomes.items() if isinstance(o, Failed)}
    assert {url.removeprefix("https://a.org/"): why for url, why in bad.items()} == {
        "missing": ("gone", module.MISSING),
        "beneath": ("gone", module.MISSING),
        "dangling": ("gone", module.MISSING),
        "long": ("gone", module.MISSING),
        "changed": ("failed", module.CHANGED),
        "up": ("failed", module.OUTSIDE),
        "up2": ("failed", module.OUTSIDE),
        "absolute": ("failed", module.OUTSIDE),
        "link": ("failed", module.OUTSIDE),
        "linked-folder": ("failed", module.OUTSIDE),
        "circle": ("failed", module.UNREADABLE),
        "folder": ("failed", module.UNREADABLE),
        "pipe": ("failed", module.UNREADABLE),
        "nul": ("failed", module.UNREADABLE),
        "manifest.jsonl:17": ("failed", module.TWICE),
        "manifest.jsonl:18": ("failed", module.BAD_ROW),
        "manifest.jsonl:19": ("failed", module.BAD_ROW),
        "manifest.jsonl:20": ("failed", module.BAD_ROW),
        "manifest.jsonl:21": ("failed", module.BAD_ROW),
    }  # fmt: skip
    assert len(outcomes) == 21
    assert all(o.url == url for url, o in outcomes.items())


def test_what_no_row_lists_is_not_in_the_mirror(tmp_path: Path) -> None:
    laid(tmp_path, {"a.org/x.html": "x", "a.org/unlisted.html": "y"})
    mirror = listed(tmp_path, [{"url": "https://a.org/x.html", "file": "a.org/x.html"}])
    for url in ("https://a.org/unlisted.html", "https://b.org", "not an address", ""):
        assert get(mirror, url) == Failed(url, "failed", module.NOT_MIRRORED)


def test_redirects_that_are_listed_are_followed(tmp_path: Path) -> None:
    laid(tmp_path, {"a.org/new.html": "new"})
    lines = [
        "from\tto\tkind\tevidence",
        "https://a.org/old\thttps://a.org/new.html\t301\tx",
        "https://a.org/older\thttps://a.org/old\tmeta-refresh",
        "https://a.org/none\thttps://a.org/new.html\t404\tno such page",
        "https://a.org/round\thttps://a.org/about\t301",
        "https://a.org/about\thttps://a.org/round\t301",
        "https://a.org/out\thttps://b.org/x\t301",
        "half a line",
        "",
    ]
    laid(tmp_path, {"redirects.tsv": "\n".join(lines)})
    mirror = listed(tmp_path, [{"url": "https://a.org/new.html", "file": "a.org/new.html"}])
    found = get(mirror, "http://a.org/older/")
    assert isinstance(found, Fetched) and found.url == "https://a.org/new.html"
    assert found.hops == ("http://a.org/older/", "https://a.org/old")
    assert get(mirror, "https://a.org/none") == Failed("https://a.org/none", "failed", module.NOT_MIRRORED)
    assert get(mirror, "https://a.org/round") == Failed("https://a.org/round", "failed", module.REDIRECT_LOOP)
    assert get(mirror, "https://a.org/out") == Failed("https://a.org/out", "failed", module.NOT_MIRRORED)


def test_a_second_run_finds_everything_unchanged_until_a_byte_changes(tmp_path: Path) -> None:
    laid(tmp_path, {"a.org/index.html": "one"})
    mirror = Mirror(tmp_path, now=lambda: NOON)
    first = get(mirror, "https://a.org/")
    assert isinstance(first, Fetched)
    os.utime(tmp_path / "a.org/index.html", (1, 1))  # copied anew
    again = get(mirror, "https://a.org/", first.validators)
    assert again == Unchanged("https://a.org/", "2026-10-01T12:00:00+00:00")
    assert isinstance(
        get(mirror, "https://a.org/", Validators(last_modified="Thu, 01 Jan 1970 00:00:01 GMT")), Unchanged
    )
    assert isinstance(
        get(mirror, "https://a.org/", Validators(last_modified=first.validators.last_modified)), Fetched
    )
    laid(tmp_path, {"a.org/index.html": "two"})
    assert isinstance(get(mirror, "https://a.org/", first.validators), Fetched)


def test_a_file_over_the_limit_is_too_large(tmp_path: Path) -> None:
    laid(tmp_path, {"a.org/x.html": "x" * 101, "a.org/y.html": "y" * 100})
    mirror = Mirror(tmp_path, max_body=100)
    assert get(mirror, "https://a.org/x.html") == Failed("https://a.org/x.html", "failed", module.TOO_LARGE)
    assert isinstance(get(mirror, "https://a.org/y.html"), Fetched)


@needs_linked
def test_each_of_the_linked_pages_has_an_outcome_and_none_changes() -> None:
    mirror = Mirror(LINKED)
    urls = mirror.frontier()
    outcomes = get_all(mirror, [(url, NO_VALIDATORS) for url in urls])
    assert len(urls) == 1115 and {type(outcome) for outcome in outcomes} == {Fetched}
    types = Counter(outcome.content_type for outcome in outcomes if isinstance(outcome, Fetched))
    assert types == {"text/markdown": 696, "text/html": 213, "text/x-rst": 127,
                     "application/x-ipynb+json": 69, "text/mdx": 10}  # fmt: skip
    assert all(isinstance(o, Fetched) and o.licence and o.charset == "utf-8" for o in outcomes)
    known = [outcome.validators for outcome in outcomes if isinstance(outcome, Fetched)]
    again = get_all(mirror, list(zip(urls, known, strict=True)))
    assert {type(outcome) for outcome in again} == {Unchanged} and len(again) == 1115


@needs_linked
def test_the_mirrored_links_of_the_roadmaps_are_found_by_any_of_their_addresses() -> None:
    mirror = Mirror(LINKED)
    lines = (LINKED / "urls_status.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    found = [url for url, _ in rows if isinstance(get(mirror, url), Fetched)]
    assert found == [url for url, status in rows if status == "mirrored"]


# As wget lays it


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://a.org", "a.org/index.html"),
        ("http://A.org/#part", "a.org/index.html"),
        ("https://a.org/docs/", "a.org/docs/index.html"),
        ("https://a.org/docs", "a.org/docs/index.html"),
        ("https://a.org/docs", "a.org/docs.html"),  # --adjust-extension
        ("https://a.org/docs", "a.org/docs"),
        ("https://www.a.org/x.html", "a.org/x.html"),
        ("https://a.org/x.html", "www.a.org/x.html"),
        ("http://a.org:8080/x", "a.org:8080/x"),
        ("http://a.org:8080/x", "a.org+8080/x"),  # --restrict-file-names=windows
        ("https://a.org/page.html?x=1", "a.org/page.html?x=1"),
        ("https://a.org/page?x=1&y=a/b", "a.org/page?x=1&y=a%2Fb"),
        ("https://a.org/page.html?x=1", "a.org/page.html@x=1"),
        ("https://a.org/page.html?x=1", "a.org/page.html%3Fx=1"),
        ("https://a.org/page?x=1", "a.org/page?x=1.html"),
        ("https://a.org/?x=1", "a.org/index.html?x=1"),
        ("https://a.org/docs/?x=1", "a.org/docs/index.html?x=1"),
        ("https://a.org/a%20b/%C3%A4.html", "a.org/a b/ä.html"),
        ("https://a.org/a%20b.html", "a.org/a%20b.html"),
        ("https://github.com/o/r", "github.com/o/r/README.md"),
        ("https://a.org/docs/x/", "a.org/docs/x/index.md"),
    ],
)  # fmt: skip
def test_a_page_is_found_where_wget_puts_it(url: str, file: str, tmp_path: Path) -> None:
    found = get(Mirror(laid(tmp_path, {file: "here"})), url)
    assert isinstance(found, Fetched) and found.body == b"here" and found.url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://a.org/../secret.txt",
        "https://a.org/%2e%2e/%2e%2e/secret.txt",
        "https://../secret.txt",
        "https://a.org/..%2f..%2fsecret.txt",
        "https://a.org/out/secret.txt",
        "https://a.org/out.html",
    ],
)
def test_no_address_leads_out_of_the_mirror(url: str, tmp_path: Path) -> None:
    root = laid(tmp_path / "mirror", {"a.org/index.html": "x"})
    laid(tmp_path, {"secret.txt": "secret"})
    (root / "a.org/out").symlink_to(tmp_path)
    (root / "a.org/out.html").symlink_to(tmp_path / "secret.txt")
    assert get(Mirror(root), url) == Failed(url, "failed", module.OUTSIDE)


@pytest.mark.parametrize(
    "url",
    [
        *("https://a.org/none", "https://a.org/x?y", "https://a.org/" + "x" * 9000, "https://a.org:x/"),
        *("https://a.org/index.html/x", "https://[", "mailto:a@b", "https://", ""),
    ],
)
def test_what_was_not_mirrored_says_so(url: str, tmp_path: Path) -> None:
    mirror = Mirror(laid(tmp_path, {"a.org/index.html": "x"}))
    assert not mirror.has_manifest and mirror.frontier() == ()
    assert get(mirror, url) == Failed(url, "failed", module.NOT_MIRRORED)


def test_files_that_no_page_can_be_are_unreadable(tmp_path: Path) -> None:
    root = laid(tmp_path, {"a.org/index.html": "x"})
    os.mkfifo(root / "a.org/pipe.html")
    assert get(Mirror(root), "https://a.org/pipe.html") == Failed(
        "https://a.org/pipe.html", "failed", module.UNREADABLE
    )
    assert get(Mirror(root), "https://a.org/%00") == Failed("https://a.org/%00", "failed", module.UNREADABLE)


@pytest.mark.parametrize(
    ("file", "text", "content_type"),
    [
        ("x.html", "x", "text/html"),
        ("x.md", "x", "text/markdown"),
        ("x.rst", "x", "text/x-rst"),
        ("x.ipynb", "{}", "application/x-ipynb+json"),
        ("x.pdf", "%PDF", "application/pdf"),
        ("x.txt", "x", "text/plain"),
        ("x", "<!DOCTYPE html><p>x", "text/html"),
        ("x", "%PDF-1.7", "application/pdf"),
        ("x", "words", "text/plain"),
        ("x?v=1.html", "x", "text/html"),
    ],
)
def test_a_files_type_is_told_by_its_name_or_its_beginning(
    file: str, text: str, content_type: str, tmp_path: Path
) -> None:
    found = get(
        Mirror(laid(tmp_path, {f"a.org/{file}": text})),
        f"https://a.org/{file.removesuffix('.html') if '?' in file else file}",
    )
    assert isinstance(found, Fetched) and (found.content_type, found.charset) == (content_type, "")


def test_nothing_is_asked_of_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = Mirror(laid(tmp_path, {"a.org/index.html": "x"}))

    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    async def both() -> list[Outcome]:
        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        return [await mirror.get("https://a.org"), await mirror.get("https://b.org")]

    found, missing = asyncio.run(both())
    assert isinstance(found, Fetched) and isinstance(missing, Failed)


@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not installed")
@pytest.mark.parametrize("options", [[], ["--adjust-extension"], ["--restrict-file-names=windows", "-E"]])
def test_what_wget_mirrors_is_found_again(options: list[str], tmp_path: Path) -> None:
    pages = [
        "/",
        "/docs/",
        "/docs/one",
        "/docs/two.html",
        "/docs/list?page=2&by=a/b",
        "/a%20b/%C3%A4.html",
        "/p.php?x=1",
    ]
    site = tmp_path / "site"
    site.mkdir()
    with MirrorServer(site) as server:
        for path in pages:
            links = "".join(f'<a href="{other}">x</a>' for other in pages)
            server.add(f"127.0.0.1{path}", f"<html><body>{path}{links}</body></html>")
        base = f"http://127.0.0.1:{server.port}"
        asked = [
            "wget",
            "--mirror",
            "--no-verbose",
            "--no-proxy",
            *options,
            "-P",
            str(tmp_path / "mirror"),
            f"{base}/",
        ]
        subprocess.run(asked, check=False, capture_output=True, timeout=30)
        served = {path: server.pages[f"127.0.0.1{path}"].body for path in pages}
    mirror = Mirror(tmp_path / "mirror")
    for path, body in served.items():
        found = get(mirror, base + path)
        assert isinstance(found, Fetched) and found.body == body, (path, found)
        assert found.content_type == "text/html"


# The server that tests have for the web


def fetched(server: MirrorServer, urls: list[str], validators: Validators = NO_VALIDATORS) -> list[Outcome]:
    async def in_turn() -> list[Outcome]:
        settings = WebSettings(pause_s=0.0, attempts=1, read_s=0.15)
        async with Web(settings, allow_private=True, resolver=server.resolver) as web:
            return [await web.get(server.local(url), validators) for url in urls]

    return asyncio.run(in_turn())


@needs_linked
def test_the_server_serves_a_mirror_with_redirects_and_validators() -> None:
    with MirrorServer(LINKED) as server:
        urls = [
            "https://scikit-learn.org/stable/modules/svm.html",
            "https://prometheus.io/docs/alerting/overview/",
            "https://dvc.org/doc/",
            "https://mlflow.org/docs/latest/tutorials-and-examples/index.html",
            "https://airflow.apache.org/docs/apache-airflow/stable/tutorial.html",
            "https://docs.python.org/3/library/logging",
            "https://kubernetes.io/docs/home",
        ]
        page, moved, slash, alias, stub, missing, home = fetched(server, urls)
        assert isinstance(page, Fetched) and page.content_type == "text/html" and page.validators.etag
        assert (
            isinstance(moved, Fetched)
            and moved.url.endswith("/docs/alerting/latest/overview/")
            and len(moved.hops) == 1
        )
        assert (
            isinstance(slash, Fetched)
            and slash.url.endswith("/doc")
            and slash.content_type == "text/markdown"
        )
        assert isinstance(alias, Fetched) and alias.content_type == "text/x-rst" and alias.hops == ()
        assert isinstance(stub, Fetched) and b'http-equiv="refresh"' in stub.body
        assert isinstance(missing, Failed) and missing.status == "gone"
        assert isinstance(home, Fetched) and home.url.endswith("/docs/home/")
        (again,) = fetched(server, urls[:1], page.validators)
        assert isinstance(again, Unchanged)
        (since,) = fetched(server, urls[:1], Validators(last_modified=page.validators.last_modified))
        assert isinstance(since, Unchanged)
        server.validators = False
        (plain,) = fetched(server, urls[:1], page.validators)
        assert isinstance(plain, Fetched) and plain.validators == Validators()


def test_the_server_has_a_robots_file_for_each_host_and_faults_to_switch_on(tmp_path: Path) -> None:
    laid(
        tmp_path, {"a.org/x.html": "<a href='https://a.org/y'>y</a> https://other.org/", "b.org/x.html": "x"}
    )
    with MirrorServer(tmp_path) as server:
        server.robots["a.org"] = "User-agent: *\nDisallow: /private/"
        server.add("a.org/private/x", "secret")
        server.add("a.org/once", "<p>at last")
        server.faults["a.org/broken"] = Fault(status=503)
        server.faults["a.org/reset"] = Fault(reset=True)
        server.faults["a.org/slow"] = Fault(delay_s=0.2)
        server.faults["a.org/once"] = Fault(status=500, times=1)
        server.add("a.org/cut", "<p>" + "x" * 1000)
        server.faults["a.org/cut"] = Fault(cut=100)
        server.add("a.org/typed", "<p>x")
        server.faults["a.org/typed"] = Fault(headers={"Content-Type": "image/png"})
        server.add("a.org/other-body", "<p>x")
        server.faults["a.org/other-body"] = Fault(body=b"<p>y")
        names = [
            "private/x",
            "broken",
            "reset",
            "slow",
            "once",
            "once",
            "cut",
            "typed",
            "other-body",
            "x.html",
            "none",
        ]
        outcomes = fetched(server, [f"https://a.org/{name}" for name in names])
        kinds = [o.status if isinstance(o, Failed) else "ok" for o in outcomes]
        assert kinds == [
            "disallowed",
            "failed",
            "failed",
            "failed",
            "failed",
            "ok",
            "failed",
            "failed",
            "ok",
            "ok",
            "gone",
        ]
        body, page = outcomes[8], outcomes[9]
        assert isinstance(body, Fetched) and body.body == b"<p>y"
        # only addresses of its own hosts lead to the server
        assert isinstance(page, Fetched)
        assert page.body == f"<a href='http://a.org:{server.port}/y'>y</a> https://other.org/".encode()
        (other,) = fetched(server, ["https://b.org/x.html"])
        assert isinstance(other, Fetched)
        assert server.asked("b.org") == ["b.org/x.html"]
        assert [r.host for r in server.requests if r.path == "/robots.txt"] == ["a.org", "b.org"]
