"""What learners ask of each study note, tied to the blocks of the note that answer.

A note `topics/<id>.md` may have a file `questions/<id>.yaml`: a list of `ask` (in a learner's words, seldom
those of the note) and `told` (how the answering blocks begin, the most telling one first). The questions are
embedded, so that a problem told in everyday words finds the note that treats it.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.documents import Document, LearnerQuestion, NoteSection
from assistant.outline import Outline, plain

FOLDER = "questions"
UNTOLD = (NoteSection.PRACTICE, NoteSection.RESOURCES)  # sections that never answer
_NAME = re.compile(r"^\s*[-*+]\s+\*\*[^*]+\*\*")  # what an item calls itself, be it a label or not
_LONGEST = 300  # characters of a question


class Entry(BaseModel):
    """One question of a file, as written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: str = Field(min_length=1, max_length=_LONGEST)
    told: tuple[str, ...] = Field(min_length=1)


def file_of(note: Path) -> Path:
    """Where the questions of a note's file are kept."""
    return note.parent.parent / FOLDER / f"{note.stem}.yaml"


def read_questions(note: Path, document: Document) -> tuple[list[LearnerQuestion], list[str]]:
    """The questions of a note that can be used, and one phrase for each fault; both may be empty."""
    path = file_of(note)
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [], []
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return [], [f"it cannot be read ({str(error).splitlines()[0]})"]
    if not isinstance(entries, list):
        return [], ["it is no list of questions"]
    beginnings = _beginnings(document)
    found: list[LearnerQuestion] = []
    faults: list[str] = []
    for number, written in enumerate(entries, start=1):
        try:
            found.append(_tied(Entry.model_validate(written), beginnings))
        except ValidationError as error:
            faults += (
                f"question {number}, {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
            )
        except ValueError as error:
            faults.append(f"question {number}, {error}")
    return found, faults


def _tied(entry: Entry, beginnings: Mapping[int, Sequence[str]]) -> LearnerQuestion:
    """The question with the blocks it names; raises ValueError where one is none or several."""
    blocks = []
    for told in entry.told:
        fitting = [number for number, texts in beginnings.items() if _begins(texts, told)]
        if len(fitting) != 1:
            raise ValueError(f"{len(fitting) or 'no'} blocks begin with {told!r}")
        blocks += fitting
    return LearnerQuestion(ask=" ".join(entry.ask.split()), blocks=tuple(blocks))


def _beginnings(document: Document) -> dict[int, tuple[str, ...]]:
    """The letters of each block that may answer, with and without its label."""
    outline = Outline(document)
    found: dict[int, tuple[str, ...]] = {}
    for number, block in enumerate(outline.blocks):
        above = outline.heading_of(number)
        if block.kind == "heading" or above < 0 or outline.blocks[above].title in UNTOLD:
            continue
        text = outline.text(number)
        found[number] = (_letters(plain(text)), _letters(block.title), _letters(plain(_NAME.sub("", text))))
    return found


def _begins(texts: Sequence[str], told: str) -> bool:
    wanted = _letters(told)
    return bool(wanted) and any(text.startswith(wanted) for text in texts)


def _letters(text: str) -> str:
    """Only what is read: letters and digits, so that markup and spacing do not matter."""
    return re.sub(r"[\W_]+", "", text).casefold()
