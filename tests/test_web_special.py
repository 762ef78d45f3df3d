"""Repositories, files in them and videos as pages; and answers that are no page to read."""

import asyncio
import json
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import pytest
from mirror_server import Fault, MirrorServer

from ingest.web import github, special, youtube
from ingest.web.client import Web, WebSettings
from ingest.web.github import Place, place_of
from ingest.web.keys import url_key
from ingest.web.links import links_of
from ingest.web.records import NO_VALIDATORS, Failed, Fetched, Outcome, Unchanged, Validators
from ingest.web.special import Addresses, Special, special_kind
from ingest.web.walls import wall
from ingest.web.youtube import Track

LINKED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared")) / "linked"
needs_linked = pytest.mark.skipif(
    not (LINKED / "manifest.jsonl").is_file(), reason="set ROADMAP_SHARED to the linked pages"
)
VIDEO = "3c-iBn73dDE"
HOME = "https://github.com/o/r"
T = TypeVar("T")


# Kinds, told by the address


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://github.com/evidentlyai/evidently", "repository"),
        ("https://github.com/sayakpaul/ml-deployment-k8s-fastapi/tree/main", "repository"),
        ("https://github.com/o/r/tree/dev/docs", "repository"),
        ("https://github.com/o/r/blob/main/x.ipynb", "repository file"),
        ("https://raw.githubusercontent.com/o/r/main/x.md", "repository file"),
        ("https://github.com/o/r/issues/3", "page"),
        ("https://github.com/features/actions", "page"),
        ("https://github.com/o", "page"),
        ("https://docs.github.com/en/actions", "page"),
        (f"https://youtu.be/{VIDEO}", "video"),
        (f"https://www.youtube.com/watch?v={VIDEO}&t=3", "video"),
        ("https://www.youtube.com/playlist?list=PLx", "page"),
        ("https://www.youtube.com/@channel", "page"),
        ("https://a.org/paper.PDF?x=1", "pdf"),
        ("https://arxiv.org/abs/1706.03762", "page"),
        ("https://arxiv.org/pdf/1706.03762", "pdf"),
        ("https://a.org/x.ipynb", "notebook"),
        ("https://docs.google.com/document/d/1/edit", "page"),
        ("not an address", "page"),
        ("", "page"),
    ],
)
def test_kinds_are_told_by_the_address(url: str, kind: str) -> None:
    assert special_kind(url) == kind


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://github.com/o/r", Place("o", "r", "repository")),
        ("http://www.GitHub.com/O/r.git/", Place("O", "r", "repository")),
        ("https://github.com/o/r/tree/master", Place("o", "r", "repository", "master")),
        ("https://github.com/o/r/tree/dev", Place("o", "r", "folder", "dev")),
        ("https://github.com/o/r/tree/main/a%20b", Place("o", "r", "folder", "main", "a b")),
        ("https://github.com/o/r/blob/v1/x.md#L3", Place("o", "r", "file", "v1", "x.md")),
        (
            "https://raw.githubusercontent.com/o/r/refs/heads/main/x.md",
            Place("o", "r", "file", "main", "x.md"),
        ),
        ("https://github.com/o/r/blob/main/../../x/y", None),
        ("https://github.com/o/r/blob/main/%2e%2e%2fx", None),
        ("https://github.com/o/r/pulls", None),
        ("https://github.com/topics/mlops", None),
        ("https://gitlab.com/o/r", None),
        ("https://[", None),
    ],
)
def test_the_place_in_a_repository_is_read_from_the_address(url: str, place: Place | None) -> None:
    assert place_of(url) == place
    if place:
        assert url_key(place.url) == url_key(url)


@needs_linked
def test_the_mirrors_repositories_are_all_recognized() -> None:
    rows = [json.loads(line) for line in (LINKED / "manifest.jsonl").read_text().splitlines()]
    kinds = {row["url"]: special_kind(row["url"]) for row in rows}
    on_github = {url: kind for url, kind in kinds.items() if url.startswith("https://github.com/")}
    assert set(on_github.values()) == {"repository", "repository file"} and len(on_github) == 94
    others = {kind for url, kind in kinds.items() if url not in on_github}
    assert others <= {"page", "notebook"}
    for url in on_github:
        place = place_of(url)
        assert place and url_key(place.url) == url_key(url)


# Repositories


class Fake:
    """The special servers on loopback, and a Special that asks them."""

    def __init__(self, server: MirrorServer) -> None:
        self.server = server
        self.addresses = Addresses(
            *(server.local(f"https://{host}.test") for host in ("raw", "api", "oembed", "timedtext"))
        )

    def file(self, path: str, text: str, branch: str = "HEAD") -> None:
        self.server.add(f"raw.test/o/r/{branch}/{quote(path)}", text, "text/plain; charset=utf-8")

    def api(self, path: str, answer: object) -> None:
        self.server.add(f"api.test/repos/o/r/{path}", json.dumps(answer), "application/json")

    def get(self, url: str, validators: Validators = NO_VALIDATORS) -> Outcome:
        return self._run(lambda asked: asked.get(url, validators))

    def documents(self, url: str) -> tuple[str, ...] | Failed:
        return self._run(lambda asked: asked.documents(url))

    def _run(self, ask: Callable[[Special], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            settings = WebSettings(pause_s=0.0, attempts=1, also_media_types=special.MEDIA_TYPES)
            async with Web(settings, allow_private=True, resolver=self.server.resolver) as web:
                return await ask(Special(web, self.addresses))

        return asyncio.run(run())


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    with MirrorServer(tmp_path) as server:
        yield Fake(server)


def test_a_repository_is_its_readme(fake: Fake) -> None:
    fake.file("README.md", "# R\n[docs](docs/x.md)")
    found = fake.get("http://www.github.com/o/r.git/#readme")
    assert isinstance(found, Fetched)
    assert (found.url, found.content_type, found.charset, found.hops) == (HOME, "text/markdown", "utf-8", ())
    assert found.body == b"# R\n[docs](docs/x.md)" and found.validators.etag
    assert links_of(found.body.decode(), found.url, found.content_type) == (f"{HOME}/blob/HEAD/docs/x.md",)
    again = fake.get(HOME, found.validators)
    assert isinstance(again, Unchanged) and again.url == HOME
    assert fake.server.asked("api.test") == []  # not without need


def test_a_readme_of_another_name_is_asked_for(fake: Fake) -> None:
    fake.api("readme", {"path": "doc/ReadMe.rst", "download_url": "http://elsewhere.test/x"})
    fake.file("doc/ReadMe.rst", "R\n=")
    found = fake.get(HOME)
    assert isinstance(found, Fetched) and found.content_type == "text/x-rst" and found.body == b"R\n="
    assert fake.server.asked("elsewhere.test") == []
    fake.api("readme/docs?ref=dev", {"path": "docs/readme"})
    fake.file("docs/readme", "of the folder", "dev")
    folder = fake.get(f"{HOME}/tree/dev/docs")
    assert isinstance(folder, Fetched) and folder.url == f"{HOME}/tree/dev/docs"
    assert folder.content_type == "text/plain" and folder.body == b"of the folder"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"path": "../../secret"}, ("failed", special.NO_README)),
        ({"path": "/etc/passwd"}, ("failed", special.NO_README)),
        ({"path": 3}, ("failed", special.NO_README)),
        ([], ("failed", special.NO_README)),
        (None, ("gone", "HTTP 404")),
    ],
)
def test_a_repository_without_a_readme_says_so(fake: Fake, answer: object, outcome: tuple[str, str]) -> None:
    if answer is not None:
        fake.api("readme", answer)
    failed = fake.get(HOME)
    assert isinstance(failed, Failed) and (failed.url, failed.status, failed.reason) == (HOME, *outcome)


def test_the_rate_limit_of_the_api_is_recognized_and_other_names_are_tried(fake: Fake) -> None:
    limited = {"message": "API rate limit exceeded for 127.0.0.1. (But here's the good news …)"}
    fake.server.faults["api.test/repos/o/r/readme"] = Fault(status=403, body=json.dumps(limited).encode())
    fake.server.faults["api.test/repos/o/r/git/trees/HEAD?recursive=1"] = Fault(status=429)
    assert fake.get(HOME) == Failed(HOME, "failed", special.RATE_LIMIT)
    assert fake.documents(HOME) == Failed(HOME, "failed", special.RATE_LIMIT)
    fake.file("README.rst", "R\n=")
    found = fake.get(HOME)
    assert isinstance(found, Fetched) and found.content_type == "text/x-rst"
    fake.server.faults.clear()
    fake.api("git/trees/HEAD?recursive=1", limited)
    assert fake.documents(HOME) == Failed(HOME, "failed", special.RATE_LIMIT)


def test_an_api_that_robots_may_not_ask_leaves_the_usual_names(fake: Fake) -> None:
    fake.server.robots["api.test"] = "User-agent: *\nDisallow: /"
    assert fake.get(HOME) == Failed(HOME, "failed", special.NO_README)
    refused = fake.documents(HOME)
    assert isinstance(refused, Failed) and (refused.url, refused.status) == (HOME, "disallowed")
    fake.file("readme.md", "small letters")
    assert isinstance(fake.get(HOME), Fetched)


def test_a_server_in_trouble_is_the_repositorys_outcome(fake: Fake) -> None:
    fake.server.faults["raw.test/o/r/HEAD/README.md"] = Fault(status=500)
    assert fake.get(HOME) == Failed(HOME, "failed", "HTTP 500")


def test_a_file_of_a_repository_has_the_type_of_its_name(fake: Fake) -> None:
    fake.file("a b/x.ipynb", "{}", "dev")
    found = fake.get("https://github.com/o/r/blob/dev/a%20b/x.ipynb?plain=1")
    assert isinstance(found, Fetched)
    assert found.url == "https://github.com/o/r/blob/dev/a%20b/x.ipynb"
    assert found.content_type == "application/x-ipynb+json" and found.body == b"{}"
    gone = fake.get(f"{HOME}/blob/main/none.md")
    assert isinstance(gone, Failed) and (gone.status, gone.url) == ("gone", f"{HOME}/blob/main/none.md")


PATHS = [
    *("README.md", "guide.md", "docs/b.md", "docs/deep/a.rst", "examples/n.ipynb", "documents/a b.md"),
    *("src/x.py", "CHANGELOG.md", "LICENSE.md", ".github/x.md", "tests/t.md", "node_modules/m/README.md"),
    *("docs/../up.md", "/abs.md"),
]
TREE = {
    "tree": [
        *({"path": path, "type": "blob", "size": 10} for path in PATHS),
        {"path": "docs/huge.md", "type": "blob", "size": 10**8},
        {"path": "docs", "type": "tree"},
        {"path": 3, "type": "blob"},
        {"path": "x.md", "type": "blob", "size": "y"},
        "odd",
    ],
    "truncated": True,
}


def test_the_documents_of_a_repository_are_listed_most_central_first(fake: Fake) -> None:
    fake.api("git/trees/HEAD?recursive=1", TREE)
    found = fake.documents(HOME)
    assert found == tuple(
        f"{HOME}/blob/HEAD/{quote(path)}"
        for path in ("docs/b.md", "documents/a b.md", "docs/deep/a.rst", "guide.md", "examples/n.ipynb")
    )
    fake.api("git/trees/main?recursive=1", TREE)
    assert fake.documents(f"{HOME}/tree/main/docs") == (
        f"{HOME}/blob/main/docs/b.md",
        f"{HOME}/blob/main/docs/deep/a.rst",
    )
    assert fake.documents(f"{HOME}/blob/main/docs/b.md") == ()
    assert fake.documents("https://a.org") == ()


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b'{"tree": 3}', b'{"tree": {"a": 1}}', b"[" * 99999]
)
def test_a_broken_answer_of_the_api_lists_nothing(body: bytes) -> None:
    assert github.documents(body, Place("o", "r", "repository")) == ()
    assert github.readme_path(body) == ""
    assert not github.is_rate_limited(Fetched("u", body, "application/json", "", Validators(), "t"))


def test_a_repository_of_thousands_of_documents_is_cut() -> None:
    tree = {"tree": [{"path": f"docs/{n}.md", "type": "blob", "size": 1} for n in range(5000)]}
    found = github.documents(json.dumps(tree).encode(), Place("o", "r", "repository"))
    assert len(found) == github.MOST_DOCUMENTS


# Videos


WATCH = f"https://www.youtube.com/watch?v={VIDEO}"
TRACKS = (
    '<?xml version="1.0"?><transcript_list><track id="0" name="" lang_code="de"/>'
    '<track id="1" name="" lang_code="en" kind="asr"/>'
    '<track id="2" name="by hand &amp; eye" lang_code="en-US"/></transcript_list>'
)
CAPTIONS = (
    '<?xml version="1.0" encoding="utf-8" ?><transcript><text start="0" dur="1">[Music]</text>'
    '<text start="1.5" dur="2">Docker isn&amp;#39;t a\nvirtual machine.</text>'
    '<text start="4" dur="2">It shares the <i>kernel</i>.</text></transcript>'
)


def oembed(
    fake: Fake, answer: str | bytes = '{"title": "Docker  in\\n an hour", "author_name": "Nana"}'
) -> str:
    query = f"url={quote(WATCH, safe='')}&format=json"
    fake.server.add(f"oembed.test?{query}", answer, "application/json")
    fake.server.add(f"oembed.test/?{query}", answer, "application/json")
    return f"oembed.test/?{query}"


def test_a_video_is_its_title_and_transcript(fake: Fake) -> None:
    oembed(fake)
    fake.server.add(f"timedtext.test/?type=list&v={VIDEO}", TRACKS, "text/xml; charset=utf-8")
    fake.server.add(
        f"timedtext.test/?v={VIDEO}&lang=en-US&name=by%20hand%20%26%20eye",
        CAPTIONS,
        "text/xml; charset=utf-8",
    )
    found = fake.get(f"https://youtu.be/{VIDEO}?si=x")
    assert isinstance(found, Fetched)
    assert (found.url, found.content_type, found.charset) == (WATCH, "text/markdown", "utf-8")
    assert found.body.decode() == (
        "# Docker in an hour\n\nA video by Nana.\n\n## Transcript\n\n"
        "Docker isn't a virtual machine. It shares the kernel.\n"
    )
    assert isinstance(fake.get(WATCH, found.validators), Unchanged)
    oembed(fake, '{"title": "Docker in two hours"}')
    assert isinstance(fake.get(WATCH, found.validators), Fetched)


def test_a_video_without_captions_is_its_title(fake: Fake) -> None:
    oembed(fake)
    found = fake.get(WATCH)
    assert isinstance(found, Fetched) and found.body == b"# Docker in an hour\n\nA video by Nana.\n"
    fake.server.robots["timedtext.test"] = "User-agent: *\nDisallow: /"
    again = fake.get(WATCH)
    assert isinstance(again, Fetched) and again.body == found.body


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(status=404), ("gone", "HTTP 404")),
        (Fault(status=401), ("failed", "login needed")),
        (Fault(status=500), ("failed", "HTTP 500")),
        (Fault(body=b"no json"), ("failed", special.NO_TITLE)),
        (Fault(body=b'{"title": ""}'), ("failed", special.NO_TITLE)),
        (Fault(body=b"[1]"), ("failed", special.NO_TITLE)),
    ],
)
def test_a_video_that_cannot_be_had_says_why(fake: Fake, fault: Fault, outcome: tuple[str, str]) -> None:
    fake.server.faults[oembed(fake)] = fault
    failed = fake.get(WATCH)
    assert isinstance(failed, Failed) and (failed.url, failed.status, failed.reason) == (WATCH, *outcome)


def test_captions_are_chosen_by_language_then_by_who_wrote_them() -> None:
    tracks = youtube.read_tracks(TRACKS.encode())
    assert tracks == (Track("de"), Track("en", spoken=True), Track("en-US", "by hand & eye"))
    assert youtube.best_track(tracks) == tracks[2]
    assert youtube.best_track(tracks, ("de", "en")) == tracks[0]
    assert youtube.best_track(tracks[:2]) == tracks[1]
    assert youtube.best_track(tracks[:1]) == tracks[0]
    assert youtube.best_track(()) is None
    assert youtube.captions_address(VIDEO, tracks[1], "http://t") == f"http://t?v={VIDEO}&lang=en&kind=asr"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (CAPTIONS, "Docker isn't a virtual machine. It shares the kernel."),
        (
            '<timedtext format="3"><body><p t="0" d="9"><s>Hello</s><s> there</s></p>'
            '<p t="9">you &amp; me</p></body></timedtext>',
            "Hello there you & me",
        ),
        (
            "WEBVTT\n\nNOTE x\n\n1\n00:00.000 --> 00:02.000 align:start\n<c>Hello</c> there\n\n"
            "00:02.000 --> 00:03.000\nHello there\nyou",
            "Hello there you",
        ),
        ("", ""),
        ("<html><body>Sorry</body></html>", ""),
        ("<transcript><text>unclosed", "unclosed"),
        (
            '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><transcript><text>&c;x</text></transcript>',
            "&c;x",
        ),
        ("plain words", ""),
    ],
)
def test_captions_of_every_form_become_words(body: str, words: str) -> None:
    assert youtube.read_captions(body.encode()) == words


def test_a_long_transcript_has_paragraphs() -> None:
    line = '<text start="0">A sentence of some eight words or so.</text>'
    paragraphs = youtube.read_captions(f"<transcript>{line * 100}</transcript>".encode()).split("\n\n")
    assert len(paragraphs) > 3 and all(p.endswith("so.") and 500 < len(p) < 700 for p in paragraphs[:-1])
    endless = '<text start="0">and on it goes</text>'
    paragraphs = youtube.read_captions(f"<transcript>{endless * 500}</transcript>".encode()).split("\n\n")
    assert all(len(p) < 1300 for p in paragraphs)


@pytest.mark.parametrize(
    "body", ["<text>" * 100_000, "<!ENTITY" * 50_000, "<a" * 200_000, "WEBVTT\n\n" + "-->" * 100_000]
)
def test_hostile_captions_neither_stall_nor_crash(body: str) -> None:
    began = time.perf_counter()
    youtube.read_captions(body.encode())
    youtube.read_tracks(body.encode())
    assert time.perf_counter() - began < 2


def test_any_other_page_is_fetched_as_it_is(fake: Fake) -> None:
    fake.server.add("a.org/x", "<p>x")
    found = fake.get(fake.server.local("https://a.org/x"))
    assert isinstance(found, Fetched) and found.content_type == "text/html"


# Walls


def answer(body: str, url: str = "https://a.org/x", *hops: str, content_type: str = "text/html") -> Fetched:
    return Fetched(url, body.encode(), content_type, "utf-8", Validators(), "t", hops)


ARTICLE = "<p>" + "Words of an article that says something. " * 60 + "</p>"
SCRIPTS = "<script src=a></script>" * 4


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (answer(ARTICLE), ""),
        (answer(ARTICLE + '<form><input type="password"></form>' + SCRIPTS), ""),  # a login box beside
        (answer(ARTICLE + "<noscript>Please enable JavaScript to comment.</noscript>"), ""),
        (answer("<h1>A short landing page</h1><p>With a few honest words.</p>"), ""),
        (answer("<form>User <input name=u> <input type='password'></form>"), "login"),
        (
            answer(
                "<p>Sign in</p>", "https://accounts.google.com/v3/signin/x", "https://docs.google.com/d/1"
            ),
            "login",
        ),
        (answer(ARTICLE, "https://www.linkedin.com/authwall?x=1", "https://www.linkedin.com/in/x"), "login"),
        (answer(ARTICLE, "https://a.org/docs/login/", "https://a.org/docs/login"), ""),  # asked for as such
        (answer(f"<body><div id='root'></div>{SCRIPTS}</body>"), "script"),
        (
            answer("<body><noscript>You need to enable JavaScript to run this app.</noscript></body>"),
            "script",
        ),
        (answer(f"<body>Loading{SCRIPTS}</body>"), "script"),
        (answer("<title>Just a moment...</title><p>Checking your browser</p>" + SCRIPTS), "robot check"),
        (
            answer('<script type="application/ld+json">{"isAccessibleForFree": false}</script>' + ARTICLE),
            "paywall",
        ),
        (answer('<script>{"isAccessibleForFree":"False"}</script>' + ARTICLE), "paywall"),
        (answer('<script>{"isAccessibleForFree":true}</script>' + ARTICLE), ""),
        (answer("<p>Member-only story</p><p>The first lines of it …</p>"), "paywall"),
        (answer("<p>Enable JavaScript</p>", content_type="text/markdown"), ""),
        (Failed("u", "failed", "login needed"), "login"),
        (Failed("u", "failed", "HTTP 403"), "login"),
        (Failed("u", "failed", "HTTP 999"), "login"),
        (Failed("u", "failed", "HTTP 402"), "paywall"),
        (Failed("u", "failed", "HTTP 500"), ""),
        (Failed("u", "gone", "HTTP 404"), ""),
        (Unchanged("u", "t"), ""),
    ],
)
def test_a_wall_is_told_by_the_answer(outcome: Outcome, expected: str) -> None:
    assert wall(outcome) == expected


def test_the_words_of_the_main_content_decide_where_they_are_known() -> None:
    menu = "<nav>" + "Menu entry " * 100 + "</nav>" + SCRIPTS
    assert wall(answer(menu)) == ""
    assert wall(answer(menu), words=3) == "script"
    assert wall(answer(""), text="<input type=password>") == "login"


@needs_linked
def test_of_the_mirrors_pages_only_a_scripts_shell_is_a_wall() -> None:
    rows = [json.loads(line) for line in (LINKED / "manifest.jsonl").read_text().splitlines()]
    walls = {}
    for row in rows:
        if row["content_type"].startswith("text/html"):
            text = (LINKED / row["file"]).read_text(encoding="utf-8")
            if found := wall(answer(text, row["url"]), words=row["words"]):
                walls[row["url"]] = found
    assert walls == {"https://learngitbranching.js.org/": "script"}


@pytest.mark.parametrize(
    "text",
    ["<script" * 100_000, "<input " + "type=" * 100_000, "<div" + " id=root" * 50_000, "enable " * 100_000],
)
def test_hostile_pages_are_judged_in_time(text: str) -> None:
    began = time.perf_counter()
    wall(answer(text))
    assert time.perf_counter() - began < 2
