"""A dataset is a JSON Lines file of cases; gold is a source and a verbatim quote, never a chunk id."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from assistant.documents import Document, Exchange
from assistant.errors import InputError, RoadmapError
from evals.rows import parse_rows, read_text
from evals.spans import Span, locate

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Spellings = Annotated[tuple[Words, ...], Field(min_length=1)]  # of one fact; any of them will do


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gold(_Row):
    """A passage that an answer has to rest on."""

    source: Words
    quote: Words  # verbatim from the source's cleaned text; spacing, case and markup may differ


class Case(_Row):
    """One question and what a right answer to it must hold."""

    id: Words
    question: Words
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*$")]
    history: tuple[tuple[str, str], ...] = ()  # earlier (question, answer), oldest first
    refuse: bool = False
    reference: str = ""
    gold: tuple[Gold, ...] = ()
    must: tuple[Spellings, ...] = ()  # facts that the answer has to state
    must_not: tuple[Words, ...] = ()
    roadmaps: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _something_to_check(self) -> "Case":
        if not self.refuse and not self.must and not self.gold:
            raise ValueError("a case that is to be answered needs 'must' or 'gold'")
        return self

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(Exchange(question, answer) for question, answer in self.history)


class GoldError(RoadmapError):
    """A case's gold cannot be used with this index; its row in the report carries the sentence."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Cases in file order, and the file's name without its folder."""

    name: str
    cases: tuple[Case, ...]


def load_dataset(path: Path | None = None) -> Dataset:
    """Cases of a JSON Lines file, by default the packaged one.

    Raises InputError for an unreadable file, a row that is no case, or an id that is there twice.
    """
    if path is None:
        packaged = files("evals").joinpath("datasets", "roadmaps.jsonl")
        text, name = packaged.read_text(encoding="utf-8"), packaged.name
    else:
        text, name = read_text(path), path.name
    cases = parse_rows(text, name, Case)
    repeated = [case_id for case_id, count in Counter(case.id for case in cases).items() if count > 1]
    if repeated:
        raise InputError(
            f"{name} has the id {repeated[0]!r} more than once; give every case an id of its own."
        )
    return Dataset(name, cases)


def locate_gold(case: Case, documents: Mapping[str, Document]) -> tuple[Span, ...]:
    """The span of each gold quote in the index's documents, in order.

    Raises GoldError when a source is missing, or a quote stands nowhere in it or more than once.
    """
    spans = []
    for gold in case.gold:
        if gold.source not in documents:
            raise GoldError(f"gold source {gold.source!r} is not in the index")
        found = locate(gold.quote, documents[gold.source].text)
        short = gold.quote if len(gold.quote) <= 60 else gold.quote[:59] + "…"
        if not found:
            raise GoldError(f"gold quote {short!r} does not stand in {gold.source!r}")
        if len(found) > 1:
            raise GoldError(
                f"gold quote {short!r} stands {len(found)} times in {gold.source!r}; quote more of it"
            )
        spans.append(Span(gold.source, *found[0]))
    return tuple(spans)
