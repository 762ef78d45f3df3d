"""Documents to ask about: small ones made by hand, and the shipped roadmaps, as outlines without an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from assistant.documents import Exchange, Source
from assistant.outline import Outline
from assistant.query.understand import Reader
from assistant.settings import IngestSettings
from ingest.load import Loader
from ingest.pipeline import make_document
from ingest.sources import describe, shipped_corpus


def outline(text: str, source: str = "plan", title: str = "Plan", aliases: tuple[str, ...] = ()) -> Outline:
    """One roadmap made of Markdown."""
    return Outline(make_document(Source(source, "roadmap", title, aliases=aliases), text))


@cache
def shipped() -> Mapping[str, Outline]:
    """The five roadmaps of the corpus by their ids."""
    found = {}
    with Loader(IngestSettings()) as loader:
        for candidate in (c for c in shipped_corpus() if c.kind == "roadmap"):
            loaded = loader.load(candidate.path, candidate.path.name)
            source = describe(candidate, loaded.front_matter, loaded.title)
            found[candidate.id] = Outline(make_document(source, loaded.text))
    return found


@dataclass(frozen=True)
class Shelf:
    """What a Reader needs of an index."""

    outlines: Mapping[str, Outline]


def reader(*outlines: Outline) -> Reader:
    """A reader of these documents."""
    return Reader(Shelf({o.document.source.id: o for o in outlines}))


def titles(outlines: Mapping[str, Outline], places) -> list[str]:
    """Where places are, as "source: title"."""
    return [f"{p.source}: {outlines[p.source].blocks[p.block].title}" for p in places]


def turns(*pairs: tuple[str, str]) -> list[Exchange]:
    """A history of questions and answers."""
    return [Exchange(question, answer) for question, answer in pairs]
