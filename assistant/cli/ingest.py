"""`roadmap ingest`: add sources, take them away, build the index."""

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.library import embedder_for, settings_from
from assistant.cli.output import emit, emit_json
from assistant.cli.progress import progress_bar
from assistant.errors import InputError

if TYPE_CHECKING:
    from ingest.pipeline import IngestReport, IngestRequest


def ingest(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Files or folders to add and keep; none: build anew."),
    ] = None,
    only: Annotated[bool, typer.Option("--only", help="Leave the shipped corpus out of this index.")] = False,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Take a source away; may be given several times.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Embed everything anew.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the index before this one.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Build the index from the shipped corpus and your own files."""
    from ingest.pipeline import IngestRequest, run

    if rollback and (paths or remove or only or rebuild or dry_run):
        raise InputError("--rollback goes with no other choice; type only: roadmap ingest --rollback")
    request = IngestRequest(
        paths=tuple(paths or ()),
        only=only,
        remove=tuple(remove or ()),
        rebuild=rebuild,
        dry_run=dry_run,
        rollback=rollback,
    )
    settings = settings_from(ctx)
    with progress_bar("Building the index") as progress:
        report = run(settings, embedder_for(settings), request, progress)
    if json_output:
        emit_json(report.as_dict(), indent=2)
    else:
        emit(report_text(report, request))


def report_text(report: "IngestReport", request: "IngestRequest") -> str:
    """What a run did, for people."""
    counts = f"{_count(report.documents, 'document')} in {_count(report.chunks, 'passage')}"
    if request.rollback:
        return f"Index {report.generation} serves again: {counts}."
    work = f"{report.embedded} embedded, {report.reused} reused, {report.seconds:.1f} s"
    if request.dry_run:
        lines = [f"Nothing was changed; an index would hold {counts} ({work})."]
    else:
        lines = [f"Index {report.generation} serves: {counts} ({work})."]
    lines += [f"Left out: {count} ({reason})" for reason, count in sorted(report.dropped.items())]
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
