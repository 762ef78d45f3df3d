"""What `clean` mends and what it leaves alone."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.clean import clean

SHARED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared"))
EMOJI = "\U0001f6e0\ufe0f"


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("model\u00e2\u20ac\u2122s accuracy", "model’s accuracy"),  # UTF-8 read as Windows-1252
        ("teamwork\u00e2\u20ac\u201dcritical", "teamwork—critical"),
        ("Project \u201a\u00c4\u00ec Ready", "Project – Ready"),  # UTF-8 read as Mac Roman
        ("\u201a\u00c4\u00faHow?\u201a\u00c4\u00f9", "“How?”"),
        ("done \u201a\u00fa\u00d6 now", "done ✅ now"),
        ("caf\u00c3\u00a9", "café"),
        ("a cafe\u0301", "a café"),  # NFC
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("zero\u200bwidth\ufeff and so\u00adft", "zerowidth and soft"),
        ("nul\x00 bell\x07 esc\x1b[31mred\x1b[0m", "nul bell escred"),
        ("left\u202eright", "leftright"),
        ("hidden\U000e0041\U000e0042 tags", "hidden tags"),
        ("R&amp;D &mdash; caf&eacute;&nbsp;bar", "R&D — café bar"),
        ("a &lt;b&gt; c", "a &lt;b&gt; c"),  # would turn into markup
        ("trailing  \nspaces\t", "trailing\nspaces"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("![plot](data:image/png;base64,iVBORw0KGgo=) end", "plot end"),
        # what is meant stays
        (
            "√π and 2√∞, «état», —é, naïve, Ünïcödé, 日本語, 🎉 party",
            "√π and 2√∞, «état», —é, naïve, Ünïcödé, 日本語, 🎉 party",
        ),
        ("family 👩\u200d💻 emoji, می\u200cخواهم", "family 👩\u200d💻 emoji, می\u200cخواهم"),
        ("“curly” and 'straight'", "“curly” and 'straight'"),
        ("1. one\n   - nested\n\ttab", "1. one\n   - nested\n\ttab"),
    ],
)
def test_text_is_repaired_and_what_is_meant_stays(damaged: str, mended: str) -> None:
    assert clean(damaged) == mended + "\n"


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("# \uf8ff\u00fc\u00f5\u2020\u00d4\u220f\u00e8 6-Month Plan", "# 6-Month Plan"),
        ("## 📅 Month 1: Foundations ✅", "## Month 1: Foundations"),
        (f"### {EMOJI}{EMOJI} Tools {EMOJI} ###", "### Tools ###"),
        ("# 🎉", "# 🎉"),
        ("## C++ ➕ Rust", "## C++ ➕ Rust"),
        ("## Café ©", "## Café ©"),
        ("- ✅ a list item", "- ✅ a list item"),
    ],
)
def test_pictures_around_a_heading_go_and_words_stay(heading: str, words: str) -> None:
    assert clean(heading) == words + "\n"


@pytest.mark.parametrize(
    ("url", "tidy"),
    [
        ("https://a.org/x?utm_source=google", "https://a.org/x"),
        ("https://a.org/x?id=3&utm_medium=cpc&page=2#part", "https://a.org/x?id=3&page=2#part"),
        ("https://a.org/x?gclid=1&gad_source=1&fbclid=2&ref=nav", "https://a.org/x"),
        ("https://www.amazon.com/x/B01?ref=ap&store_ref=ap&isDramIntegrated=true&shoppingPortalEnabled=true",
         "https://www.amazon.com/x/B01"),
        ("https://www.youtube.com/watch?v=3c-iBn73dDE&list=PL1&t=10s&si=abc&feature=share",
         "https://www.youtube.com/watch?v=3c-iBn73dDE&list=PL1&t=10s"),
        ("https://api.github.com/repos/a/b/contents?ref=main", "https://api.github.com/repos/a/b/contents?ref=main"),
        ("https://a.org/reference?reference=1", "https://a.org/reference?reference=1"),
        ("https://a.org/p-\u00f0\u0178\u203a\u00a0%EF%B8%8F/", "https://a.org/p-%F0%9F%9B%A0%EF%B8%8F/"),
        ("https://a.org/p-🛠/", "https://a.org/p-%F0%9F%9B%A0/"),
        ("https://en.wikipedia.org/wiki/Docker_(software)", "https://en.wikipedia.org/wiki/Docker_(software)"),
        ("https://a.org/50%25?q=a%20b", "https://a.org/50%25?q=a%20b"),
    ],
)  # fmt: skip
def test_links_lose_tracking_and_keep_what_the_page_needs(url: str, tidy: str) -> None:
    assert clean(f"- [words]({url}) by someone") == f"- [words]({tidy}) by someone\n"
    assert clean(f"see {url}") == f"see {tidy}\n"
    assert clean(f"`{url.encode('ascii', 'ignore').decode()}`").count("?") == url.count("?"), (
        "code stays as it is"
    )


def test_code_keeps_its_blanks_links_and_entities() -> None:
    code = "```python\n\tx = 1   \n\n\n\n\nurl = 'https://a.org/?utm_source=x'  # &amp;\n```"
    assert clean(f"before  \n{code}\nafter  ") == f"before\n{code}\nafter\n"


def test_a_fence_closes_only_with_its_own_mark() -> None:
    code = "~~~~\n```\n&amp;\n~~~\n&amp;\n~~~~"
    assert clean(f"{code}\n&amp;") == f"{code}\n&\n"


def test_nothing_is_left_of_nothing() -> None:
    assert clean("") == clean(" \n\u200b\n") == ""


PIECES = st.sampled_from(
    ["# ", "✅", "\u201a\u00c4\u00fa", "\u00e2\u20ac\u2122", "\uf8ff\u00fc\u00ec\u00d6", "\u00c3\u00a9",
     "&amp;", "&#96;", "amp;", "&", "```", "`", "~~~", "\n", "\n\n\n\n", "  ", "\t", "\r", "\u200d", "\ufe0f",
     "https://a.org/?utm_a=1&b=ü", "data:a/b,c", "[x](", "![](", ")", "√", "é", "\x00", "\x1b[31m", "e\u0301",
     "\u0301", "<", ">", "- ", "x"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=24).map("".join))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@settings(max_examples=100, deadline=None)
@given(
    st.text(
        alphabet=st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\t\n"), max_size=200
    )
)
def test_plain_ascii_code_in_a_fence_is_untouched(code: str) -> None:
    if "```" not in code:
        assert clean(f"```\n{code}\n```") == f"```\n{code}\n```\n"


@pytest.mark.parametrize(
    "text",
    ["a b" * 1_000_000, "`" * 1_000_000, "`a" * 500_000, "[" * 500_000 + "data:", "![a](data:a/b," * 50_000,
     "http://a((" * 100_000, "# " + "✅ " * 200_000, "\n" * 2_000_000, "&amp;" * 300_000,
     " " * 2_000_000 + "x"],
    ids=["line", "ticks", "spans", "brackets", "data", "urls", "pictures", "lines", "entities", "blanks"],
)  # fmt: skip
def test_hostile_text_takes_no_more_than_seconds(text: str) -> None:
    began = time.process_time()
    clean(text)
    assert time.process_time() - began < 20


@pytest.mark.skipif(
    not (SHARED / "roadmaps").is_dir(), reason="the source documents are not here; set ROADMAP_SHARED"
)
def test_the_source_documents_come_out_without_damage() -> None:
    for path in sorted((SHARED / "roadmaps").glob("*.txt")):
        text = clean(path.read_text(encoding="utf-8"))
        assert set(c for c in text if ord(c) > 127) <= set("’—–“”"), path.name
        assert "utm_" not in text and "gclid" not in text and "isDram" not in text
        assert all(line == line.rstrip() for line in text.split("\n"))
        assert clean(text) == text
