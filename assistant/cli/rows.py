"""Rows in and out of `ask` and `search`: JSON Lines for programs, plain text for people."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import from_json

from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.documents import Answer, Citation, Hit

SNIPPET_CHARS = 300  # of a hit's text, enough to tell whether it is worth opening
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Row(BaseModel):
    """What every row of an input file has; further fields are the user's own and are left alone."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    id: str | int


class AskRow(Row):
    question: Filled
    history: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = []


class SearchRow(Row):
    query: Filled


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that cannot be used, and why."""

    id: str | int | None
    error: str

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "error": self.error}


class RowFile(Generic[R]):
    """A JSON Lines file; opening it fails at once, a bad line only when its turn comes."""

    def __init__(self, path: Path, model: type[R]) -> None:
        self._model = model
        try:
            self._stream = path.open("rb")
            self._stream.peek(1)
        except OSError as error:
            raise InputError(
                f"The file {path} cannot be read ({error.strerror or error}); "
                "name a JSON Lines file with --file rows.jsonl"
            ) from error

    def __iter__(self) -> Iterator[R | BadRow]:
        with self._stream:
            for number, line in enumerate(self._stream, start=1):
                text = line.removeprefix(b"\xef\xbb\xbf").strip()
                if text:
                    yield read_row(text, self._model, number)


def read_row(line: bytes, model: type[R], number: int) -> R | BadRow:
    """One line as a row, or what is wrong with it."""
    try:
        value = from_json(line)
    except ValueError as error:
        return BadRow(None, f"line {number} is not JSON: {error}")
    known = value.get("id") if isinstance(value, dict) else None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part not in ("str", "int")) or "the row"
        usable = known if isinstance(known, str | int) and not isinstance(known, bool) else None
        return BadRow(usable, f"line {number}, {where}: {first['msg']}")


def place(title: str, heading_path: Sequence[str]) -> str:
    """Where a passage stands: its source's title and the headings above it, outermost first."""
    return " > ".join([title, *(heading for heading in heading_path if heading != title)])


def citation_row(citation: "Citation") -> dict[str, Any]:
    return {**asdict(citation), "heading_path": list(citation.heading_path)}


def answer_row(row_id: str | int | None, answer: "Answer") -> dict[str, Any]:
    """An answer as `ask --json` and `ask --file` print it."""
    grounding = answer.grounding
    return {
        "id": row_id,
        "question": answer.question,
        "answer": answer.text,
        "refused": answer.refused,
        "citations": [citation_row(citation) for citation in answer.citations],
        "grounding": None
        if grounding is None
        else {
            "score": float(grounding.score),
            "sentences": [
                {
                    "text": sentence.text,
                    "score": float(sentence.score),
                    "supported": bool(sentence.supported),
                    "citations": list(sentence.citations),
                }
                for sentence in grounding.sentences
            ],
        },
        "nearest": list(answer.nearest),
        "model": answer.model,
        "notice": answer.notice,
        "timings_ms": {name: round(float(ms), 3) for name, ms in answer.timings_ms.items()},
    }


def hit_row(hit: "Hit") -> dict[str, Any]:
    chunk = hit.chunk
    return {
        "chunk_id": chunk.id,
        "source": chunk.source,
        "kind": chunk.kind,
        "title": chunk.title,
        "heading_path": list(chunk.heading_path),
        "url": chunk.url,
        "score": float(hit.score),
        "text": chunk.text,
    }


def hits_row(row_id: str | int | None, query: str, hits: Sequence["Hit"]) -> dict[str, Any]:
    """Hits as `search --json` and `search --file` print them."""
    return {"id": row_id, "query": query, "hits": [hit_row(hit) for hit in hits]}


def answer_text(answer: "Answer") -> str:
    """An answer for people: its text, then the numbered sources, or the nearest topics of a refusal."""
    lines = [answer.text]
    if answer.citations:
        lines.append("")
        for citation in answer.citations:
            where = f"[{citation.n}] {place(citation.title, citation.heading_path)}"
            lines.append(f"{where} <{citation.url}>" if citation.url else where)
    if answer.refused and answer.nearest and answer.nearest[0] not in answer.text:
        lines += ["", "Nearest topics: " + "; ".join(answer.nearest)]
    return "\n".join(lines)


def hits_text(hits: Sequence["Hit"]) -> str:
    """Hits for people, best first, each with where it stands and how it begins."""
    if not hits:
        return "Nothing was found."
    blocks = []
    for number, hit in enumerate(hits, start=1):
        text = " ".join(hit.chunk.text.split())
        shown = text if len(text) <= SNIPPET_CHARS else text[:SNIPPET_CHARS].rsplit(" ", 1)[0] + " …"
        url = f" <{hit.chunk.url}>" if hit.chunk.url else ""
        where = place(hit.chunk.title, hit.chunk.heading_path)
        blocks.append(f"{number}. {where}{url}  ({hit.chunk.source}, {hit.score:.2f})\n   {shown}")
    return "\n\n".join(blocks)
