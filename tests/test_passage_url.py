"""Where in its page a passage stands, as an address that a browser scrolls to."""

import pytest

from assistant.documents import Source
from assistant.settings import SplitterSettings
from ingest.passage_url import passage_url
from ingest.pipeline import make_document
from ingest.split import split

URL = "https://a.org/x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The quick brown fox jumps over the dog.", "The%20quick%20brown%20fox%20jumps%20over"),
        ("## A heading\n\nWords **in bold** and `code` here.", "Words%20in%20bold%20and%20code%20here"),
        ("- An item of [a list](https://b.org), no more", "An%20item%20of%20a%20list%2C%20no"),
        ("1. First-class citizens, of course", "First%2Dclass%20citizens%2C%20of%20course"),
        ("> Quoted words stand here", "Quoted%20words%20stand%20here"),
        ("```\ncode is not prose at all\n```\nBut this is prose.", "But%20this%20is%20prose"),
        ("| a | b |\n| --- | --- |\n| c d e | f |\n\nBelow the table.", "Below%20the%20table"),
        ("Up to $x^2$ only\nThe next line is clear.", "The%20next%20line%20is%20clear"),
        ("Größe und Maß zählen", "Gr%C3%B6%C3%9Fe%20und%20Ma%C3%9F%20z%C3%A4hlen"),
    ],
)
def test_the_first_clear_words_are_the_place(text: str, words: str) -> None:
    assert passage_url(Source("page:a.org/x", "page", "X", URL), text) == f"{URL}#:~:text={words}"


@pytest.mark.parametrize("text", ["", "# Only a heading here", "Two words", "```\nall of it is code\n```"])
def test_without_clear_words_the_page_is_named_alone(text: str) -> None:
    assert passage_url(Source("page:a.org/x", "page", "X", URL), text) == URL


@pytest.mark.parametrize(
    "url",
    [
        "https://a.org/paper.pdf",
        "https://www.youtube.com/watch?v=3c-iBn73dDE",
        "https://github.com/o/r/blob/main/x.ipynb",
    ],
)
def test_what_browsers_do_not_show_as_this_text_has_no_place(url: str) -> None:
    assert passage_url(Source("page:x", "page", "X", url), "The quick brown fox jumps.") == url


def test_chunks_of_pages_have_a_place_and_those_of_roadmaps_no_address() -> None:
    text = "# One\n\nThe first section says this.\n\n# Two\n\nThe second section says that.\n"
    page = make_document(Source("page:a.org/x", "page", "X", URL), text)
    assert [chunk.url for chunk in split(page, SplitterSettings())] == [
        f"{URL}#:~:text=The%20first%20section%20says%20this",
        f"{URL}#:~:text=The%20second%20section%20says%20that",
    ]
    roadmap = make_document(Source("one", "roadmap", "One"), text)
    assert {chunk.url for chunk in split(roadmap, SplitterSettings())} == {None}
