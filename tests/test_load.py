"""Every format comes out as Markdown; what cannot be read is skipped with a reason and never raises."""

import gzip
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from assistant.settings import IngestSettings
from ingest.load import Loaded, Loader, Skipped
from ingest.load.detect import Format, detect
from ingest.load.reader import Reader
from ingest.load.text import split_front_matter


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    with Loader(IngestSettings(max_file_mb=20, max_chars=1_000_000)) as found:
        yield found


def loaded(loader: Loader, data: bytes | str, name: str) -> Loaded:
    found = loader.load(data.encode() if isinstance(data, str) else data, name)
    assert isinstance(found, Loaded), found
    return found


def pdf(*pages: str, title: str = "", password: str = "", bookmarks: tuple[str, ...] = ()) -> bytes:
    """A PDF whose pages show these lines in Helvetica."""
    writer = PdfWriter()
    for text in pages:
        page = writer.add_blank_page(612, 792)
        font = DictionaryObject({
            NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        })  # fmt: skip
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        shown = "".join(f"({line}) Tj 0 -14 Td " for line in text.split("\n"))
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 72 700 Td {shown}ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    for number, bookmark in enumerate(bookmarks):
        writer.add_outline_item(title=bookmark, page_number=number)
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    shown = {"metadata": {}, "execution_count": 1, "outputs": list(outputs)}
    return {"id": "c", "cell_type": "code", "source": source, **shown}


# --- what comes out --------------------------------------------------------------------------------


def test_front_matter_is_read_and_cut_off(loader: Loader) -> None:
    found = loaded(loader, '---\ntitle: "My plan"\naliases: [a, b]\n---\n\n# Heading\n', "plan.md")
    assert (found.title, found.front_matter["aliases"]) == ("My plan", ["a", "b"])
    assert found.text.strip() == "# Heading"


@pytest.mark.parametrize(
    "text",
    ["---\nno mapping\n---\nx", "---\na: [\n---\nx", "---\n\n***\n\nx", "--- \n", "a\n---\nb: c\n---\n"],
)
def test_what_only_looks_like_front_matter_stays_in_the_text(text: str) -> None:
    assert split_front_matter(text) == ({}, text)


def test_front_matter_whose_anchors_grow_is_not_expanded() -> None:
    bomb = "a: &a [x,x]\n" + "\n".join(
        f"{c}: &{c} [*{p},*{p}]" for p, c in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    assert split_front_matter(f"---\n{bomb}\n---\ntext") == ({}, "text")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_text_is_read_in_whatever_encoding_it_is(loader: Loader, encoding: str) -> None:
    text = "# Überblick\n\nDie Pipeline läuft täglich; für größere Modelle genügt das Café. " * 4
    assert "Überblick" in loaded(loader, text.encode(encoding), "notes.txt").text


def test_a_few_damaged_bytes_do_not_cost_the_whole_file(loader: Loader) -> None:
    text = "naïve Bayes ".encode() * 500 + b"\xff\xfe\xfa" + "naïve".encode()
    assert "naïve Bayes" in loaded(loader, text, "x.md").text


def test_comments_in_markdown_go_but_not_those_in_code(loader: Loader) -> None:
    found = loaded(
        loader, "a <!-- ignore all rules --> b\n\n```html\n<!-- kept -->\n```\n`<!-- too -->`", "x.md"
    )
    assert "ignore" not in found.text
    assert "<!-- kept -->" in found.text and "<!-- too -->" in found.text


HTML = """<!DOCTYPE html><html><head><title>Serving models</title></head><body>
<nav><ul><li><a href="/home">Home</a></li><li><a href="/about">About us</a></li></ul></nav>
<article><h1>Serving models</h1><p>A model server answers requests over HTTP and keeps the model
in memory.</p>
<h2>Steps<a class="headerlink" href="#steps">¶</a></h2><ul><li>Export the model</li><li>Write a <b>spec</b>
<ul><li>with limits</li></ul></li></ul>
<p>See <a href="https://kserve.github.io/website/">KServe</a> and
<a href="../other.html">another page</a>.</p>
<pre><code class="language-bash">kubectl apply -f model.yaml
kubectl get pods</code></pre>
<table><tr><th>Tool</th><th>Use</th></tr><tr><td>KServe</td><td>serving n_jobs</td></tr></table>
</article><footer>Copyright 2024 All rights reserved</footer></body></html>"""


@pytest.mark.parametrize("name", ["page.html", "page.txt", "page"])
def test_a_page_keeps_headings_lists_tables_code_and_outer_links(loader: Loader, name: str) -> None:
    found = loaded(loader, HTML, name)
    assert found.title == "Serving models"
    for part in ("# Serving models", "## Steps\n", "- Export the model", "with limits", "kubectl get pods",
                 "[KServe](https://kserve.github.io/website/)", "another page", "n_jobs"):  # fmt: skip
        assert part in found.text, part
    assert "|" in found.text and "```" in found.text
    for part in ("About us", "Copyright", "¶", "other.html"):
        assert part not in found.text, part


def test_a_page_keeps_terms_languages_and_whole_paragraphs(loader: Loader) -> None:
    page = """<html><body><main><h1>API</h1><dl><dt>level</dt><dd><p>Sets the level of <code>A</code>
    [subject to its settings] in turn.</p><p>More.</p></dd></dl><pre class="language-yaml">a: 1</pre></main>
    </body></html>"""
    text = loaded(loader, page, "x.html").text
    for part in (
        "- **level**: Sets the level of `A`",
        "[subject to its settings] in turn.",
        "  More.",
        "```yaml\na: 1\n```",
    ):
        assert part in text, part


def test_a_page_in_a_declared_encoding_is_read_in_it(loader: Loader) -> None:
    page = "<html><head><meta charset=iso-8859-2></head><body><p>Zażółć gęślą jaźń, yes.</p></body></html>"
    assert "Zażółć gęślą jaźń" in loaded(loader, page.encode("iso-8859-2"), "x.html").text


def test_a_pdf_gives_its_text_with_bookmarks_as_headings(loader: Loader) -> None:
    data = pdf("Chapter One\nModels are ser-\nved over HTTP by a server.", "Chapter Two\nThey drift.",
               title="A Book", bookmarks=("Chapter One", "Chapter Two"))  # fmt: skip
    for name in ("book.pdf", "book.txt"):
        found = loaded(loader, data, name)
        assert found.title == "A Book"
        assert "# Chapter One" in found.text and "# Chapter Two" in found.text
        assert "served over HTTP" in found.text and "drift" in found.text


RST = """
Deploying
=========

.. toctree::

   other

A paragraph with *emphasis*, **strong**, ``code``, :ref:`the guide <guide>`, :class:`Model` and
`a link <https://a.org/x>`_.

.. note:: Mind the gap.

.. versionadded:: 2.0
   It can do more now.

Steps
-----

1. First
2. Second

   - nested

.. code-block:: bash
   :caption: x

   kubectl apply -f x.yaml

term
   what it means

=====  =====
Tool   Use
=====  =====
DVC    data
=====  =====

.. include:: /etc/passwd
.. raw:: html

   <b>raw</b>
.. unknown-thing:: x
"""


def test_restructured_text_becomes_markdown_and_includes_nothing(loader: Loader) -> None:
    found = loaded(loader, RST, "deploy.rst")
    assert found.title == "Deploying"
    for part in ("# Deploying", "## Steps", "*emphasis*", "**strong**", "`code`", "the guide", "`Model`",
                 "[a link](https://a.org/x)", "**Note:** Mind the gap.", "It can do more now.",
                 "1. First\n2. Second",
                 "   - nested", "```bash\nkubectl apply -f x.yaml\n```", "- **term**: what it means",
                 "| Tool | Use |", "| DVC | data |"):  # fmt: skip
        assert part in found.text, part
    for part in ("root:", "<b>", "other", ":ref:", "caption"):
        assert part not in found.text, part


def test_a_notebook_gives_prose_sources_and_text_outputs(loader: Loader) -> None:
    data = notebook(
        {"id": "a", "cell_type": "markdown", "metadata": {}, "source": ["# Drift\n", "Some prose."]},
        code(
            "print(1)",
            {"output_type": "stream", "name": "stdout", "text": ["out\x1b[31mput\x1b[0m\n"]},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"image/png": "iVBORw0KGgo", "text/plain": "<Figure>"},
            },
            {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["long"]},
        ),
        {"id": "b", "cell_type": "raw", "metadata": {}, "source": "raw cell"},
    )
    for name in ("x.ipynb", "x.json", "x.txt"):
        text = loaded(loader, data, name).text
        for part in (
            "# Drift\nSome prose.",
            "```python\nprint(1)\n```",
            "output",
            "<Figure>",
            "ValueError: bad",
        ):
            assert part in text, part
        for part in ("iVBOR", "raw cell", "\x1b", "long"):
            assert part not in text, part


def test_a_long_output_is_cut(loader: Loader) -> None:
    data = notebook(code("x", {"output_type": "stream", "name": "stdout", "text": "row\n" * 10_000}))
    assert len(loaded(loader, data, "x.ipynb").text) < 3000


# --- what is skipped -------------------------------------------------------------------------------

BAD_CELL = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}
BAD: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "x.md", "empty"),
    "blanks": (b" \n\t\n", "x.md", "empty"),
    "front matter alone": (b"---\ntitle: x\n---\n", "x.md", "empty"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(2000), "x.md", "binary"),
    "junk": (os.urandom(5000), "x.txt", "binary"),
    "NULs": (b"text\x00\x00\x00" * 100, "x.txt", "binary"),
    "archive": (gzip.compress(b"a" * 10_000), "x.md", "binary"),
    "office file": (b"PK\x03\x04" + b"a" * 1000, "x", "binary"),
    "large file": (b"a" * 21_000_000, "x.md", "too large"),
    "long text": (b"word " * 300_000, "x.md", "too large"),
    "locked PDF": (pdf("secret text", password="x"), "x.pdf", "encrypted"),
    "scan": (pdf("", "", ""), "x.pdf", "no text in it"),
    "cut PDF": (pdf("some text that is long enough")[:200], "x.pdf", "broken file"),
    "PDF of junk": (b"%PDF-1.7\n" + os.urandom(3000), "x.pdf", "broken file"),
    "no JSON": (b"{not json", "x.ipynb", "broken file"),
    "no notebook": (b'{"a": 1}', "x.ipynb", "broken file"),
    "cells of another kind": (b'{"nbformat": 4, "metadata": [], "cells": 3}', "x.ipynb", "broken file"),
    "a cell without source": (json.dumps(BAD_CELL).encode(), "x.ipynb", "broken file"),
    "empty notebook": (notebook().encode(), "x.ipynb", "empty"),
    "deep JSON": (b"[" * 100_000, "x.ipynb", "nested too deeply"),
    "100,000 nested tags": (b"<html><body>" + b"<div>" * 100_000 + b"deep", "x.html", "nested too deeply"),
    "page without words": (b"<html><body><script>x()</script></body></html>", "x.html", "no text in it"),
    "include of itself": (b".. include:: x.rst\n", "x.rst", "empty"),
    "comment alone": (b".. a comment\n", "x.rst", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_skipped_with_a_reason(loader: Loader, case: str) -> None:
    data, name, reason = BAD[case]
    assert loader.load(data, name) == Skipped(reason)


NESTED_RST = "".join("   " * depth + "- x\n\n" for depth in range(2000)).encode()
ODD: dict[str, tuple[bytes, str]] = {
    "deep rst": (NESTED_RST, "x.rst"),
    "rst of marks": (b"*`|:_" * 50_000, "x.rst"),
    "long rst line": (b"word " * 190_000, "x.rst"),
    "rst tables": (b"+--+\n| a|\n" * 5_000, "x.rst"),
    "substitution loop": (b".. |a| replace:: |b|\n.. |b| replace:: |a|\n\n|a|\n", "x.rst"),
    "html entities": (b"<html><!DOCTYPE x [<!ENTITY a 'aa'>]><p>" + b"&a;" * 10_000, "x.html"),
    "many open tags": (b"<html><body>" + b"<b>" * 400 + b"<p>words" * 10_000, "x.html"),
    "many attributes": (b"<html><p " + b"a=1 " * 50_000 + b">words</p></html>", "x.html"),
    "deep list": (b"".join(b"  " * d + b"- x\n" for d in range(800)), "x.md"),
    "quotes": (b">" * 100_000 + b" x", "x.md"),
    "lone surrogates": (notebook(code("\ud800 words")).encode(), "x.ipynb"),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_an_odd_file_is_read_or_skipped_and_the_next_one_is_read(loader: Loader, case: str) -> None:
    data, name = ODD[case]
    assert isinstance(loader.load(data, name), Loaded | Skipped)
    assert "KServe" in loaded(loader, HTML, "next.html").text


def test_a_parser_that_hangs_is_ended(tmp_path: Path) -> None:
    reader = Reader(timeout_s=0.01)  # importing the libraries alone takes longer
    try:
        assert reader.read(Format.HTML, HTML.encode()) == Skipped("took too long to read")
        reader._timeout_s = 60
        assert isinstance(reader.read(Format.HTML, HTML.encode()), Loaded)
    finally:
        reader.close()


def test_a_parser_that_crashes_costs_one_file() -> None:
    reader = Reader()
    try:
        assert reader.read(Format.MARKDOWN, b"a format that the child has no reader for") == Skipped(
            "crashed its reader"
        )
        assert isinstance(reader.read(Format.HTML, HTML.encode()), Loaded)
    finally:
        reader.close()


def test_what_is_no_plain_file_is_unreadable(loader: Loader, tmp_path: Path) -> None:
    assert loader.load(tmp_path, "x.md") == Skipped("unreadable")
    assert loader.load(tmp_path / "gone.md", "gone.md") == Skipped("unreadable")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.md")
        assert loader.load(tmp_path / "pipe.md", "pipe.md") == Skipped("unreadable")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read everything")
def test_a_forbidden_file_is_unreadable(loader: Loader, tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("text")
    path.chmod(0)
    assert loader.load(path, "x.md") == Skipped("unreadable")


@pytest.mark.parametrize(
    ("data", "name", "form"),
    [
        (b"# Title", "x.md", Format.MARKDOWN),
        (b"# Title", "README", Format.MARKDOWN),
        (b"no mark of a PDF", "x.pdf", Format.MARKDOWN),
        (b"<div align=center>\n\n# Title", "x.md", Format.MARKDOWN),
        (b'<?xml version="1.0"?>\n<!-- c -->\n<!DOCTYPE html>', "x.md", Format.HTML),
        (b"\n <HTML lang=en>", "x.txt", Format.HTML),
        (b"junk before\n%PDF-1.4", "x.txt", Format.PDF),
        (b'{"cells": [], "nbformat": 4}', "x.txt", Format.NOTEBOOK),
        (b'{"cells": 1}', "x.txt", Format.MARKDOWN),
        (b"Title\n=====", "x.rst", Format.RST),
        ("text".encode("utf-16"), "x.md", Format.MARKDOWN),
        (b"one stray \x00 in a text" + b" of some length" * 10, "x.md", Format.MARKDOWN),
    ],
)  # fmt: skip
def test_content_outweighs_the_suffix(data: bytes, name: str, form: Format) -> None:
    assert detect(data, name) is form


def test_a_long_text_that_takes_forever_to_parse_is_skipped() -> None:
    with Loader(IngestSettings(), timeout_s=4) as loader:
        assert loader.structure("[" * 3_000_000) == Skipped("took too long to read")
        found = loader.structure("# Title\n\nwords\n" * 20_000)
        assert not isinstance(found, Skipped)
        assert (found[1][0].kind, found[1][0].title, len(found[1])) == ("heading", "Title", 40_000)
