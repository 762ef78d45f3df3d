"""`roadmap ask`: one question, or a file of them, answered with sources."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.library import check_roadmaps, ready_assistant, settings_from
from assistant.cli.output import emit, emit_json, note
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant
    from assistant.cli.rows import AskRow, RowFile

EXAMPLE = 'roadmap ask "In which week is Kubernetes introduced?"'


def ask(
    ctx: typer.Context,
    question: Annotated[
        str | None,
        typer.Argument(metavar="QUESTION", help="The question, in quotes; - reads it from standard input."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="ROWS", help="JSON Lines of {id, question, history?}; answers come back as JSON lines."
        ),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
    roadmap: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this roadmap; may be given several times.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="M", help="A chat model as provider:model, or 'extractive' for none."),
    ] = None,
) -> None:
    """Answer a question from the roadmaps, with numbered sources."""
    from assistant.cli import rows

    if (question is None) == (file is None):
        raise InputError(f"Give either one question or --file ROWS; for example: {EXAMPLE}")
    text = _question(question) if question is not None else ""
    batch = rows.RowFile(file, rows.AskRow) if file is not None else None
    assistant = ready_assistant(settings_from(ctx, model=model))
    roadmaps = check_roadmaps(assistant, roadmap or ())
    if batch is not None:
        _answer_file(assistant, batch, roadmaps)
        return
    answer = assistant.ask(text, roadmaps=roadmaps)
    if json_output:
        emit_json(rows.answer_row(None, answer), indent=2)
        return
    if answer.notice:
        note(answer.notice)
    emit(rows.answer_text(answer))


def _answer_file(assistant: "Assistant", batch: "RowFile[AskRow]", roadmaps: tuple[str, ...]) -> None:
    """One JSON line a row, in order, each printed as soon as it is there."""
    from assistant.cli import rows
    from assistant.documents import Exchange

    assistant.warm()
    for row in batch:
        if isinstance(row, rows.BadRow):
            emit_json(row.as_dict())
            continue
        try:
            history = [Exchange(question=asked, answer=told) for asked, told in row.history]
            emit_json(rows.answer_row(row.id, assistant.ask(row.question, history, roadmaps)))
        except InputError as error:
            emit_json(rows.BadRow(row.id, str(error)).as_dict())


def _question(given: str) -> str:
    """The question as typed, or read from standard input for `-`. Raises InputError when there is none."""
    text = sys.stdin.read() if given == "-" else given
    if not text.strip():
        raise InputError(f"The question is empty; for example: {EXAMPLE}")
    return text.strip()
