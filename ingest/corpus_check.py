"""Is the corpus whole? One clear sentence for each fault, so that whoever adds a note is guided."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.documents import Document, NoteSection, Source, TopicNote
from assistant.outline import LINK
from ingest import notes
from ingest.blocks import parse_blocks
from ingest.clean import clean
from ingest.leaves import Leaf, leaves
from ingest.load.records import Loaded
from ingest.load.text import load_text
from ingest.notes import FaultyNote
from ingest.questions import file_of, read_questions
from ingest.sources import shipped_corpus

SECTIONS = tuple(section for section in NoteSection if section is not NoteSection.EFFORT)
FEWEST_WORDS, MOST_WORDS = 250, 600  # of a note's prose; code is not counted
_FENCE = re.compile(r"^(```+|~~~+).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_TITLE = re.compile(r"^# +(.+?) *$", re.MULTILINE)
_LEVELS = ("beginner", "intermediate", "advanced")


@dataclass(frozen=True, slots=True)
class Note:
    """A study note as its file says it."""

    path: Path
    front: TopicNote
    text: str

    @property
    def name(self) -> str:
        return _name(self.path)

    @property
    def prose(self) -> str:
        return _FENCE.sub("", self.text)


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What a corpus holds and what is wrong with it."""

    roadmaps: int
    notes: int
    leaves: int
    covered: int
    faults: tuple[str, ...]


class Corpus:
    """The roadmaps and notes of a corpus folder, read but not indexed."""

    def __init__(self, folder: Path | None = None) -> None:
        self.faults: list[str] = []
        self.roadmaps: dict[str, Document] = {}
        self.notes: list[Note] = []
        for candidate in shipped_corpus(folder):
            loaded = load_text(candidate.path.read_bytes())
            if not isinstance(loaded, Loaded):
                self.faults.append(
                    f"{_name(candidate.path)} cannot be read ({loaded.reason}); write it anew."
                )
            elif candidate.kind == "roadmap":
                text = clean(loaded.text)
                source = Source(candidate.id, "roadmap", str(loaded.front_matter.get("title", "")))
                self.roadmaps[candidate.id] = Document(source, text, parse_blocks(text))
                self.faults += _roadmap_faults(candidate.path, loaded)
            else:
                self._add_note(candidate.path, loaded)

    def _add_note(self, path: Path, loaded: Loaded) -> None:
        try:
            self.notes.append(Note(path, notes.note_of(loaded.front_matter), loaded.text))
        except FaultyNote as error:
            self.faults.append(f"{_name(path)}: its front matter does not fit ({error}); mend these fields.")

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(leaf for document in self.roadmaps.values() for leaf in leaves(document))

    @cached_property
    def covered(self) -> frozenset[Leaf]:
        """What the notes say they explain; a note that names an item of a section covers its heading, too."""
        found: set[Leaf] = set()
        for note in self.notes:
            for place in note.front.roadmaps:
                found.add(Leaf(place.source, place.heading))
                found |= {Leaf(place.source, place.heading, item) for item in place.items}
        return frozenset(found)


def check_corpus(folder: Path | None = None) -> CorpusReport:
    """Read and check a corpus folder, that of the package by default."""
    corpus = Corpus(folder)
    checks = (_names, _graph, _places, _links, _forms, _questions, _coverage)
    faults = (*corpus.faults, *(fault for check in checks for fault in check(corpus)))
    covered = sum(leaf in corpus.covered for leaf in corpus.leaves)
    return CorpusReport(len(corpus.roadmaps), len(corpus.notes), len(corpus.leaves), covered, faults)


def _roadmap_faults(path: Path, loaded: Loaded) -> Iterator[str]:
    for field in ("id", "title", "audience", "summary", "aliases"):
        if not loaded.front_matter.get(field):
            yield f"{_name(path)}: its front matter lacks {field}; add it."
    if loaded.front_matter.get("id", path.stem) != path.stem:
        yield _misnamed(path, str(loaded.front_matter["id"]))


def _names(corpus: Corpus) -> Iterator[str]:
    """Ids like the files, and every name with one note alone."""
    owner: dict[str, str] = {}
    for note in corpus.notes:
        if note.front.id != note.path.stem:
            yield _misnamed(note.path, note.front.id)
        for name in (note.front.title, *note.front.aliases):
            other = owner.setdefault(name.casefold(), note.path.stem)
            if other != note.path.stem:
                yield f"{note.name}: the name {name!r} is taken by {other}.md; keep it in one of them."


def _graph(corpus: Corpus) -> Iterator[str]:
    """Prerequisites exist, are not above the level of what they lead to, and form no circle."""
    level = {note.front.id: _LEVELS.index(note.front.level) for note in corpus.notes}
    for note in corpus.notes:
        for before in note.front.prerequisites:
            if before.id not in level:
                yield (
                    f"{note.name}: there is no note {before.id!r} to be its prerequisite; "
                    "name an existing one or write it."
                )
            elif level[before.id] > _LEVELS.index(note.front.level):
                yield (
                    f"{note.name}: its prerequisite {before.id} is {_LEVELS[level[before.id]]}, "
                    f"above its own level {note.front.level}; change one of the two levels."
                )
    if circle := notes.cycle_in(note.front for note in corpus.notes):
        yield f"The prerequisites go in a circle: {' → '.join(circle)}; take one of these steps out."


def _places(corpus: Corpus) -> Iterator[str]:
    """Every place that a note names is a real heading, with these items beneath it."""
    headings = {
        (document.source.id, block.title)
        for document in corpus.roadmaps.values()
        for block in document.blocks
        if block.kind == "heading"
    }
    real = frozenset(corpus.leaves)
    for note in corpus.notes:
        for place in note.front.roadmaps:
            if (place.source, place.heading) not in headings:
                yield (
                    f"{note.name}: the roadmap {place.source!r} has no heading {place.heading!r}; "
                    "copy it as printed there, number included."
                )
                continue
            for item in place.items:
                if Leaf(place.source, place.heading, item) not in real:
                    yield (
                        f"{note.name}: {place.heading!r} of {place.source} lists no {item!r}; "
                        "copy it as printed."
                    )


def _links(corpus: Corpus) -> Iterator[str]:
    """Links of notes are links of the roadmaps, and nothing else."""
    known = {url for document in corpus.roadmaps.values() for url in _addresses(document.text)}
    for note in corpus.notes:
        for url in _addresses(note.prose):
            if url not in known:
                yield f"{note.name}: no roadmap links to {url}; take a link of theirs or leave it out."


def _addresses(text: str) -> Iterator[str]:
    return (match[2] or match[3] for match in LINK.finditer(text))


def _forms(corpus: Corpus) -> Iterator[str]:
    """Title, sections, length and the two lines of the practice."""
    for note in corpus.notes:
        title = _TITLE.search(note.prose)
        if not title or title[1] != note.front.title:
            yield f"{note.name}: its first heading must be its title, “# {note.front.title}”."
        found = tuple(_SECTION.findall(note.prose))
        wanted = tuple(s for s in SECTIONS if s in found or s != NoteSection.COMPARED)
        if found != wanted:
            yield f"{note.name}: its sections must be, in this order: {', '.join(wanted)}."
        words = len(note.prose.split())
        if not FEWEST_WORDS <= words <= MOST_WORDS:
            yield (
                f"{note.name}: it has {words} words; write {FEWEST_WORDS} to {MOST_WORDS}, code not counted."
            )
        document = Document(Source(note.front.id, "note", note.front.title), note.text)
        try:
            notes.topic_of(note.front, document)
        except FaultyNote as error:
            yield f"{note.name}: {error}."


def _questions(corpus: Corpus) -> Iterator[str]:
    """Each file of questions belongs to a note, and each of its questions to blocks of that note."""
    titles = {note.front.id: note.front.title for note in corpus.notes}
    known = {file_of(note.path) for note in corpus.notes}
    for path in sorted({path for file in known for path in file.parent.glob("*.yaml")} - known):
        yield f"{_name(path)}: there is no note {path.stem}.md; name the file like its note."
    for note in corpus.notes:
        text = clean(notes.with_effort(note.front, note.text, titles))
        document = Document(Source(note.front.id, "note", note.front.title), text, parse_blocks(text))
        for fault in read_questions(note.path, document)[1]:
            yield f"{_name(file_of(note.path))}: {fault}; mend it as corpus/README.md says."


def _coverage(corpus: Corpus) -> Iterator[str]:
    for leaf in corpus.leaves:
        if leaf not in corpus.covered:
            named = f"{leaf.item!r} in {leaf.heading!r}" if leaf.item else f"{leaf.heading!r}"
            yield (
                f"No note explains {named} of {leaf.source}; write one, or add it to the `roadmaps` of the "
                "note that does."
            )


def _misnamed(path: Path, found: str) -> str:
    return f"{_name(path)}: its id is {found!r}; it must be {path.stem!r}, like the file."


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
