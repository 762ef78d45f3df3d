"""Files to documents: the corpus and the user's own, cleaned and with their structure."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from assistant.documents import Block, Document, Topic
from assistant.settings import Settings
from ingest import notes, questions, sources
from ingest.clean import clean
from ingest.load import Loader, Skipped
from ingest.sources import Candidate
from ingest.vectors import Progress

DUPLICATE = "duplicate"


def read_documents(
    candidates: Sequence[Candidate],
    settings: Settings,
    dropped: Counter[str],
    topics: list[Topic],
    progress: Progress | None,
) -> Iterator[Document]:
    """Every candidate that can be read, cleaned; the rest is counted by reason. Notes add to the graph."""
    seen: set[str] = set()
    titles = notes.titles(candidate.path for candidate in candidates if candidate.kind == "note")
    with Loader(settings.ingest) as loader:
        for number, candidate in enumerate(candidates):
            if progress:
                progress(number, len(candidates), "reading")
            read = read_source(candidate, loader, titles)
            if isinstance(read, Skipped):
                dropped[read.reason] += 1
                continue
            document, topic = read
            digest = hashlib.sha256(document.text.encode()).hexdigest()
            if digest in seen:
                dropped[DUPLICATE] += 1
                continue
            seen.add(digest)
            if topic:
                topics.append(topic)
            yield document
    if progress:
        progress(len(candidates), len(candidates), "reading")


def read_source(
    candidate: Candidate, loader: Loader, titles: Mapping[str, str]
) -> tuple[Document, Topic | None] | Skipped:
    """One file as a document, a note with its node of the graph, or why it is left out."""
    loaded = loader.load(candidate.path, candidate.path.name)
    if isinstance(loaded, Skipped):
        return loaded
    text, note = loaded.text, None
    try:
        if candidate.kind == "note":
            note = notes.note_of(loaded.front_matter)
            text = notes.with_effort(note, text, titles)
        structure = loader.structure(text)
        if isinstance(structure, Skipped):
            return structure
        text, blocks = structure
        title = _title(loaded.title, blocks, candidate)
        document = Document(sources.describe(candidate, loaded.front_matter, title), text, blocks)
        if note is None:
            return document, None
        asked, _ = questions.read_questions(candidate.path, document)
        return document, notes.topic_of(note, document, asked)
    except notes.FaultyNote:  # `roadmap status --corpus` says what is wrong with it
        return Skipped(notes.FAULTY)


def _title(given: str | None, blocks: Sequence[Block], candidate: Candidate) -> str:
    """The title the file gives itself, else its first heading, else its name."""
    headings = (block.title for block in blocks if block.kind == "heading" and block.title)
    title = " ".join(clean(given).split()) if given else ""
    return title or next(headings, "") or candidate.path.stem
