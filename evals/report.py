"""A report is a summary, the rows behind it and the setup in force; written as JSON and Markdown."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import InputError
from assistant.index import Index
from assistant.settings import Settings

Name = Literal["retrieval", "answers", "beir", "grounding"]
Value = float | None


class Row(BaseModel):
    """What was measured on one case; `error` says why a case could not be measured or crashed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: str = ""
    scores: dict[str, Value] = {}
    why: list[str] = []  # what is wrong with the result, in words; empty: nothing
    error: str | None = None
    details: dict[str, Any] = {}


class Report(BaseModel):
    """The result of one run: `summary` is what `--json` prints, `scores` are what baselines compare."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    dataset: str
    created: str
    setup: dict[str, Any]
    summary: dict[str, Any]
    scores: dict[str, Value]
    counts: dict[str, int] = {}  # how many rows each score is the mean of
    kinds: dict[str, dict[str, Value]] = {}  # by kind: how many "cases", and the mean of each score
    lower_is_better: list[str] = []
    gates: list[str] = []  # the scores whose fall against a baseline is a regression
    rows: list[Row] = []


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def setup(settings: Settings, index: Index | None = None) -> dict[str, Any]:
    """The settings in force, prompts and generation, without secrets and without paths of this machine."""
    in_force = settings.model_dump(
        mode="json", exclude={"data": True, "server": True, "ingest": True, "chat": {"api_key"}}
    )
    in_force["chat"]["base_url"] = settings.chat.shown_base_url
    in_force["embedding"]["model"] = _name_only(settings.embedding.model)
    found: dict[str, Any] = {
        "model": settings.chat.model or "extractive",
        "prompts_sha256": prompts_hash(),
        "settings": in_force,
    }
    if index is not None:
        manifest = index.manifest
        found["generation"] = index.directory.name
        found["index"] = manifest.model_dump(
            mode="json", include={"embedding", "splitter", "corpus_sha256", "documents", "chunks"}
        )
        found["index"]["embedding"]["model"] = _name_only(str(manifest.embedding.get("model", "")))
    return found


def prompts_hash() -> str:
    """SHA-256 over the prompt files, names and texts in name order, hexadecimal."""
    digest = hashlib.sha256()
    prompts = (
        entry for entry in files("assistant").joinpath("prompts").iterdir() if entry.name.endswith(".md")
    )
    for prompt in sorted(prompts, key=lambda entry: entry.name):
        digest.update(f"{prompt.name}\0".encode() + prompt.read_bytes() + b"\0")
    return digest.hexdigest()


def _name_only(model: str) -> str:
    """A model's name; of a directory its last part, so that no path of this machine enters a report."""
    return Path(model).name if Path(model).expanduser().is_absolute() else model


def rounded(value: Any) -> Any:
    """The same value with floats cut to four places, inside dicts and lists too."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value


def write(report: Report, directory: Path, comparison: Sequence[str] = ()) -> tuple[Path, Path]:
    """Write `<name>.json` and `<name>.md` into the directory; `comparison` are lines about a baseline.

    Raises InputError when the directory cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        data, page = directory / f"{report.name}.json", directory / f"{report.name}.md"
        data.write_text(
            json.dumps(rounded(report.model_dump()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        page.write_text(markdown(report, comparison), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The report cannot be written to {directory} ({error}); name another folder with --report DIR."
        ) from error
    return data, page


def read(path: Path) -> Report:
    """A report written before, as a baseline. Raises InputError when the file holds none."""
    try:
        return Report.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(
            f"The baseline {path} is no report of this version; write one with: roadmap eval … --report DIR"
        ) from error


def markdown(report: Report, comparison: Sequence[str] = ()) -> str:
    """The report for people: headline, kinds, what went wrong."""
    lines = [
        f"# Evaluation of {report.name} on {report.dataset}",
        "",
        f"{report.created}, {_setup_line(report)}",
        "",
    ]
    if comparison:
        lines += ["## Against the baseline", "", *(f"- {line}" for line in comparison), ""]
    lines += ["## Scores", "", *_table(["score", "mean", "rows"], _score_rows(report)), ""]
    extras = {k: v for k, v in report.summary.items() if k not in ("scores", "kinds", "arms", "dataset")}
    lines += [*(f"- {name}: {_shown(value)}" for name, value in extras.items()), ""]
    if report.kinds:
        columns = [name for name in report.scores if any(name in means for means in report.kinds.values())]
        rows = [
            [kind, f"{means['cases']:.0f}", *(_shown(means.get(name)) for name in columns)]
            for kind, means in sorted(report.kinds.items())
        ]
        lines += ["## By kind", "", *_table(["kind", "cases", *columns], rows), ""]
    wrong = [row for row in report.rows if row.error or row.why]
    if wrong:
        lines += ["## What went wrong", "", *(line for row in wrong for line in _failure(row)), ""]
    lines += ["## Setup", "", "```json", json.dumps(report.setup, indent=1, ensure_ascii=False), "```", ""]
    return "\n".join(lines)


def _setup_line(report: Report) -> str:
    generation = report.setup.get("generation")
    model = report.setup.get("model", "no model")
    return f"model {model}" + (f", generation {generation}" if generation else "")


def _score_rows(report: Report) -> list[list[str]]:
    return [
        [
            name + (" (lower is better)" if name in report.lower_is_better else ""),
            _shown(value),
            _rows(report, name),
        ]
        for name, value in report.scores.items()
    ]


def _rows(report: Report, name: str) -> str:
    return str(report.counts.get(name, ""))


def _failure(row: Row) -> list[str]:
    head = f"- **{row.id}**" + (f" ({row.kind})" if row.kind else "") + ": "
    lines = [head + _inline("; ".join(row.why) if row.error is None else row.error)]
    for name in ("question", "answer"):
        if name in row.details:
            lines.append(f"  - {name}: {_inline(str(row.details[name]))}")
    return lines


def _inline(text: str) -> str:
    """One line of text inside a list item; markup that a model or a user wrote is shown, not rendered."""
    flat = " ".join(text.split())
    flat = flat if len(flat) <= 400 else flat[:399] + "…"
    return "`" + flat.replace("`", "'") + "`" if flat else "(empty)"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) >= 100 else f"{value:.3f}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(inner)}" for name, inner in value.items())
    return str(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(head), line(["---"] * len(head)), *(line(row) for row in rows)]
