"""`roadmap search`: the passages that the retriever finds for a query, without an answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.library import check_roadmaps, ready_assistant, settings_from
from assistant.cli.output import emit, emit_json
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant
    from assistant.cli.rows import RowFile, SearchRow

EXAMPLE = 'roadmap search "model registry"'


def search(
    ctx: typer.Context,
    query: Annotated[str | None, typer.Argument(metavar="QUERY", help="What to look for, in quotes.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(metavar="ROWS", help="JSON Lines of {id, query}; hits come back as JSON lines."),
    ] = None,
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, max=1000, metavar="N", help="How many hits; default ROADMAP_RETRIEVAL__K."),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the hits as one JSON object.")] = False,
    roadmap: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this roadmap; may be given several times.")
    ] = None,
) -> None:
    """Find passages, best first."""
    from assistant.cli import rows

    if (query is None) == (file is None):
        raise InputError(f"Give either one query or --file ROWS; for example: {EXAMPLE}")
    if query is not None and not query.strip():
        raise InputError(f"The query is empty; for example: {EXAMPLE}")
    batch = rows.RowFile(file, rows.SearchRow) if file is not None else None
    assistant = ready_assistant(settings_from(ctx))
    roadmaps = check_roadmaps(assistant, roadmap or ())
    if batch is not None:
        _search_file(assistant, batch, k, roadmaps)
        return
    wanted = (query or "").strip()
    hits = assistant.search(wanted, k, roadmaps)
    if json_output:
        emit_json(rows.hits_row(None, wanted, hits), indent=2)
    else:
        emit(rows.hits_text(hits))


def _search_file(
    assistant: "Assistant", batch: "RowFile[SearchRow]", k: int | None, roadmaps: tuple[str, ...]
) -> None:
    """One JSON line a row, in order, each printed as soon as it is there."""
    from assistant.cli import rows

    for row in batch:
        if isinstance(row, rows.BadRow):
            emit_json(row.as_dict())
            continue
        try:
            emit_json(rows.hits_row(row.id, row.query, assistant.search(row.query, k, roadmaps)))
        except InputError as error:
            emit_json(rows.BadRow(row.id, str(error)).as_dict())
