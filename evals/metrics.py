"""What is measured on one answer or one ranking; functions without I/O.

To add a metric to `roadmap eval answers`: write a function from `Outcome` to a number, a bool (an assertion)
or None (not applicable, which is not zero), add one `Metric` row to `ANSWER_METRICS` and a line to
evals/README.md. Reports, per-kind tables, baseline comparison and gates pick it up by its name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.documents import Answer, Citation
from assistant.outline import Outline
from evals.cases import Case
from evals.spans import Span, says, without_markers

MAX_ANSWER_CHARS = 1500  # issue 2: an answer above it is a failure
ROUGE_TYPES = ("rouge1", "rouge2", "rougeL", "rougeLsum")
Score = float | bool | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case, the answer it got, and where its gold lies in the index."""

    case: Case
    answer: Answer
    gold: tuple[Span, ...]
    outlines: Mapping[str, Outline]


@dataclass(frozen=True, slots=True)
class Metric:
    """A named function of an outcome; `on_crash` is its value for a case whose run raised."""

    name: str
    score: Callable[[Outcome], Score]
    on_crash: Callable[[Case], Score]
    better: int = 1  # 1: higher is better, -1: lower is better
    gate: bool = True  # whether a fall against the baseline is a regression


# --- facts ----------------------------------------------------------------------------------------


def missing_facts(case: Case, text: str) -> list[str]:
    """The first spelling of each `must` group that the text does not say in any spelling."""
    return [group[0] for group in case.must if not any(says(text, spelling) for spelling in group)]


def forbidden_words(case: Case, text: str) -> list[str]:
    return [words for words in case.must_not if says(text, words)]


def is_right(outcome: Outcome) -> bool:
    """Every fact said, nothing forbidden said, and refused exactly when the case wants a refusal."""
    case, answer = outcome.case, outcome.answer
    facts_said = not missing_facts(case, answer.text) and not forbidden_words(case, answer.text)
    return facts_said and answer.refused == case.refuse


# --- citations ------------------------------------------------------------------------------------


def covers(citation: Citation, span: Span) -> bool:
    return span.overlaps(citation.source, citation.start, citation.end)


def uncovered_gold(outcome: Outcome) -> list[Span]:
    """Gold spans that no citation overlaps.

    Gold that is a heading is also covered by a citation from within its section: the heading path, which a
    reader of the citation sees, names it.
    """
    wanted = {span: _with_section(span, outcome.outlines[span.source]) for span in outcome.gold}
    return [s for s, place in wanted.items() if not any(covers(c, place) for c in outcome.answer.citations)]


def _with_section(span: Span, outline: Outline) -> Span:
    """The whole section of a span that stands in a heading; any other span as it is."""
    block = outline.at(span.start)
    return section_of(span, outline) if block >= 0 and outline.blocks[block].kind == "heading" else span


def section_of(span: Span, outline: Outline) -> Span:
    """The section that the span stands in, heading and subsections included; the span itself without one."""
    block = outline.at(span.start)
    heading = outline.heading_of(block) if block >= 0 else -1
    if heading < 0:
        return span
    return Span(span.source, outline.blocks[heading].start, outline.blocks[heading].extent)


def citation_recall(outcome: Outcome) -> Score:
    """Share of the gold spans that a citation covers."""
    if not _to_cite(outcome.case):
        return None
    return 1 - len(uncovered_gold(outcome)) / len(set(outcome.gold))


def citation_precision(outcome: Outcome) -> Score:
    """Share of the citations that overlap a gold span or stand in the same section as one."""
    citations = outcome.answer.citations
    if not _to_cite(outcome.case) or not citations:
        return None
    places = [*outcome.gold, *(section_of(span, outcome.outlines[span.source]) for span in outcome.gold)]
    return sum(any(covers(c, place) for place in places) for c in citations) / len(citations)


def is_rightly_cited(outcome: Outcome) -> Score:
    return not uncovered_gold(outcome) if _to_cite(outcome.case) else None


def is_right_and_cited(outcome: Outcome) -> Score:
    """The headline of an answerable case; None where a refusal is wanted."""
    if outcome.case.refuse:
        return None
    return is_right(outcome) and is_rightly_cited(outcome) is not False


def _to_cite(case: Case) -> bool:
    return bool(case.gold) and not case.refuse


# --- wording --------------------------------------------------------------------------------------


def rouge(reference: str, text: str, *, stemmer: bool = False) -> dict[str, Any]:
    """rouge-score's (precision, recall, fmeasure) by type; for rougeLsum a newline ends a sentence."""
    return {name: score for name, score in _scorer(stemmer).score(reference, text).items()}


@lru_cache(maxsize=2)
def _scorer(stemmer: bool) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(ROUGE_TYPES), use_stemmer=stemmer)


def _rouge_metric(name: str) -> Metric:
    def score(outcome: Outcome) -> Score:
        if not _to_compare(outcome.case):
            return None
        text = without_markers(outcome.answer.text)
        return float(rouge(outcome.case.reference, text, stemmer=True)[name].fmeasure)

    return Metric(name, score, on_crash=lambda case: 0.0 if _to_compare(case) else None)


def _to_compare(case: Case) -> bool:
    return bool(case.reference) and not case.refuse


# --- refusals, support, length, time --------------------------------------------------------------


def refused_as_wanted(outcome: Outcome) -> Score:
    return outcome.answer.refused if outcome.case.refuse else None


def wrongly_refused(outcome: Outcome) -> Score:
    return None if outcome.case.refuse else outcome.answer.refused


def grounding_score(outcome: Outcome) -> Score:
    return outcome.answer.grounding.score if outcome.answer.grounding else None


def is_short_enough(outcome: Outcome) -> bool:
    return len(outcome.answer.text) <= MAX_ANSWER_CHARS


def total_ms(outcome: Outcome) -> Score:
    return outcome.answer.timings_ms.get("total")


def _if(applies: Callable[[Case], bool], value: Score) -> Callable[[Case], Score]:
    return lambda case: value if applies(case) else None


def _unknown(case: Case) -> Score:
    return None


ANSWER_METRICS: tuple[Metric, ...] = (
    Metric("right_and_cited", is_right_and_cited, _if(lambda case: not case.refuse, False)),
    Metric("right", is_right, _if(lambda case: True, False)),
    Metric("rightly_cited", is_rightly_cited, _if(_to_cite, False)),
    Metric("citation_precision", citation_precision, _unknown),
    Metric("citation_recall", citation_recall, _if(_to_cite, 0.0)),
    Metric("refused_as_wanted", refused_as_wanted, _if(lambda case: case.refuse, False)),
    Metric("wrongly_refused", wrongly_refused, _unknown, better=-1),
    *(_rouge_metric(name) for name in ROUGE_TYPES),
    Metric("grounding", grounding_score, _unknown),
    Metric("short_enough", is_short_enough, _unknown),
    # another machine, another figure: shown, never gated
    Metric("ms", total_ms, _unknown, better=-1, gate=False),
)


# --- rankings -------------------------------------------------------------------------------------

Ranking = Sequence[str]  # ids, best first


def ranking_scores(
    relevant: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Ranking], names: Iterable[str]
) -> dict[str, dict[str, float]]:
    """Measures of each query's ranking, by query and name ("ndcg@10", "mrr@10", "map", "recall@5", "hit@5").

    `relevant` holds grades by query and id. ir-measures computes them; ranks are handed to it as falling
    scores, so that ties keep the product's own order. A query without a ranking scores zero.
    """
    import ir_measures

    measures = {_measure(name): name for name in names}
    run = {query: {found: -float(rank) for rank, found in enumerate(ids)} for query, ids in rankings.items()}
    table: dict[str, dict[str, float]] = {query: dict.fromkeys(measures.values(), 0.0) for query in relevant}
    for scored in ir_measures.iter_calc(list(measures), relevant, run):
        table[scored.query_id][measures[scored.measure]] = float(scored.value)
    return table


def _measure(name: str) -> Any:
    """The ir-measures object of a name as reports write it. Raises KeyError for an unknown one."""
    import ir_measures

    family, _, cutoff = name.partition("@")
    measure = {
        "ndcg": ir_measures.nDCG,
        "mrr": ir_measures.RR,
        "map": ir_measures.AP,
        "recall": ir_measures.R,
        "hit": ir_measures.Success,
    }[family]
    return measure @ int(cutoff) if cutoff else measure


def mean(values: Iterable[Score]) -> float | None:
    """The mean of what is applicable; None when nothing is."""
    applicable = [float(value) for value in values if value is not None]
    return sum(applicable) / len(applicable) if applicable else None
