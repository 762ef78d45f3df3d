"""Which pages documents want, which links pages have, and in what order a crawl visits them."""

import asyncio
import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest
from mirror_server import MirrorServer

from assistant.documents import Document, Source
from ingest.load.text import load_text
from ingest.pipeline import make_document
from ingest.sources import shipped_corpus
from ingest.web import frontier, traps
from ingest.web.client import Web, WebSettings
from ingest.web.frontier import Frontier, Limits, Visit, folder_of, links_of, refresh_target
from ingest.web.keys import url_key
from ingest.web.records import Fetched, Outcome
from ingest.web.special import special_kind
from ingest.web.traps import trap
from ingest.web.wanted import Wanted, damaged, wanted

LINKED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared")) / "linked"
needs_linked = pytest.mark.skipif(
    not (LINKED / "manifest.jsonl").is_file(), reason="set ROADMAP_SHARED to the linked pages"
)


def document(text: str, id: str = "one", kind: str = "roadmap", roadmaps: tuple[str, ...] = ()) -> Document:
    return make_document(Source(id, kind, id.title(), roadmaps=roadmaps or (id,)), text)  # type: ignore[arg-type]


# Links out of documents


@pytest.fixture(scope="module")
def of_roadmaps() -> tuple[Wanted, ...]:
    texts = [(c.id, load_text(c.path.read_bytes())) for c in shipped_corpus() if c.kind == "roadmap"]
    return wanted(document(loaded.text, id) for id, loaded in texts)  # type: ignore[union-attr]


def test_the_roadmaps_want_94_pages_from_99_places(of_roadmaps: tuple[Wanted, ...]) -> None:
    assert len(of_roadmaps) == 94
    assert sum(len(page.places) for page in of_roadmaps) == 99
    assert all(page.key == url_key(page.url) for page in of_roadmaps)
    assert Counter(page.roadmaps for page in of_roadmaps) == {("roadmap-2024",): 48, ("six-month-plan",): 46}


@pytest.mark.parametrize(
    ("key", "why", "kind"),
    [
        ("realpython.com", "article", "page"),
        ("amazon.com/stores/Eric-Matthes/author/B01DPU378I", "book", "page"),
        ("codecademy.com/learn/learn-python-3", "course", "page"),
        ("app.datacamp.com/learn/skill-tracks/python-programming", "course", "page"),
        ("marvelousmlops.substack.com/p/welcome-to-pre-commit-heaven", "article", "page"),  # labelled a tool
        ("udemy.com/course/mastering-prometheus-and-grafana", "course", "page"),  # labelled a tool
        ("youtube.com/watch?v=SLB_c_ayRMo", "video", "video"),  # labelled a course
        ("k9scli.io", "tool", "page"),
        ("course.fast.ai", "course", "page"),
        ("madewithml.com/courses/mlops", "course", "page"),
        ("github.com/sayakpaul/ml-deployment-k8s-fastapi", "repository", "repository"),
        ("github.com/evidentlyai/evidently", "repository", "repository"),
        (
            "towardsdatascience.com/tutorial-basic-kubeflow-pipeline-from-scratch-5f0350dc1905",
            "article",
            "page",
        ),
        ("jakevdp.github.io/PythonDataScienceHandbook", "book", "page"),
        ("oreilly.com/library/view/hands-on-machine-learning/9781492032632", "book", "page"),
        ("kaggle.com/learn/python", "course", "page"),
        ("dvc.org/doc", "tool", "page"),
        ("mlflow.org/docs/latest/tutorials-and-examples", "article", "page"),
        ("mlflow.org/docs/latest/model-registry.html", "tool", "page"),
        ("docs.github.com/en/actions", "tool", "page"),
        ("aws.amazon.com/free", "tool", "page"),
        (
            "aws.amazon.com/blogs/machine-learning/mlops-model-deployment-and-monitoring-on-aws",
            "article",
            "page",
        ),
        ("mlops.community/mlops-ci-cd-with-github-actions", "article", "page"),
    ],
)
def test_the_roadmaps_pages_are_wanted_for_what_they_are(
    of_roadmaps: tuple[Wanted, ...], key: str, why: str, kind: str
) -> None:
    page = next(page for page in of_roadmaps if page.key == key)
    assert (page.why, special_kind(page.url)) == (why, kind)


def test_every_kind_of_resource_is_among_the_roadmaps_pages(of_roadmaps: tuple[Wanted, ...]) -> None:
    assert set(Counter(page.why for page in of_roadmaps)) == {
        "article", "book", "course", "repository", "tool", "video",
    }  # fmt: skip
    assert Counter(special_kind(page.url) for page in of_roadmaps) == {
        "page": 83,
        "repository": 6,
        "video": 5,
    }


def test_a_page_knows_every_place_that_links_to_it(of_roadmaps: tuple[Wanted, ...]) -> None:
    page = next(p for p in of_roadmaps if p.key == "mlops.community/mlops-ci-cd-with-github-actions")
    assert [place.text for place in page.places] == [
        "CI/CD for ML with GitHub Actions",
        "CI/CD Pipelines with MLflow + GitHub Actions",
    ]
    assert all(place.source == "six-month-plan" and place.label == "Resources" for place in page.places)
    assert ["Week 15" in page.places[0].heading_path[-1], "Week 22" in page.places[1].heading_path[-1]] == [
        True,
        True,
    ]


def test_addresses_of_one_page_are_one_wanted_page_with_the_secure_address() -> None:
    text = "- [A](http://www.a.org/x/?utm_source=y)\n- [Same](https://a.org/x/index.html#part)\n- <http://a.org/x>\n"
    (page,) = wanted([document(text)])
    assert page.url == "https://a.org/x/index.html"
    assert [place.text for place in page.places] == ["A", "Same", "http://a.org/x"]
    assert page.places[0].url == "http://www.a.org/x/"


def test_roadmaps_count_before_the_notes_and_files_that_link_to_the_same_page() -> None:
    note = document("[A](https://a.org/x) [B](https://b.org)", "note:n", "note", ("one", "two"))
    roadmap = document("[A](https://a.org/x)", "two")
    file = document("[A](https://a.org/x) [C](https://c.org)", "file:f", "file")
    pages = wanted([note, roadmap, file])
    assert [(page.key, page.roadmaps) for page in pages] == [
        ("a.org/x", ("two",)),
        ("b.org", ("one", "two")),
        ("c.org", ("file:f",)),
    ]
    assert len(pages[0].places) == 3


DAMAGED = """
# Reading

- **Book**: [spaces](https://a.org/some page), [title](https://b.org/x "A title"), [scheme](www.c.org/y)
- [slashes](https//d.org) and [bare](roadmap.sh/docker) and [angle](<https://e.org/a b>)
- see www.f.org/z, htps://g.org/w. or (https://h.org/a_(b)).
- [cut](https://i.org/very/lo...) and [no host](https://<host>/x) and [nothing](http://)
- a [file](README.md), [part](#top), [mail](mailto:a@b.org), ![picture](www.j.org/x.png) ![](https://j.org/y.png)
- `https://k.org/in-code` and

```
curl https://l.org/in-a-block
```
"""


def test_damaged_links_are_mended_or_reported_with_their_place() -> None:
    page = document(DAMAGED)
    assert [found.url for found in wanted([page])] == [
        "https://a.org/some%20page",
        "https://b.org/x",
        "https://www.c.org/y",
        "https://d.org",
        "https://roadmap.sh/docker",
        "https://e.org/a%20b",
        "https://www.f.org/z",
        "https://g.org/w",
        "https://h.org/a_(b)",
    ]
    reported = damaged([page])
    assert [link.text for link in reported] == ["cut", "no host", "nothing"]
    assert all(link.heading_path == ("Reading",) and link.source == "one" for link in reported)
    assert wanted([page])[0].why == "book"
    for link in reported:
        assert page.text[link.start : link.end].startswith(f"[{link.text}]")


def test_versions_of_the_protocol_are_no_links() -> None:
    page = document("HTTP/2. HTTP/1.1, HTTP/2: and HTTP/3 differ from http/a.org and https//b.org.\n")
    assert [found.url for found in wanted([page])] == ["https://b.org"]
    assert [link.url for link in damaged([page])] == ["http/a.org"]


# Links out of pages


HTML = """<!doctype html><html><head><title>t</title></head><body>
<a href="one.html">1</a> <a HREF='/two/'>2</a> <a href=three.html#part>3</a> <a href="one.html#again">1</a>
<a href="https://b.org/x?utm_source=y">b</a> <a href="//c.org/x">c</a> <a href="www.d.org/x">d</a>
<a href="https//e.org/x">e</a> <a href=" four
.html ">4</a> <a href="a b.html">5</a> <a href="#top">top</a> <a href="mailto:x@y.z">m</a>
<a href="javascript:x()">j</a> <a href="data:text/html,x">d</a> <a href="http://[">broken</a> <a>none</a>
<map><area href="../area.html"></map> <iframe src="frame.html"></iframe> <!-- <a href="comment.html">c</a> -->
<script>"<a href='script.html'>"</script> <img src="x.png"> <a href="Inc.">point</a>
"""


def test_links_of_html_are_whole_tidy_and_each_once() -> None:
    assert links_of(HTML, "https://a.org/docs/page.html") == (
        "https://a.org/docs/one.html",
        "https://a.org/two/",
        "https://a.org/docs/three.html",
        "https://b.org/x",
        "https://c.org/x",
        "https://www.d.org/x",
        "https://e.org/x",
        "https://a.org/docs/four.html",
        "https://a.org/docs/a%20b.html",
        "https://a.org/area.html",
        "https://a.org/docs/frame.html",
        "https://a.org/docs/Inc.",
    )


def test_a_base_element_a_refresh_and_a_ban_on_following_are_heeded() -> None:
    page = '<html><head><base href="/deep/"><meta http-equiv="Refresh" content="0; URL=\'next.html\'"></head>'
    page += '<body><a href="x.html">x</a></body></html>'
    assert links_of(page, "https://a.org/p") == ("https://a.org/deep/next.html", "https://a.org/deep/x.html")
    assert refresh_target(page, "https://a.org/p") == "https://a.org/deep/next.html"
    banned = page.replace("<head>", '<head><meta name="robots" content="noindex, nofollow">')
    assert links_of(banned, "https://a.org/p") == ()


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("1; url=latest/", "https://a.org/x/latest/"),
        ("0;latest/", "https://a.org/x/latest/"),
        ("5", None),  # the page itself again
        ("0; url=https://a.org/x", None),
        ("600; url=/x2", None),  # a page that renews itself
        ("0; url=javascript:x", None),
        ("", None),
    ],
)
def test_where_a_stub_sends_its_reader(content: str, target: str | None) -> None:
    page = f'<html><noscript><meta http-equiv="refresh" content="{content}"></noscript>x</html>'
    assert refresh_target(page, "https://a.org/x/") == target


def test_links_of_markdown_rst_and_notebooks_are_found() -> None:
    markdown = (
        "[a](one.md) ![p](p.png) [b](<two.md> 'T') [c][r] <https://d.org> [e](f\\_g.md)\n\n[r]: ../three.md\n"
    )
    markdown += '\n```\n[no](code.md)\n```\n<a href="four.md">4</a> (see https://e.org/x_(y).)'
    assert links_of(markdown, "https://a.org/docs/page", "text/markdown") == (
        "https://a.org/docs/one.md",
        "https://a.org/docs/p.png",
        "https://a.org/docs/two.md",
        "https://d.org",
        "https://a.org/docs/f_g.md",
        "https://a.org/three.md",
        "https://a.org/docs/four.md",
        "https://e.org/x_(y)",
    )
    rst = "`Words <https://b.org/x>`_ and `more <sub/y.html>`__\n\n.. _name: https://c.org\n"
    assert links_of(rst, "https://a.org/d/index.html", "text/x-rst") == (
        "https://b.org/x",
        "https://a.org/d/sub/y.html",
        "https://c.org",
    )
    cells = [
        {"cell_type": "markdown", "source": ["[a](https://a.org)\n", "[b](b.ipynb)"]},
        {"cell_type": "code", "source": "open('https://c.org')", "outputs": [{"text": "https://d.org"}]},
        {"cell_type": "markdown", "source": 3},
        "no cell",
    ]
    notebook = json.dumps({"cells": cells, "nbformat": 4})
    assert links_of(notebook, "https://n.org/x/y.ipynb", "application/x-ipynb+json") == (
        "https://a.org",
        "https://n.org/x/b.ipynb",
    )


def test_links_in_a_repositorys_texts_lead_to_its_files() -> None:
    text = "[a](docs/a.md) [b](./b.ipynb) [c](https://c.org)"
    home = "https://github.com/o/r"
    assert links_of(text, home, "text/markdown")[:2] == (
        f"{home}/blob/HEAD/docs/a.md",
        f"{home}/blob/HEAD/b.ipynb",
    )
    assert links_of("[a](a.md)", f"{home}/tree/dev/docs", "text/markdown") == (f"{home}/blob/dev/docs/a.md",)
    assert links_of("[a](a.md)", f"{home}/blob/dev/docs/x.md", "text/markdown") == (
        f"{home}/blob/dev/docs/a.md",
    )


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 200_000 + '<a href="x">x</a>',
        "<a href='x" * 50_000,
        "<!--" * 100_000,
        "<a " * 200_000,
        "<html" + "<" * 300_000,
        "[" * 200_000,
        "](" * 100_000,
        "[a](" + "(" * 200_000,
        "`<" * 100_000,
        "```\n" * 50_000,
        '{"cells": ' + "[" * 100_000,
        "\x00\ud800 <html><a href='y'>",
        "",
    ],
    ids=lambda text: text[:8].encode("unicode_escape").decode(),
)
def test_hostile_text_neither_stalls_nor_crashes(text: str) -> None:
    began = time.perf_counter()
    for content_type in ("", "text/html", "text/markdown", "application/x-ipynb+json"):
        assert len(links_of(text, "https://a.org/x", content_type)) < 10
        refresh_target(text, "https://a.org/x")
    assert time.perf_counter() - began < 4


def test_a_page_of_endless_links_is_cut() -> None:
    page = "<html>" + "".join(f'<a href="/{n}">x</a>' for n in range(20_000))
    assert len(links_of(page, "https://a.org")) == 5000
    useless = " ".join(f"[x](javascript:{n})" for n in range(20_000))
    assert links_of(f"{useless} [x](/x)", "https://a.org", "text/markdown") == ()


# Traps


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("docs/page.html", ""),
        ("docs/concepts/search-runs.html", ""),
        ("docs/grafana/latest/dashboards/search/", ""),
        ("2020/version-control/", ""),
        ("blog/2024/05/12/what-is-drift", ""),
        ("a/storage/uri/uri/", ""),
        ("paper.pdf", ""),
        ("notebook.ipynb", ""),
        ("x?page=2", ""),
        ("x?lang=de&version=3", ""),
        ("x" * 500, traps.LONG),
        ("x/a/b/a/b/", traps.REPEATED),
        ("x/again/again/again/", traps.REPEATED),
        ("/".join("abcdefghijklmnopqrst"), traps.REPEATED),
        ("calendar/", traps.CALENDAR),
        ("events/2031/5/", traps.CALENDAR),
        ("blog/2024/05/12", traps.CALENDAR),
        ("blog/2024-05", traps.CALENDAR),
        ("list?sort=name", traps.QUERY),
        ("index?C=M;O=A", traps.QUERY),
        ("cal?month=5", traps.QUERY),
        ("x?k=1&l=2&m=3&n=4", traps.QUERY),
        ("x;jsessionid=8?y=1", traps.SESSION),
        ("x?PHPSESSID=8", traps.SESSION),
        ("x?y=1&sid=8", traps.SESSION),
        ("login", traps.SERVICE),
        ("users/sign_in.php", traps.SERVICE),
        ("blog/tag/mlops/", traps.SERVICE),
        ("en/latest/genindex.html", traps.SERVICE),
        ("stable/_sources/a/b/c/x.rst.txt", traps.SERVICE),
        ("search?q=x", traps.SERVICE),
        ("data.tar.gz", traps.BINARY),
        ("img/x.PNG", traps.BINARY),
        ("style.css?v=3", traps.BINARY),
    ],
)
def test_a_trap_is_told_by_its_address(path: str, reason: str) -> None:
    assert trap(f"https://a.org/{path}") == reason


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", ""),
        ("/tree/main/docs", ""),
        ("/blob/main/docs/x.md", ""),
        ("/blob/main/x.ipynb", ""),
        ("/wiki/Home", ""),
        ("/blob/main/src/x.py", traps.NO_DOCUMENT),
        ("/issues/12", traps.NO_DOCUMENT),
        ("/commits/main", traps.NO_DOCUMENT),
        ("/releases/tag/v1", traps.NO_DOCUMENT),
        ("/stargazers", traps.NO_DOCUMENT),
    ],
)
def test_of_a_repository_only_what_is_to_be_read_is_followed(path: str, reason: str) -> None:
    found = trap(f"https://github.com/o/r{path}")
    assert bool(found) == bool(reason)


@needs_linked
def test_no_page_of_the_mirror_is_a_trap_nor_counts_as_endless() -> None:
    rows = [json.loads(line) for line in (LINKED / "manifest.jsonl").read_text().splitlines()]
    refused = [(trap(row["url"]), row["url"]) for row in rows if trap(row["url"])]
    assert refused == []
    sites = {url_key(row["url"]).split("/")[0] for row in rows}
    pages = Frontier([seed(f"https://{site}/") for site in sorted(sites)], Limits(1, 5000, 5000))
    visits = {visit.key: visit for visit in iter(pages.next, None)}
    for site in sites:
        pages.found(visits[site], [row["url"] for row in rows if url_key(row["url"]).split("/")[0] == site])
    assert len(pages) == len([row for row in rows if url_key(row["url"]) not in sites])


# The order of a crawl


def seed(url: str) -> Wanted:
    return Wanted(url_key(url), url, (), "article", ("one",))


def drained(pages: Frontier) -> list[str]:
    return [visit.key for visit in iter(pages.next, None)]


def numbered(start: str, count: int) -> list[str]:
    return [f"{start}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"[:count]]


def test_linked_pages_come_first_and_hosts_take_turns() -> None:
    pages = Frontier(
        map(seed, ["https://a.org/1", "https://a.org/2", "https://b.org/1", "https://a.org/1#x"]), Limits(1)
    )
    first = pages.next()
    assert first == Visit("a.org/1", "https://a.org/1", 0, "a.org/1")
    assert pages.found(first, numbered("https://a.org/1/", 3)) == 3
    second = pages.next()
    assert second and second.key == "b.org/1"
    assert pages.found(second, numbered("https://b.org/1/", 3)) == 3
    third = pages.next()
    assert third and third.key == "a.org/2"
    assert pages.found(third, numbered("https://a.org/2/", 2)) == 2
    assert len(pages) == 8
    rest = drained(pages)
    # b.org was served least, then they alternate; within a.org its two linked pages take turns
    assert rest[0] == "b.org/1/a" and Counter(key[:5] for key in rest[:6]) == {"a.org": 3, "b.org": 3}
    assert [key for key in rest if key.startswith("a.org")] == [
        "a.org/1/a",
        "a.org/2/a",
        "a.org/1/b",
        "a.org/2/b",
        "a.org/1/c",
    ]
    assert pages.visited == 11 and len(pages) == 0 and pages.next() is None


def test_depth_counts_links_from_the_linked_page() -> None:
    for depth in (0, 1, 2):
        pages = Frontier([seed("https://a.org/")], Limits(depth))
        visit = pages.next()
        assert visit
        pages.found(visit, ["https://a.org/x"])
        if depth:
            visit = pages.next()
            assert visit and visit.depth == 1 and visit.root == "a.org"
            pages.found(visit, ["https://a.org/x/y"])
        assert drained(pages) == (["a.org/x/y"] if depth == 2 else [])
        assert pages.skipped == ({} if depth == 2 else {frontier.TOO_DEEP: 1})


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("https://a.org", "a.org"),
        ("https://www.a.org/index.html", "a.org"),
        ("https://scikit-learn.org/stable/tutorial/index.html", "scikit-learn.org/stable/tutorial"),
        ("https://docs.python.org/3/library/logging.html", "docs.python.org/3/library"),
        ("https://dvc.org/doc", "dvc.org/doc"),
        ("https://kubernetes.io/docs/home/", "kubernetes.io/docs"),
        ("https://prometheus.io/docs/introduction/overview/", "prometheus.io/docs/introduction"),
        ("https://x.substack.com/p/a-post", "x.substack.com/p/a-post"),
        ("https://a.org/docs?page=2", "a.org/docs"),
        ("https://github.com/o/r/tree/main/docs", "github.com/o/r/blob/HEAD/docs"),
        ("https://github.com/o/r/blob/main/docs/x.md", "github.com/o/r/blob/HEAD/docs"),
        ("https://github.com/o/r", "github.com/o/r"),
    ],
)
def test_what_lies_beneath_a_page(url: str, folder: str) -> None:
    assert folder_of(url) == folder


def test_links_leave_neither_the_site_nor_the_folder() -> None:
    pages = Frontier([seed("https://www.a.org/docs/index.html")], Limits(1))
    visit = pages.next()
    assert visit
    links = ["http://a.org/docs/x", "https://a.org/docs-old/y", "https://a.org/", "https://b.org/docs/z"]
    links += ["https://sub.a.org/docs/x", "https://a.org/docs/login", "https://a.org/docs/x/", "no address"]
    assert pages.found(visit, links * 2) == 1
    assert drained(pages) == ["a.org/docs/x"]
    assert pages.skipped == {frontier.OUTSIDE: 2, frontier.OTHER_SITE: 2, traps.SERVICE: 1}


def test_a_folder_of_a_repository_holds_its_files() -> None:
    pages = Frontier([seed("https://github.com/o/r/tree/main/docs")], Limits(1))
    visit = pages.next()
    assert visit
    assert (
        pages.found(
            visit, ["https://github.com/O/R/blob/main/docs/x.md", "https://github.com/o/r/blob/main/y.md"]
        )
        == 1
    )


def test_limits_of_pages_hold_in_all_and_for_a_host() -> None:
    linked = [seed(f"https://{host}.org/") for host in "abc"]
    pages = Frontier(linked, Limits(1, max_pages=8, max_per_host=3))
    for visit in (pages.next(), pages.next(), pages.next()):
        assert visit
        pages.found(visit, numbered(f"https://{visit.key}/", 10))
    visited = drained(pages)
    assert len(visited) == 5 and pages.visited == 8
    assert max(Counter(key.split("/")[0] for key in visited).values()) == 2
    assert sum(pages.skipped.values()) == 30 - 5 and set(pages.skipped) == {
        frontier.OVER_PAGES,
        frontier.OVER_HOST,
    }
    few = Frontier(linked, Limits(1, max_pages=2))
    assert len(drained(few)) == 2 and few.skipped == {frontier.OVER_PAGES: 1}
    alone = Frontier(linked[:1], Limits(1, max_per_host=2))
    first = alone.next()
    assert first and alone.found(first, numbered("https://a.org/", 9)) == 2
    assert drained(alone) == ["a.org/a"]
    assert alone.skipped == {frontier.OVER_HOST: 8}


def test_a_page_that_moved_is_visited_once_and_takes_its_folder_along() -> None:
    pages = Frontier(
        map(seed, ["https://a.org/tutorial.html", "https://a.org/guide/", "https://b.org/x/y"]), Limits(1)
    )
    visits = {visit.key: visit for visit in iter(pages.next, None)}
    moved = visits["a.org/tutorial.html"]
    assert pages.moved(moved, "https://www.c.org/new/tutorial/index.html")
    assert not pages.moved(visits["a.org/guide"], "https://c.org/new/tutorial/")  # the same page again
    assert pages.found(moved, ["https://c.org/new/tutorial/x", "https://a.org/y", "https://c.org/old"]) == 2
    # to a front page: nothing opens
    assert pages.moved(visits["b.org/x/y"], "https://b.org/")
    assert pages.found(visits["b.org/x/y"], ["https://b.org/z", "https://b.org/x/y/z"]) == 1
    assert pages.roots("c.org/new/tutorial") == ("a.org/tutorial.html", "a.org/guide")
    # a site as a whole may move
    whole = Frontier([seed("https://old.org")], Limits(1))
    visit = whole.next()
    assert visit and whole.moved(visit, "https://new.org/") and whole.found(visit, ["https://new.org/x"]) == 1
    assert whole.moved(visit, "https://old.org/index.html")  # no move at all


def test_a_page_that_is_sent_astray_is_not_kept() -> None:
    pages = Frontier([seed("https://a.org/docs/")], Limits(1))
    visit = pages.next()
    assert visit and pages.found(visit, numbered("https://a.org/docs/", 5)) == 5
    beneath = list(iter(pages.next, None))
    ends = [
        "https://b.org/",
        "https://a.org/",
        "https://a.org/docs/login",
        "https://a.org/docs/x",
        "https://a.org/docs/A",
    ]
    kept = [pages.moved(visit, end) for visit, end in zip(beneath, ends, strict=True)]
    assert kept == [False, False, False, True, True]
    assert pages.skipped == {frontier.OTHER_SITE: 1, frontier.OUTSIDE: 1, traps.SERVICE: 1}


def test_a_page_beneath_two_linked_pages_belongs_to_both() -> None:
    pages = Frontier(map(seed, ["https://a.org/", "https://a.org/docs/"]), Limits(1))
    front, docs = pages.next(), pages.next()
    assert front and docs
    assert pages.found(front, ["https://a.org/docs/x", "https://a.org/y", "https://a.org/docs"]) == 2
    assert pages.found(docs, ["https://a.org/docs/x", "https://a.org/y"]) == 0
    assert pages.roots("a.org/docs/x") == ("a.org", "a.org/docs")
    assert pages.roots("a.org/y") == ("a.org",)
    assert pages.roots("a.org/docs") == ("a.org/docs", "a.org")
    assert pages.roots("unknown.org") == ()


def test_endless_numbers_and_queries_end() -> None:
    pages = Frontier([seed("https://a.org/")], Limits(1, 5000, 5000))
    visit = pages.next()
    assert visit
    assert pages.found(visit, [f"https://a.org/node/{n}/next" for n in range(200)]) == 50
    assert (
        pages.found(
            visit, [f"https://a.org/list?item={chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(99)]
        )
        == 20
    )
    assert pages.skipped == {frontier.NUMBERED: 150, frontier.QUERIES: 79}
    # a page that lies beneath two linked pages counts once
    two = Frontier(map(seed, ["https://a.org/", "https://a.org/docs/"]), Limits(2, 5000, 5000))
    front, docs = two.next(), two.next()
    assert (
        front
        and docs
        and two.found(front, ["https://a.org/docs/x"])
        and not two.found(docs, ["https://a.org/docs/x"])
    )
    visit = two.next()
    assert visit and two.found(visit, [f"https://a.org/docs/node/{n}" for n in range(200)]) == 50


# A crawl of a real server


async def crawl(web: Web, pages: Frontier, at_once: int = 4) -> dict[str, Outcome]:
    """What the caller of a frontier does, in short."""
    outcomes: dict[str, Outcome] = {}
    while visits := [visit for _ in range(at_once) if (visit := pages.next())]:
        for visit, outcome in zip(
            visits, await asyncio.gather(*(web.get(v.url) for v in visits)), strict=True
        ):
            outcomes[visit.key] = outcome
            if isinstance(outcome, Fetched) and pages.moved(visit, outcome.url):
                pages.found(visit, links_of(outcome.body.decode(), outcome.url, outcome.content_type))
    return outcomes


def crawled(server: MirrorServer, urls: list[str], limits: Limits) -> tuple[Frontier, dict[str, Outcome]]:
    async def run() -> dict[str, Outcome]:
        async with Web(WebSettings(pause_s=0.0), allow_private=True, resolver=server.resolver) as web:
            return await crawl(web, pages)

    pages = Frontier([seed(server.local(url)) for url in urls], limits)
    return pages, asyncio.run(run())


def html(*links: str) -> str:
    return "<html><body>" + "".join(f'<a href="{link}">x</a>' for link in links) + "</body></html>"


def test_depth_and_page_limits_hold_on_a_server(tmp_path: Path) -> None:
    with MirrorServer(tmp_path) as server:
        server.robots["a.org"] = "User-agent: *\nDisallow: /docs/secret\n"
        server.add("a.org/docs/", html("one", "two/", "secret/x", "/about", "https://a.org/docs/one#x"))
        server.add("a.org/docs/one", html("deeper"))
        server.add("a.org/docs/two/", html("../deeper", "deepest"))
        server.add("a.org/docs/deeper", html("deeper/still"))
        server.add("a.org/docs/two/deepest", html("/docs/"))
        server.add("a.org/docs/deeper/still", html())
        for depth, expected in ((0, 1), (1, 4), (2, 6), (3, 7), (9, 7)):
            _, outcomes = crawled(server, ["https://a.org/docs/"], Limits(depth))
            assert len(outcomes) == expected, depth
            assert all(isinstance(o, Fetched) for key, o in outcomes.items() if "secret" not in key)
        assert not any("secret" in address for address in server.asked())
        pages, outcomes = crawled(server, ["https://a.org/docs/"], Limits(9, max_pages=3))
        assert len(outcomes) == 3 and pages.skipped[frontier.OVER_PAGES] >= 1


def test_a_crawl_ends_in_spite_of_traps(tmp_path: Path) -> None:
    with MirrorServer(tmp_path) as server:
        server.traps["a.org"] = {"calendar", "queries", "deep"}
        server.add("a.org/docs/", html("events/", "plan/", "list?x=0", "deep/"))
        pages, outcomes = crawled(
            server, ["https://a.org/docs/"], Limits(depth=1000, max_pages=100_000, max_per_host=100_000)
        )
        assert len(pages) == 0
        assert 4 < len(outcomes) < 200
        assert pages.skipped[traps.CALENDAR] > 0 and pages.skipped[traps.REPEATED] > 0
        assert pages.skipped[traps.QUERY] > 0


@needs_linked
def test_the_mirrors_sites_are_crawled_beneath_their_linked_pages() -> None:
    with MirrorServer(LINKED) as server:
        urls = [
            "https://kserve.github.io/website/0.9/",
            "https://course.fast.ai",
            "https://airflow.apache.org/docs/apache-airflow/stable/tutorial.html",
        ]
        pages, outcomes = crawled(server, urls, Limits(3, 160, 140))
        found = Counter(key.partition(":")[0] for key, o in outcomes.items() if isinstance(o, Fetched))
        assert found == {"kserve.github.io": 8, "course.fast.ai": 40, "airflow.apache.org": 2}
        assert all("/website/0.9" in key for key in outcomes if key.startswith("kserve"))
        assert pages.visited == len(outcomes) <= 160 and len(pages) == 0
