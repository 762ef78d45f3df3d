"""Study notes: their front matter checked, what it says made readable, and the graph that plans walk.

What a learner asks for besides the text (what to know before, how long it takes) stands in the front matter.
It is written out as a last section, so that an answer can cite it like anything else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.documents import Document, LearnerQuestion, NoteSection, Resource, Topic, TopicNote
from assistant.outline import LINK, Outline, plain
from ingest.load.records import Loaded
from ingest.load.text import load_text

FAULTY = "faulty study note"
_TASK = re.compile(r"^\*\*Task:\*\*\s*(.+)$", re.MULTILINE)
_DONE = re.compile(r"^\*\*Done when:\*\*\s*(.+)$", re.MULTILINE)


class FaultyNote(ValueError):
    """A note that does not fit its schema; the message is for the person who wrote it."""


def note_of(front_matter: Mapping[str, Any]) -> TopicNote:
    """The note's front matter as a record. Raises FaultyNote with one line for each field at fault."""
    try:
        return TopicNote.model_validate(front_matter)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'])) or 'front matter'}: {e['msg']}" for e in error.errors())
        raise FaultyNote("; ".join(faults)) from error


def titles(paths: Iterable[Path]) -> Mapping[str, str]:
    """The titles of notes by topic id; a file whose front matter cannot be read is passed over."""
    found: dict[str, str] = {}
    for path in paths:
        loaded = load_text(path.read_bytes())
        if isinstance(loaded, Loaded) and isinstance(title := loaded.front_matter.get("title"), str):
            found[path.stem] = title
    return found


def with_effort(note: TopicNote, text: str, titles: Mapping[str, str]) -> str:
    """The note's text with what its front matter asks for; `titles` are those of all notes by id."""
    hours = f"{note.hours:g} {'hour' if note.hours == 1 else 'hours'}"
    lines = [
        f"- **Level and effort:** {note.title} is at {note.level} level and takes about {hours}: "
        f"{note.hours_basis.rstrip('.')}."
    ]
    lines += [f"- **{titles.get(p.id, p.id)}:** {p.reason}" for p in note.prerequisites]
    if not note.prerequisites:
        lines.append(f"- **No prerequisite:** {note.title} needs no other topic of these notes first.")
    return "\n".join([text.rstrip(), "", f"## {NoteSection.EFFORT}", "", *lines, ""])


def topic_of(note: TopicNote, document: Document, questions: Sequence[LearnerQuestion] = ()) -> Topic:
    """The node of the graph. Raises FaultyNote when the text has no task, or no sign of its being done."""
    task, done = _TASK.search(document.text), _DONE.search(document.text)
    if not task or not done:
        raise FaultyNote(
            f"the section {NoteSection.PRACTICE} needs a line with **Task:** and a line with **Done when:**"
        )
    return Topic(
        **dict(note),
        task=plain(task[1]),
        done_when=plain(done[1]),
        resources=tuple(_resources(document)),
        questions=tuple(questions),
    )


def _resources(document: Document) -> Iterable[Resource]:
    outline = Outline(document)
    for index, block in enumerate(outline.blocks):
        above = outline.heading_of(index)
        if block.kind != "item" or above < 0 or outline.blocks[above].title != NoteSection.RESOURCES:
            continue
        link = LINK.search(outline.text(index))
        url = (link[2] or link[3]) if link else None
        yield Resource(title=plain(link[1]) if link and link[1] else block.title, url=url)


def cycle_in(notes: Iterable[TopicNote]) -> tuple[str, ...]:
    """Ids of a circle of prerequisites, the first repeated at the end; empty when there is none."""
    graph = TopologicalSorter({note.id: [p.id for p in note.prerequisites] for note in notes})
    try:
        graph.prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return tuple(circle)
    return ()
