"""`roadmap eval`: offline measurements, a report, and a gate against a baseline."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.library import embedder_for, ready_assistant, settings_from
from assistant.cli.output import emit, emit_json, note
from assistant.cli.progress import progress_bar
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from evals.report import Report

GATE_FAILED = 1


class What(StrEnum):
    retrieval = "retrieval"
    answers = "answers"
    grounding = "grounding"
    all = "all"


def evaluate(
    ctx: typer.Context,
    what: Annotated[
        What,
        typer.Argument(
            metavar="WHAT",
            help="retrieval, answers, grounding, or all (retrieval and answers).",
        ),
    ],
    dataset: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Your own cases; a BEIR folder for retrieval; labelled rows for grounding."
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the report there, as JSON and as Markdown.")
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="An earlier JSON report (or a folder of them); exit 1 on a regression."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="M", help="A chat model as provider:model, or 'extractive' for none."),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure retrieval, answers or grounding, without a network."""
    from evals.report import markdown, write
    from evals.significance import differences

    names = (What.retrieval, What.answers) if what is What.all else (what,)
    _check_paths(what, dataset, report)
    beir = dataset is not None and dataset.is_dir()
    baselines = (
        {name: _baseline(baseline, "beir" if beir else name, report) for name in names} if baseline else {}
    )
    settings = settings_from(ctx, model=model)
    summaries, regressed = {}, False
    for name in names:
        result = RUNS[name](settings, dataset)
        compared = differences(result, baselines[name]) if baselines else []
        comparison = [difference.sentence() for difference in compared]
        if report is not None:
            for file in write(result, report, comparison):
                note(f"Written: {file}")
        summaries[name.value] = result.summary
        if not json_output:
            emit(markdown(result, comparison))
        for difference in compared:
            if difference.regressed:
                regressed = True
                note(difference.sentence())
    if json_output:
        emit_json(summaries if what is What.all else summaries[what.value], indent=2)
    if regressed:
        raise typer.Exit(GATE_FAILED)


def _retrieval(settings: "Settings", dataset: Path | None) -> "Report":
    if dataset is not None and dataset.is_dir():
        from evals.beir import run_beir

        with progress_bar("Indexing and searching") as progress:
            return run_beir(dataset, settings, embedder_for(settings), progress=progress)
    from evals.runner import eval_retrieval

    assistant = ready_assistant(settings)
    with progress_bar("Searching") as progress:
        return eval_retrieval(assistant, dataset, progress)


def _answers(settings: "Settings", dataset: Path | None) -> "Report":
    from evals.runner import eval_answers

    assistant = ready_assistant(settings)
    with progress_bar("Asking") as progress:
        return eval_answers(assistant, dataset, progress)


def _grounding(settings: "Settings", dataset: Path | None) -> "Report":
    from evals.grounding_file import run_grounding

    if dataset is None:
        raise InputError(
            "Grounding is measured on labelled rows; "
            "name a file of them: roadmap eval grounding --dataset rows.jsonl"
        )
    with progress_bar("Scoring") as progress:
        return run_grounding(dataset, settings, progress)


RUNS: dict[What, Callable[["Settings", Path | None], "Report"]] = {
    What.retrieval: _retrieval,
    What.answers: _answers,
    What.grounding: _grounding,
}


def _check_paths(what: What, dataset: Path | None, report: Path | None) -> None:
    """Refuse what would only fail after minutes of measuring."""
    if dataset is not None and not dataset.exists():
        raise InputError(f"The dataset {dataset} does not exist; see: roadmap eval --help")
    if dataset is not None and dataset.is_dir() and what is not What.retrieval:
        raise InputError(
            f"{dataset} is a folder, which only retrieval takes: roadmap eval retrieval --dataset DIR"
        )
    if report is not None and report.exists() and not report.is_dir():
        raise InputError(
            f"The report goes into a folder and {report} is a file; name another with --report DIR"
        )


def _baseline(path: Path, name: str, report: Path | None) -> "Report":
    """The earlier report of this evaluation. Raises InputError when the new report would replace it."""
    from evals.report import read

    file = path / f"{name}.json" if path.is_dir() else path
    if report is not None and (report / f"{name}.json").resolve() == file.resolve():
        raise InputError(
            f"The report would replace the baseline {file}; name another folder with --report DIR"
        )
    return read(file)
