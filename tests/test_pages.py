"""Pages as they were served become clean Markdown, or a titled link with a reason; versions are folded."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import IngestSettings
from ingest.blocks import parse_blocks
from ingest.clean import clean
from ingest.load import Loader, Skipped
from ingest.load.masks import Masked
from ingest.pages import Fold, Page, Thin, fold, read_page

LINKED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared")) / "linked"
PROSE = "A model server answers requests over HTTP and keeps the model in memory while it runs. " * 4
URL = "https://a.org/docs/serving/"


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    with Loader(IngestSettings(max_file_mb=20, max_chars=2_000_000)) as found:
        yield found


def read(
    loader: Loader, body: bytes | str, media: str = "text/html", charset: str = "", url: str = URL
) -> Any:
    data = body.encode() if isinstance(body, str) else body
    return read_page(data, media, charset, url, loader)


def page(
    loader: Loader, body: bytes | str, media: str = "text/html", charset: str = "", url: str = URL
) -> Page:
    found = read(loader, body, media, charset, url)
    assert isinstance(found, Page), found
    return found


def html(body: str, head: str = "<title>Serving</title>") -> str:
    return f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{body}</body></html>"


# --- HTML: what stays and what goes ------------------------------------------------------------------

SITE = html(
    f"""
<div class="cookie-banner"><p>We use cookies to improve your experience on this site.</p></div>
<header><a href="/">Home</a> <a href="/docs">Docs</a></header>
<nav class="sidebar"><ul><li><a href="/a">Alpha page</a></li><li><a href="/b">Beta page</a></li></ul></nav>
<main><div class="breadcrumbs">Docs / Serving</div><h1>Serving<a class="headerlink" href="#s">¶</a></h1>
<p>{PROSE}</p>
<h2 id="t">Table of contents</h2><ul><li><a href="#a">Steps</a></li><li><a href="#b">API</a></li></ul>
<section id="versions"><h2 id="feedback">Steps</h2>
<ol><li>Export it<ul><li>with limits</li></ul></li><li>Run it</li></ol></section>
<div class="admonition note"><p class="admonition-title">Note</p><p>Mind the gap.</p></div>
<div class="highlight-python"><pre><span class="linenos">1</span>x = 1
<span class="linenos">2</span>y = 2</pre></div>
<dl><dt class="sig"><span class="descname">fit</span>(<em>X</em>, <em>*args</em>)<a href="#f">¶</a></dt>
<dd><p>Fits it.</p></dd></dl>
<table><thead><tr><th>Tool</th><th>Use</th></tr></thead>
<tbody><tr><td>a|b</td><td>serving <code>x</code></td></tr></tbody></table>
<div class="tabbed-set"><div class="tabbed-labels"><label>pip</label><label>conda</label></div>
<div class="tabbed-content"><div class="tabbed-block"><p>use pip</p></div>
<div class="tabbed-block"><p>use conda</p></div></div></div>
<p><img alt="How a request travels through the server" src="x.png">
<img alt="logo" src="data:image/png;base64,AAAA"></p>
<p>See <a href="https://kserve.github.io/?utm_source=x">KServe</a>, <a href="/other">another</a>.</p>
<div class="feedback">Was this page helpful?</div><p>Edit this page</p>
<p>Last updated on May 3, 2024</p></main>
<footer>© 2024 The Authors. All rights reserved.</footer><script>track()</script>""",
    "<title>Serving — The Project 1.2 documentation</title><link rel=license href='https://l.org/by'>",
)


def test_a_page_keeps_its_content_and_its_structure(loader: Loader) -> None:
    found = page(loader, SITE)
    assert (found.title, found.language, found.licence_note) == ("Serving", "en", "https://l.org/by")
    for part in ("# Serving\n", "## Steps\n", "1. Export it\n   - with limits\n2. Run it",
                 "**Note:** Mind the gap.",
                 "```python\nx = 1\ny = 2\n```", "- `fit(X, *args)`: Fits it.", "| a\\|b | serving `x` |",
                 "**pip**\n\nuse pip\n\n**conda**\n\nuse conda", "How a request travels through the server",
                 "[KServe](https://kserve.github.io/)", "another"):  # fmt: skip
        assert part in found.text, part
    for part in ("cookies", "Alpha", "Home", "Docs /", "¶", "helpful", "Edit this", "updated", "2024",
                 "track",
                 "base64", "/other", "contents", "utm_", "logo", "- API"):  # fmt: skip
        assert part not in found.text, part


def test_without_a_marked_main_part_the_text_is_found_all_the_same(loader: Loader) -> None:
    menu = "".join(f"<li><a href='/{n}'>Entry number {n} of the menu</a></li>" for n in range(30))
    paragraphs = "".join(f"<p>{PROSE} Part {n} of the whole text.</p>" for n in range(6))
    found = page(
        loader, html(f"<div><ul>{menu}</ul></div><div><div><h1>Serving</h1>{paragraphs}</div></div>")
    )
    assert "Part 5" in found.text and "# Serving" in found.text and "Entry number" not in found.text


# --- encodings ---------------------------------------------------------------------------------------

WORDS = "Zażółć gęślą jaźń, przecież modele działają wolno i łatwo się psują w użyciu. " * 8
ENCODED = [
    (WORDS.encode("iso-8859-2"), "iso-8859-2", ""),  # the header says it
    (WORDS.encode("iso-8859-2"), "", "<meta charset=iso-8859-2>"),  # the page says it
    (WORDS.encode(), "iso-8859-2", ""),  # the header is wrong: the bytes prove UTF-8
    (WORDS.encode("cp1250"), "utf-8", "<meta charset='windows-1250'>"),  # the header is wrong
    (WORDS.encode("utf-16"), "utf-8", ""),  # a mark at the beginning outweighs all
    (WORDS.encode(), "no-such-charset", ""),
    (b"\xef\xbb\xbf" + WORDS.encode(), "cp1252", ""),
]


@pytest.mark.parametrize(("data", "charset", "head"), ENCODED)
def test_a_page_is_read_in_the_encoding_it_has(loader: Loader, data: bytes, charset: str, head: str) -> None:
    body = data if charset == "utf-8" and not head else html("<p>@</p>", head).encode().replace(b"@", data)
    media = "text/markdown" if body is data else "text/html"
    found = page(loader, body, media, charset)
    assert "Zażółć gęślą jaźń" in found.text
    assert found.language == "pl"


def test_a_seven_bit_encoding_is_believed(loader: Loader) -> None:
    words = "モデルサーバーはリクエストに応答します。" * 10
    assert (
        "モデルサーバー"
        in page(loader, html(f"<p>{words}</p>").encode("iso-2022-jp"), charset="ISO-2022-JP").text
    )


# --- thin pages --------------------------------------------------------------------------------------

THIN = [
    (html("<p>Moved.</p>", "<title>Old</title><meta http-equiv=Refresh content='0; URL=../new.html'>"),
     Thin("redirect", "Old", "https://a.org/docs/new.html")),
    (html("<script>window.location.replace('latest/' + location.hash)</script>Redirecting"),
     Thin("redirect", "Serving", "https://a.org/docs/serving/latest/")),
    (html("<form><input name=user><input type=password></form><p>Enter your name and your password here.</p>",
          "<title>Sign in</title>"), Thin("needs a login", "Sign in")),
    (html("<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript>"),
     Thin("needs a script", "Serving")),
    (html("<h1>Serving</h1><p>Choose a guide.</p>"), Thin("few words", "Serving")),
    (html(""), Thin("few words", "Serving")),
]  # fmt: skip


@pytest.mark.parametrize(("body", "thin"), THIN)
def test_a_page_without_content_keeps_its_title_and_says_why(loader: Loader, body: str, thin: Thin) -> None:
    assert read(loader, body) == thin


def test_a_refresh_of_a_whole_page_is_reported(loader: Loader) -> None:
    head = "<title>T</title><meta http-equiv=refresh content='30; url=/next'>"
    assert page(loader, html(f"<p>{PROSE}</p>", head)).refresh == "https://a.org/next"
    again = head.replace("; url=/next", "")
    assert page(loader, html(f"<p>{PROSE}</p>", again)).refresh == ""


def test_empty_bodies_and_foreign_types_are_no_pages(loader: Loader) -> None:
    assert read(loader, b"", "text/markdown") == Thin("few words")
    assert read(loader, "---\ntitle: T\n---\n", "text/markdown") == Thin("few words", "T")
    assert read(loader, b"\x89PNG" + bytes(99), "text/html") == Skipped("binary")
    assert read(loader, '{"a": 1}', "application/json") == Skipped("unsupported file type")
    assert read(loader, PROSE, "image/svg+xml") == Skipped("unsupported file type")
    assert read(loader, html("<div>" * 900), "text/html") == Skipped("nested too deeply")


# --- other formats -----------------------------------------------------------------------------------

LICENCE = 'Licensed under the Apache License, Version 2.0 (the "License")'


def test_markdown_front_matter_gives_title_and_lead(loader: Loader) -> None:
    text = (
        f'<!-- {LICENCE} -->\r\n+++\r\ntitle = "Serve it"\r\nweight = 3\r\n'
        'description = "How to serve it all day."\r\n+++\r\n\r\n' + PROSE
    )
    found = page(loader, text, "text/markdown; charset=utf-8")
    assert (found.title, found.licence_note, found.front_matter["weight"]) == ("Serve it", "Apache-2.0", 3)
    assert found.text.startswith("How to serve it all day.\n\nA model server")
    assert "License" not in found.text and "\r" not in found.text


def test_restructured_text_keeps_the_words_of_roles_and_raw_html(loader: Loader) -> None:
    text = f"""\
.. {LICENCE}

Title
=====

See :doc:`/core-concepts/dag-runs`, :ref:`the guide <x>`, :py:class:`~a.b.Model`. {PROSE}

.. code-section::

    .. code-block:: python

        x = 1

.. raw:: html

    <div><h4>Compare</h4><p>Charts <b>help</b>.</p><script>x()</script></div>

.. autoclass:: a.b
"""
    found = page(loader, text, "text/x-rst")
    assert (found.title, found.licence_note) == ("Title", "Apache-2.0")
    for part in (
        "See dag runs, the guide, `Model`.",
        "```python\nx = 1\n```",
        "#### Compare",
        "Charts **help**.",
    ):
        assert part in found.text, part
    assert "x()" not in found.text and "autoclass" not in found.text and "License" not in found.text


def test_a_notebook_loses_pictures_and_mere_objects(loader: Loader) -> None:
    outputs: list[dict[str, Any]] = [
        {"output_type": "display_data", "metadata": {},
         "data": {"image/png": "iVBORw0KGgo", "text/plain": "<Figure size 640x480 with 1 Axes>"}},
        {"output_type": "execute_result", "metadata": {}, "execution_count": 1,
         "data": {"text/html": "<table><tr><th>a</th></tr><tr><td>7</td></tr></table>",
                  "text/plain": "<IPython.core.display.HTML object>"}},
        {"output_type": "stream", "name": "stderr",
         "text": "Requirement already satisfied: x\n 10%|#  | 1/9\nkept\n"},
    ]  # fmt: skip
    code = {"id": "c", "cell_type": "code", "metadata": {}, "execution_count": 1, "source": "run({{ x }})"}
    prose = {"id": "m", "cell_type": "markdown", "metadata": {},
             "source": f"# Drift\n\n<div class='a'>{PROSE}</div>\n\n![x](attachment:x.png)"}  # fmt: skip
    cells = [prose, {**code, "outputs": outputs}]
    found = page(loader, json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}),
                 "application/x-ipynb+json")  # fmt: skip
    assert found.title == "Drift"
    for part in ("```python\nrun({{ x }})\n```", "| a |", "| 7 |", "kept"):
        assert part in found.text, part
    for part in ("Figure", "iVBOR", "IPython", "satisfied", "10%", "<div", "attachment"):
        assert part not in found.text, part


def test_a_licence_in_the_first_cell_is_no_content(loader: Loader) -> None:
    text = f"```python\n# Copyright 2020 The Authors.\n# {LICENCE}\n```\n\n# Title\n\n{PROSE}"
    found = page(loader, text, "text/markdown")
    assert "License" not in found.text and found.text.startswith("# Title")


def test_what_a_body_holds_outweighs_what_its_server_says(loader: Loader) -> None:
    assert "**bold**" in page(loader, html(f"<p><b>bold</b> {PROSE}</p>"), "text/plain").text
    assert (
        page(loader, f"# Title\n\n{PROSE}", "application/octet-stream", url="https://a.org/x.md").title
        == "Title"
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [("Der Server beantwortet Anfragen und hält das Modell im Speicher. " * 9, "de"),
     ("系统设计是一个广泛的话题，有大量的资源可以学习。" * 9, "zh"),
     ("```\nkubectl get pods -A\n```\n" * 20, "")],
)  # fmt: skip
def test_the_language_is_that_of_the_prose(loader: Loader, text: str, language: str) -> None:
    assert page(loader, text, "text/markdown").language == language


# --- versions ----------------------------------------------------------------------------------------


def long_text(seed: str, words: int = 400) -> str:
    return " ".join(f"{seed}{n * 7919 % 613}" for n in range(words))


def test_versions_of_one_page_are_folded_into_the_current_one() -> None:
    text = long_text("a")
    pages = {
        "https://a.org/docs/1.2/x/": text + " one change",
        "https://a.org/docs/latest/x/": text + " two changes here",
        "https://a.org/docs/v1.10/x/": text,
        "https://a.org/docs/stable/x/": text.replace("a7 ", "b "),
        "https://a.org/docs/dev/x/": text + " to come",
        "https://a.org/docs/latest/y/": long_text("c"),
    }
    stable = "https://a.org/docs/stable/x/"
    assert fold(pages) == (
        Fold(stable, tuple(sorted(url for url in pages if url.endswith("/x/") and url != stable))),
    )
    del pages[stable]
    assert fold(pages)[0].kept == "https://a.org/docs/latest/x/"
    del pages["https://a.org/docs/latest/x/"]
    assert fold(pages)[0].kept == "https://a.org/docs/v1.10/x/"


def test_versions_may_differ_more_than_other_copies() -> None:
    shared = long_text("s", 300)
    old, new = shared + " " + long_text("a", 60), shared + " " + long_text("b", 60)
    assert fold({"https://a.org/v1/x/": old, "https://a.org/v2/x/": new})[0].kept == "https://a.org/v2/x/"
    assert fold({"https://a.org/x/": old, "https://a.org/y/": new}) == ()


def test_pages_that_differ_stay_apart() -> None:
    shared = long_text("s", 150)
    pages = {
        "https://a.org/guide/one/": shared + " " + long_text("a", 150),
        "https://a.org/guide/two/": shared + " " + long_text("b", 150),
        "https://a.org/v1/z/": long_text("p"),
        "https://a.org/v2/z/": long_text("q"),
        "https://a.org/short/": "few words",
        "https://a.org/short2/": "other words",
    }
    assert fold(pages) == ()


def test_copies_under_two_addresses_are_one_page() -> None:
    text = long_text("a", 2000)
    pages = {
        "https://a.org/x/": text,
        "https://www.b.org/some/y/": text + " and a footer",
        "https://c.org/": "short",
    }
    assert fold(pages) == (Fold("https://www.b.org/some/y/", ("https://a.org/x/",)),)


# --- the mirrored pages ------------------------------------------------------------------------------

LEFTOVERS = {
    "shortcode": r"\{\{[<%]",
    "Liquid tag": r"\{% ?(?:data|raw|endraw|if|endif|note|hint|tabs?)\b",
    "HTML tag": r"</?(?:div|span|p|a|img|br|td|tr|ul|li|details|summary|iframe)\b[^>]*>",
    "colon block": r"^ *:::",
    "admonition": r"^ *(?:!!!|\?\?\?) ",
    "slash block": r"^ *///+",
    "import": r"^import .* from ['\"]",
    "role": r"(?<![`\w]):(?:ref|doc|class|func|meth|term):`",
    "directive": r"^ *\.\. [\w-]+::",
    "picture": r"base64,|data:image",
    "tracking": r"utm_",
    "comment": r"<!--",
    "inner link": r"\]\(\.{0,2}/",
}  # fmt: skip


@pytest.mark.skipif(not LINKED.is_dir(), reason="set ROADMAP_SHARED to the folder of linked pages")
def test_a_sample_of_real_pages_comes_out_clean(loader: Loader) -> None:
    rows = [json.loads(line) for line in (LINKED / "manifest.jsonl").read_text().splitlines()]
    seen: Counter[str] = Counter()
    sample = []
    for row in rows:  # three of each host, type and flag
        marks = [row["url"].split("/")[2] + row["content_type"], *row["flags"]]
        if any(seen[mark] < 3 for mark in marks):
            seen.update(marks)
            sample.append(row)
    kinds: Counter[str] = Counter()
    for row in sample:
        media, _, charset = row["content_type"].partition("; charset=")
        found = read_page((LINKED / row["file"]).read_bytes(), media, charset, row["url"], loader)
        kinds[type(found).__name__] += 1
        assert not isinstance(found, Skipped), (row["url"], found)
        if isinstance(found, Thin):
            continue
        assert found.title or row["words"] < 400, row["url"]
        assert found.language in ("en", "ja", "zh", ""), (row["url"], found.language)
        assert clean(found.text) == found.text, row["url"]
        assert all(found.text[b.start : b.end].strip() for b in parse_blocks(found.text)), row["url"]
        prose = Masked(found.text).text
        for name, sign in LEFTOVERS.items():
            left = re.search(sign, prose, re.M)
            assert not left, (row["url"], name, prose[max(0, left.start() - 60) : left.end() + 60])
    assert len(sample) > 100 and kinds["Page"] > 0.8 * len(sample)
