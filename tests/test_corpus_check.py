"""The check of the corpus: the shipped one is whole, and each fault gets one sentence with what to do."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from assistant.cli import main
from ingest import corpus_check
from ingest.corpus_check import Corpus, CorpusReport, check_corpus

ROADMAP = """---
id: plan
title: Plan
audience: learners
summary: A plan.
aliases: [the plan]
---
# Plan

## 1. Deploy

- Canary releases

## Reading

- [Docs](https://example.org/docs)
"""
FRONT = {
    "id": "canary",
    "title": "Canary releases",
    "aliases": ["canary"],
    "level": "beginner",
    "hours": 3,
    "hours_basis": "3 h",
    "prerequisites": [],
    "roadmaps": [{"source": "plan", "heading": "1. Deploy", "items": ["Canary releases"]}],
}
SECTIONS = [s for s in corpus_check.SECTIONS if s not in ("Practice", "Resources")]
BODY = "\n".join(
    ["# Canary releases", ""]
    + [f"## {section}\n\n{'A canary release goes to few users first. ' * 6}\n" for section in SECTIONS]
    + ["## Practice\n\n**Task:** Try it.\n\n**Done when:** It works.\n"]
    + ["## Resources\n\n- [Docs](https://example.org/docs)\n"]
)
RUNNABLE = re.compile(r"^```python run\n(.*?)^```\n\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
LONGEST_S = 120
Check = Callable[..., CorpusReport]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Checks a corpus of one roadmap and notes given as (front matter, body); the first is named canary."""

    def go(*given: tuple[dict[str, object], str], roadmap: str = ROADMAP) -> CorpusReport:
        (tmp_path / "roadmaps").mkdir()
        (tmp_path / "topics").mkdir()
        (tmp_path / "roadmaps" / "plan.md").write_text(roadmap)
        for number, (front, body) in enumerate(given):
            name = "canary" if not number else f"other-{number}"
            (tmp_path / "topics" / f"{name}.md").write_text(f"---\n{yaml.safe_dump(front)}---\n{body}")
        return check_corpus(tmp_path)

    return go


def test_a_whole_corpus_has_no_fault(check: Check) -> None:
    report = check((FRONT, BODY))
    assert report == CorpusReport(roadmaps=1, notes=1, leaves=2, covered=2, faults=())


def changed(**fields: object) -> tuple[dict[str, object], str]:
    return FRONT | fields, BODY


def other(**fields: object) -> tuple[dict[str, object], str]:
    front = FRONT | {"id": "other-1", "title": "Other", "aliases": ["another"], "roadmaps": FRONT["roadmaps"]}
    return front | fields, BODY.replace("# Canary releases", "# Other", 1)


FAULTS: list[tuple[list[tuple[dict[str, object], str]], str]] = [
    ([changed(level="expert")], "level"),
    ([changed(id="blue")], "it must be 'canary'"),
    ([changed(prerequisites=[{"id": "none", "reason": "x"}])], "there is no note 'none'"),
    ([changed(prerequisites=[{"id": "canary", "reason": "x"}])], "in a circle: canary → canary"),
    (
        [changed(prerequisites=[{"id": "other-1", "reason": "x"}]), other(level="advanced")],
        "above its own level beginner",
    ),
    ([changed(roadmaps=[{"source": "plan", "heading": "2. Deploy"}])], "has no heading '2. Deploy'"),
    ([changed(roadmaps=[{"source": "gone", "heading": "1. Deploy"}])], "roadmap 'gone'"),
    (
        [changed(roadmaps=[{"source": "plan", "heading": "1. Deploy", "items": ["Blue"]}])],
        "lists no 'Blue'",
    ),
    ([(FRONT, BODY.replace("example.org", "example.com"))], "no roadmap links to https://example.com/docs"),
    ([(FRONT, BODY.replace("# Canary releases", "# Canaries", 1))], "its first heading must be its title"),
    ([(FRONT, BODY.replace("## Common mistakes", "## Mistakes"))], "its sections must be, in this order"),
    ([(FRONT, BODY.replace("goes to few users first", ""))], "words; write 250 to 600"),
    ([(FRONT, BODY.replace("**Done when:**", "Then:"))], "**Done when:**"),
    ([(FRONT, BODY), other(aliases=["Canary"])], "the name 'Canary' is taken by canary.md"),
    ([changed(roadmaps=[{"source": "plan", "heading": "Reading"}])], "No note explains 'Canary releases'"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_a_fault_gets_a_sentence(check: Check, given: list[tuple[dict[str, object], str]], said: str) -> None:
    report = check(*given)
    assert any(said in fault for fault in report.faults), report.faults
    assert all(fault.endswith(".") and "\n" not in fault for fault in report.faults)


def test_a_roadmap_without_its_front_matter_is_a_fault(check: Check) -> None:
    report = check((FRONT, BODY), roadmap=ROADMAP.replace("audience: learners\n", ""))
    assert report.faults == ("roadmaps/plan.md: its front matter lacks audience; add it.",)


def test_the_shipped_corpus_is_whole() -> None:
    report = check_corpus()
    assert report.faults == ()
    assert report.covered == report.leaves > 500
    assert 140 <= report.notes <= 180


def test_the_command_line_shows_the_check_and_fails_on_a_fault(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["status", "--corpus"]) == 0
    assert "No fault was found." in capsys.readouterr().out
    broken = CorpusReport(5, 1, 10, 9, ("topics/x.md: it has 3 words.",))
    monkeypatch.setattr(corpus_check, "check_corpus", lambda: broken)
    assert main(["status", "--corpus"]) == 1
    shown = capsys.readouterr().out
    assert "9 of 10 names" in shown and "topics/x.md: it has 3 words." in shown


def snippets() -> list[tuple[str, str, str]]:
    """(note and number, code, output) of every Python block that is marked runnable."""
    return [
        (f"{note.front.id}-{number}", match[1], match[2])
        for note in Corpus().notes
        for number, match in enumerate(RUNNABLE.finditer(note.text))
    ]


SNIPPETS = snippets()


def test_every_runnable_block_is_followed_by_its_output() -> None:
    marked = sum(note.text.count("```python run") for note in Corpus().notes)
    assert len(SNIPPETS) == marked > 100


@pytest.mark.parametrize(("code", "output"), [s[1:] for s in SNIPPETS], ids=[s[0] for s in SNIPPETS])
def test_a_runnable_block_prints_what_the_note_says(code: str, output: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=LONGEST_S, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == output.strip()
