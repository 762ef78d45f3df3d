import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Citation, Document, Source
from assistant.outline import Outline
from assistant.ui.inline import pieces
from assistant.ui.passage import MOVED, SECTION_CHARS, passage_view
from ingest.blocks import parse_blocks

TEXT = """# Plan

## Week 1: Docker

- **Tasks:**
  1. Read [the *guide*](https://example.org/guide_(1)) and `docker run`.
  2. Build **an image** now.

Cheap words. See https://example.org/more.

```bash
docker build .
docker push
```

| Tool | Use |
|------|-----|
| Helm | charts for **k8s** |

## Week 2

Nothing else.
"""


def outline(text: str = TEXT) -> Outline:
    return Outline(Document(Source("plan", "roadmap", "Plan"), text, parse_blocks(text)))


def citation(quote: str, text: str = TEXT, url: str | None = None) -> Citation:
    start = text.index(quote)
    path = ("Plan", "Week 1: Docker")
    return Citation(1, "plan", "roadmap", "Plan", path, url, quote, start, start + len(quote))


def marked(view: dict[str, object]) -> str:
    """All marked words of a view, in order."""
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("mark"):
                found.append(node["text"])
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(view["blocks"])
    return "".join(found)


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("Build **an image** now.", "Build an image now."),
        ("image** no", "image no"),
        ("Read [the *guide*](https://example.org/guide_(1))", "Read the guide"),
        ("`docker run`", "docker run"),
        ("docker push", "docker push"),
        ("charts for **k8s**", "charts for k8s"),
        ("## Week 1: Docker", "Week 1: Docker"),
        ("Cheap words.", "Cheap words."),
    ],
)
def test_exactly_the_cited_words_are_marked(quote: str, words: str) -> None:
    assert marked(passage_view(citation(quote), outline())) == words


def test_the_section_around_the_span_is_shown_and_no_other() -> None:
    view = passage_view(citation("Cheap words."), outline())
    shown = json.dumps(view)
    assert "Week 1" in shown and "docker build" in shown and "Helm" in shown
    assert "Nothing else" not in shown
    assert (view["before"], view["after"]) == (False, False)
    assert view["place"] == ["Week 1: Docker"]


def test_a_span_over_two_sections_shows_both() -> None:
    quote = TEXT[TEXT.index("Cheap") : TEXT.index("else.") + 5]
    view = passage_view(citation(quote), outline())
    assert "Nothing else." in marked(view)


def test_a_long_section_is_cut_around_the_span() -> None:
    text = "# Long\n\n" + "\n\n".join(f"Paragraph {i} " + "word " * 40 for i in range(100))
    view = passage_view(citation("Paragraph 50", text), outline(text))
    assert view["before"] and view["after"]
    assert marked(view) == "Paragraph 50"
    assert len(json.dumps(view)) < 3 * SECTION_CHARS


def test_an_endless_paragraph_is_cut_around_the_span() -> None:
    text = "**a " * 20_000 + "the cited words" + " *b" * 20_000
    view = passage_view(citation("the cited words", text), outline(text))
    assert marked(view) == "the cited words"
    assert view["blocks"][0]["pieces"][0]["text"] == " … "
    assert len(json.dumps(view)) < 3 * SECTION_CHARS


def test_structure_is_kept_as_the_source_has_it() -> None:
    view = passage_view(citation("Cheap words."), outline())
    leads = [(b["kind"], b["depth"], b.get("lead")) for b in view["blocks"]]
    assert leads[:4] == [("heading", 0, ""), ("item", 1, "•"), ("item", 2, "1."), ("item", 2, "2.")]
    guide = [p for p in view["blocks"][2]["pieces"] if p.get("url")]
    assert [(p["text"], p["url"], p.get("em")) for p in guide] == [
        ("the ", "https://example.org/guide_(1)", None),
        ("guide", "https://example.org/guide_(1)", True),
    ]
    table = next(b for b in view["blocks"] if b["kind"] == "table")
    assert [["".join(p["text"] for p in cell) for cell in row] for row in table["rows"]] == [
        ["Tool", "Use"],
        ["Helm", "charts for k8s"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[go](javascript:alert(1))",
        "[go](data:text/html,x)",
        "[go](//evil.example)",
        "![pic](https://x.org/p.png)",
    ],
)
def test_only_web_links_are_links(text: str) -> None:
    urls = {piece.url for piece in pieces(text, 0)}
    assert urls <= {None, "https://x.org/p.png"}


def test_a_source_url_that_is_not_a_web_address_is_not_offered() -> None:
    assert passage_view(citation("Cheap", url="javascript:alert(1)"), outline())["url"] is None
    assert passage_view(citation("Cheap", url="https://x.org"), outline())["url"] == "https://x.org"


def test_a_quote_that_moved_with_a_new_generation_is_found_again() -> None:
    view = passage_view(citation("Cheap words."), outline("# New\n\nAdded.\n\n" + TEXT))
    assert marked(view) == "Cheap words."
    assert view["remark"] == ""


@pytest.mark.parametrize("now", [None, "# Plan\n\nAll different.\n"])
def test_a_quote_that_is_gone_is_shown_as_cited_and_said_so(now: str | None) -> None:
    view = passage_view(citation("Build **an image** now."), outline(now) if now else None)
    assert marked(view) == "Build an image now."
    assert view["remark"] == MOVED


@given(st.text(alphabet="ab *_`[]()<>!\\\nhttps:/.|", max_size=60))
def test_pieces_stand_where_they_say(text: str) -> None:
    last = 0
    for piece in pieces(text, 100):
        assert text[piece.start - 100 : piece.end - 100] == piece.text
        assert piece.start >= last
        last = piece.end


@given(st.text(alphabet="ab *_`[]()#-|\n1.", max_size=80), st.data())
def test_any_span_of_any_document_can_be_shown(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = Citation(1, "plan", "roadmap", "Plan", (), None, text[start:end], start, end)
    json.dumps(passage_view(found, outline(text)))
