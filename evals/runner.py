"""Runs a dataset through an assistant: retrieval is measured at its hits, answering at its answers."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

import numpy as np

from assistant.documents import Answer, Chunk, Exchange, Hit
from assistant.index import Index, LiveIndex
from assistant.settings import Settings
from evals import report
from evals.cases import Case, Dataset, GoldError, load_dataset, locate_gold
from evals.metrics import (
    ANSWER_METRICS,
    MAX_ANSWER_CHARS,
    Outcome,
    forbidden_words,
    mean,
    missing_facts,
    ranking_scores,
    section_of,
    uncovered_gold,
)
from evals.report import Report, Row
from evals.spans import Span

ARMS = ("dense", "bm25", "fused")
RETRIEVAL_DEPTH = 20  # hits asked for; the deepest cutoff below
RETRIEVAL_SCORES = ("recall@1", "recall@5", "recall@10", "recall@20", "mrr@10", "ndcg@10", "hit@5")
Progress = Callable[[int, int], None]  # (done, of how many)
P = ParamSpec("P")
T = TypeVar("T")


class Answering(Protocol):
    """What evals need of an assistant to measure answers."""

    @property
    def settings(self) -> Settings: ...
    @property
    def index(self) -> LiveIndex: ...
    def ask(
        self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> Answer: ...


class Searching(Protocol):
    """What evals need of an assistant to measure retrieval: each arm's own ranking of one question."""

    @property
    def settings(self) -> Settings: ...
    @property
    def index(self) -> LiveIndex: ...
    def search_arms(
        self, question: str, k: int, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> Mapping[str, Sequence[Hit]]: ...


def eval_answers(
    assistant: Answering, dataset: Path | None = None, progress: Progress | None = None
) -> Report:
    """Ask every case of a dataset (default: the packaged one) and score the answers."""
    data = load_dataset(dataset)
    index = assistant.index.get()

    def measure(case: Case, worker: Executor) -> Row:
        gold = locate_gold(case, index.documents)
        answer, crash = _attempt(worker, assistant.ask, case.question, case.exchanges, case.roadmaps)
        if answer is None:
            return _crashed(case, crash)
        return _answered(Outcome(case, answer, gold, index.outlines))

    rows = _rows(data, measure, progress)
    scores, counts = _means(rows, [metric.name for metric in ANSWER_METRICS])
    summary = {
        "dataset": data.name,
        "cases": len(rows),
        "crashed": sum(row.error is not None and bool(row.scores) for row in rows),
        "dataset_errors": sum(row.error is not None and not row.scores for row in rows),
        "scores": scores,
        "kinds": (kinds := _by_kind(rows)),
        "latency_ms": _spread([row.scores["ms"] for row in rows if row.scores.get("ms") is not None]),
        "length": _lengths([row.details["answer"] for row in rows if "answer" in row.details]),
    }
    return Report(
        name="answers",
        dataset=data.name,
        created=report.now(),
        setup=report.setup(assistant.settings, index),
        summary=report.rounded(summary),
        scores=scores,
        counts=counts,
        kinds=kinds,
        lower_is_better=[metric.name for metric in ANSWER_METRICS if metric.better < 0],
        gates=[metric.name for metric in ANSWER_METRICS if metric.gate],
        rows=rows,
    )


def eval_retrieval(
    assistant: Searching, dataset: Path | None = None, progress: Progress | None = None
) -> Report:
    """Search for every case with gold and score each arm's ranking; chunks that overlap gold are relevant."""
    data = load_dataset(dataset)
    index = assistant.index.get()
    with_gold = Dataset(data.name, tuple(case for case in data.cases if case.gold))

    def measure(case: Case, worker: Executor) -> Row:
        relevant = relevant_chunks(locate_gold(case, index.documents), index)
        asked = (case.question, RETRIEVAL_DEPTH, case.exchanges, case.roadmaps)
        arms, crash = _attempt(worker, assistant.search_arms, *asked)
        return _searched(case, relevant, {} if arms is None else arms, crash)

    rows = _rows(with_gold, measure, progress)
    names = [f"{arm}.{name}" for arm in ARMS for name in RETRIEVAL_SCORES]
    scores, counts = _means(rows, names)
    gates = [name for name in names if name.startswith("fused.")]
    kinds = {
        kind: {name: value for name, value in means.items() if name in ("cases", *gates)}
        for kind, means in _by_kind(rows).items()
    }
    summary = {
        "dataset": data.name,
        "cases": len(rows),
        "without_gold": len(data.cases) - len(rows),
        "crashed": sum(row.error is not None and bool(row.scores) for row in rows),
        "dataset_errors": sum(row.error is not None and not row.scores for row in rows),
        "arms": {arm: {name: scores[f"{arm}.{name}"] for name in RETRIEVAL_SCORES} for arm in ARMS},
        "kinds": kinds,
    }
    return Report(
        name="retrieval",
        dataset=data.name,
        created=report.now(),
        setup=report.setup(assistant.settings, index),
        summary=report.rounded(summary),
        scores=scores,
        counts=counts,
        kinds=kinds,
        gates=gates,
        rows=rows,
    )


def relevant_chunks(gold: Iterable[Span], index: Index) -> list[Chunk]:
    """The index's chunks that overlap a gold span.

    A heading with nothing but subsections beneath stands in no chunk's text; the first chunk of its section,
    which is indexed with the heading, is relevant then. Raises GoldError where there is none.
    """
    found: dict[str, Chunk] = {}
    for span in gold:
        holding = (
            _overlapping(span, index)
            or _overlapping(section_of(span, index.outlines[span.source]), index)[:1]
        )
        if not holding:
            raise GoldError(f"no passage of the index holds {span.source}:{span.start}-{span.end}")
        found.update({chunk.id: chunk for chunk in holding})
    return list(found.values())


def _overlapping(span: Span, index: Index) -> list[Chunk]:
    return [chunk for chunk in index.chunks if span.overlaps(chunk.source, chunk.start, chunk.end)]


def _attempt(
    worker: Executor, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> tuple[T | None, BaseException | None]:
    """The action's result, or what it raised: a future keeps a crash as a value, so no case ends a run."""
    future = worker.submit(action, *args, **kwargs)
    error = future.exception()
    return (None, error) if error else (future.result(), None)


def _rows(data: Dataset, measure: Callable[[Case, Executor], Row], progress: Progress | None) -> list[Row]:
    """One row a case; all run in one other thread: each fresh one would start threads of the model anew."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        rows = []
        for done, case in enumerate(data.cases, start=1):
            try:
                rows.append(measure(case, worker))
            except GoldError as error:
                rows.append(Row(id=case.id, kind=case.kind, error=f"dataset error: {error}"))
            if progress:
                progress(done, len(data.cases))
    return rows


def _answered(outcome: Outcome) -> Row:
    case, answer = outcome.case, outcome.answer
    return Row(
        id=case.id,
        kind=case.kind,
        scores=report.rounded({m.name: _number(m.score(outcome)) for m in ANSWER_METRICS}),
        why=_what_is_wrong(outcome),
        details={
            "question": case.question,
            "answer": answer.text,
            "refused": answer.refused,
            "model": answer.model,
            "citations": [f"{c.source}:{c.start}-{c.end}" for c in answer.citations],
            "gold": [f"{span.source}:{span.start}-{span.end}" for span in outcome.gold],
        },
    )


def _what_is_wrong(outcome: Outcome) -> list[str]:
    case, answer = outcome.case, outcome.answer
    wrong = []
    if answer.refused != case.refuse:
        wrong.append("refused wrongly" if answer.refused else "should have refused")
    wrong += [f"does not say {fact!r}" for fact in missing_facts(case, answer.text)]
    wrong += [f"says {words!r}" for words in forbidden_words(case, answer.text)]
    if not case.refuse and not answer.refused:
        wrong += [f"does not cite {gold.source}:{gold.start}-{gold.end}" for gold in uncovered_gold(outcome)]
    if len(answer.text) > MAX_ANSWER_CHARS:
        wrong.append(f"{len(answer.text)} characters long")
    return wrong


def _crashed(case: Case, error: BaseException | None) -> Row:
    return Row(
        id=case.id,
        kind=case.kind,
        scores={metric.name: _number(metric.on_crash(case)) for metric in ANSWER_METRICS},
        error=f"{type(error).__name__}: {error}",
        details={"question": case.question},
    )


def _searched(
    case: Case, relevant: Sequence[Chunk], arms: Mapping[str, Sequence[Hit]], crash: BaseException | None
) -> Row:
    """A row of every arm's scores; a crash scores zero, as finding nothing would."""
    qrels = {arm: dict.fromkeys((chunk.id for chunk in relevant), 1) for arm in ARMS}
    rankings = {arm: [hit.chunk.id for hit in arms.get(arm, ())] for arm in ARMS}
    table = ranking_scores(qrels, rankings, RETRIEVAL_SCORES)
    missed = sorted(set(qrels["fused"]) - set(rankings["fused"]))
    return Row(
        id=case.id,
        kind=case.kind,
        scores=report.rounded(
            {f"{arm}.{name}": table[arm][name] for arm in ARMS for name in RETRIEVAL_SCORES}
        ),
        why=[f"{chunk} is not among the first {RETRIEVAL_DEPTH}" for chunk in missed],
        error=None if crash is None else f"{type(crash).__name__}: {crash}",
        details={
            "question": case.question,
            "relevant": sorted(qrels["fused"]),
            "found": rankings["fused"][:5],
        },
    )


def _number(score: float | bool | None) -> float | None:
    return None if score is None else float(score)


def _means(rows: Sequence[Row], names: Iterable[str]) -> tuple[dict[str, float | None], dict[str, int]]:
    columns = {name: [row.scores.get(name) for row in rows] for name in names}
    means = {name: mean(column) for name, column in columns.items()}
    return means, {name: sum(v is not None for v in column) for name, column in columns.items()}


def _by_kind(rows: Sequence[Row]) -> dict[str, dict[str, float | None]]:
    table = {}
    for kind in sorted({row.kind for row in rows}):
        of_kind = [row for row in rows if row.kind == kind]
        names = dict.fromkeys(name for row in of_kind for name in row.scores)
        table[kind] = {"cases": float(len(of_kind)), **_means(of_kind, names)[0]}
    return table


def _spread(ms: Sequence[float | None]) -> dict[str, float | None]:
    known = [value for value in ms if value is not None]
    if not known:
        return {"median": None, "p95": None}
    return {"median": statistics.median(known), "p95": float(np.percentile(known, 95))}


def _lengths(answers: Sequence[str]) -> dict[str, float | int | None]:
    lengths = [len(text) for text in answers]
    return {
        "median": statistics.median(lengths) if lengths else None,
        "max": max(lengths, default=None),
        "over_limit": sum(length > MAX_ANSWER_CHARS for length in lengths),
    }
