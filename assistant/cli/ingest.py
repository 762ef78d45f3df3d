"""`roadmap ingest`: add sources, take them away, build the index."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

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
        typer.Argument(
            metavar="PATH|URL...", help="Files, folders or pages to add and keep; none: build anew."
        ),
    ] = None,
    only: Annotated[bool, typer.Option("--only", help="Leave the shipped corpus out of this index.")] = False,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Take a source away; may be given several times.")
    ] = None,
    links: Annotated[
        bool, typer.Option("--links", help="Fetch the pages that the sources link to, or see what changed.")
    ] = False,
    depth: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Follow links beneath a linked page this far. [0; means --links]"
        ),
    ] = None,
    max_pages: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Fetch no more pages. [1000; means --links]")
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Read DIR/<host>/<path> or DIR/manifest.jsonl, not the web. [means --links]"
        ),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from private networks too. [means --links]")
    ] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Embed everything anew.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the index before this one.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Build the index from the shipped corpus, your own files and, with --links, the pages they link to."""
    from ingest.pipeline import IngestRequest, run

    fetching = links or depth is not None or max_pages is not None or mirror or allow_private
    if rollback and (paths or remove or only or rebuild or dry_run or fetching):
        raise InputError("--rollback goes with no other choice; type only: roadmap ingest --rollback")
    request = IngestRequest(
        paths=tuple(paths or ()),
        only=only,
        remove=tuple(remove or ()),
        rebuild=rebuild,
        dry_run=dry_run,
        rollback=rollback,
        links=links,
        depth=depth,
        max_pages=max_pages,
        mirror=mirror,
        allow_private=allow_private,
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
    if request.fetches:
        lines += _pages(report.resources, request)
    return "\n".join(lines)


def _pages(resources: Mapping[str, Any], request: "IngestRequest") -> list[str]:
    """What became of the linked pages, or which would be asked for."""
    if "would_fetch" in resources:
        beneath = f" and what lies beneath them, to a depth of {request.depth}" if request.depth else ""
        urls = resources["would_fetch"]
        return [f"{_count(len(urls), 'page')} would be fetched{beneath}:", *(f"  {url}" for url in urls)]
    failed, thin = resources["failed"], resources["thin_reasons"]
    counts = {name: resources[name] for name in ("new", "changed", "unchanged", "thin", "gone", "disallowed")}
    counts["failed"] = sum(failed.values())
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    lines = [f"Linked pages: {sum(counts.values())}" + (f" ({shown})" if shown else "")]
    lines += [f"  Failed: {count} ({reason})" for reason, count in sorted(failed.items())]
    lines += [f"  Kept as a link alone: {count} ({reason})" for reason, count in sorted(thin.items())]
    lines += [f"  Not followed: {count} ({why})" for why, count in sorted(resources["not_followed"].items())]
    if counts["gone"] or counts["failed"] or resources["damaged"]:
        damaged = f"{_count(resources['damaged'], 'damaged link')}; " if resources["damaged"] else ""
        lines.append(f"  {damaged}see where they stand with: roadmap status")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
