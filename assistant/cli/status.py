"""`roadmap status`: what serves, what is in it, which settings are in force, what is stale or broken."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.library import NO_MODEL, settings_from
from assistant.cli.output import emit, emit_json
from assistant.errors import IndexMissing, InputError

if TYPE_CHECKING:
    from assistant.settings import Settings


def status(
    ctx: typer.Context,
    json_output: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    corpus: Annotated[
        bool, typer.Option("--corpus", help="Check the shipped roadmaps and study notes instead.")
    ] = False,
) -> None:
    """Show the index, its sources, the settings in force and what is stale or broken."""
    if corpus:
        _corpus_status(json_output)
        return
    found = collect(settings_from(ctx))
    if json_output:
        emit_json(found, indent=2)
    else:
        emit(status_text(found))


def _corpus_status(json_output: bool) -> None:
    """What the corpus holds, and each of its faults; a fault is a failed gate."""
    from ingest.corpus_check import check_corpus

    report = check_corpus()
    if json_output:
        emit_json(asdict(report), indent=2)
    else:
        lines = [
            f"Roadmaps     {report.roadmaps}",
            f"Study notes  {report.notes}",
            f"Explained    {report.covered} of {report.leaves} names that the roadmaps give",
            "",
            "Faults" if report.faults else "No fault was found.",
            *(f"  {fault}" for fault in report.faults),
        ]
        emit("\n".join(lines))
    if report.faults:
        raise typer.Exit(1)


def collect(settings: "Settings") -> dict[str, Any]:
    """Everything that `status --json` prints; reads no vectors and loads no model."""
    from assistant.cli.health import findings
    from assistant.index import SCHEMA_VERSION, read_manifest, read_pointer

    generation = read_pointer(settings.data)
    manifest, problems = None, []
    try:
        manifest = read_manifest(settings.data / "generations" / generation) if generation else None
    except IndexMissing as error:
        problems = [str(error)]
    if manifest and manifest.schema_version != SCHEMA_VERSION:
        problems = [
            f"The index has schema {manifest.schema_version}, this version reads {SCHEMA_VERSION}; "
            "build it anew with: roadmap ingest --rebuild"
        ]
    problems = problems or findings(settings, manifest)
    return {
        "data": str(settings.data),
        "generation": generation,
        "built": manifest.created if manifest else None,
        "documents": manifest.documents if manifest else 0,
        "chunks": manifest.chunks if manifest else 0,
        "links": manifest.links if manifest else 0,
        "dropped": manifest.dropped if manifest else {},
        "sources": [
            {"id": source.id, "kind": source.kind, "title": source.title, "chunks": source.chunks}
            for source in (manifest.sources if manifest else ())
        ],
        "resources": _resources(settings, problems),
        "models": {
            "embedding": manifest.embedding if manifest else {"model": settings.embedding.model},
            "chat": settings.chat.model or NO_MODEL,
        },
        "settings": masked(settings),
        "problems": problems,
    }


def _resources(settings: "Settings", problems: list[str]) -> dict[str, Any] | None:
    """The pages behind links, None where none was ever asked for."""
    from ingest.resource_status import resource_status

    try:
        return resource_status(settings.data)
    except InputError as error:
        if str(error) not in problems:
            problems.append(str(error))
        return None


def masked(settings: "Settings") -> dict[str, Any]:
    """The settings in force, keys as asterisks and no password in an address."""
    shown = settings.model_dump(mode="json")
    shown["chat"]["base_url"] = settings.chat.shown_base_url
    return shown


def status_text(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"Data directory  {found['data']}"]
    if found["generation"]:
        lines += [
            f"Index           {found['generation']}, built {found['built'] or 'at an unknown time'}",
            f"Documents       {found['documents']}",
            f"Passages        {found['chunks']}",
            f"Links           {found['links']}",
        ]
    else:
        lines.append("Index           none yet")
    lines += [
        f"Embedding       {found['models']['embedding'].get('model')}",
        f"Answers         {found['models']['chat']}",
    ]
    listed = [source for source in found["sources"] if source["kind"] != "page"]
    if listed:
        width = max(len(source["id"]) for source in listed)
        lines += ["", "Sources"]
        lines += [f"  {s['id']:<{width}}  {s['kind']:<7}  {s['chunks']:>4}  {s['title']}" for s in listed]
    if found["resources"]:
        lines += ["", "Linked pages", *_resource_lines(found)]
    if found["dropped"]:
        lines += ["", "Left out of the index"]
        lines += [f"  {count}  {reason}" for reason, count in sorted(found["dropped"].items())]
    lines += ["", "Settings in force (change one with ROADMAP_GROUP__NAME=value)"]
    for group, values in found["settings"].items():
        if isinstance(values, dict):
            shown = ", ".join(
                f"{name} {'not set' if value is None else value}" for name, value in values.items()
            )
            lines.append(f"  {group}: {shown}")
    lines += ["", "Stale or broken" if found["problems"] else "Nothing is stale or broken."]
    lines += [f"  {problem}" for problem in found["problems"]]
    return "\n".join(lines)


def _resource_lines(found: dict[str, Any]) -> list[str]:
    """Counts, the last run, dead and damaged links."""
    pages, run = found["resources"], found["resources"]["last_run"]
    chunks = [source["chunks"] for source in found["sources"] if source["kind"] == "page"]
    lines = [f"  {pages['pages']} known, {len(chunks)} in the index in {sum(chunks)} passages"]
    for status, count in pages["counts"].items():
        if status == "failed":
            lines += [f"  {number:>6}  failed ({reason})" for reason, number in sorted(count.items())]
        elif status == "thin":
            reasons = sorted(pages["counts"]["thin_reasons"].items())
            lines += [f"  {number:>6}  thin ({reason})" for reason, number in reasons]
        elif status != "thin_reasons" and count:
            lines.append(f"  {count:>6}  {status}")
    if run:
        ended = (
            f"finished {run['finished']}"
            if run["finished"]
            else "interrupted; go on with: roadmap ingest --links"
        )
        lines.append(
            f"  Last run from {run['from']}, depth {run['depth']}, started {run['started']}, {ended}"
        )
    for link in pages["dead_links"]:
        kept = f"; its text of {link['kept_from'][:10]} is kept" if link["kept_from"] else ""
        lines.append(f"  Dead: {link['url']} ({link['reason'] or link['status']}{kept}){_whereabouts(link)}")
    lines += [f"  Damaged: {link['url']}{_whereabouts(link)}" for link in pages["damaged_links"]]
    return lines


def _whereabouts(link: dict[str, Any]) -> str:
    if "title" not in link:
        return ""
    return ", linked in " + " > ".join((link["title"], *link["heading_path"]))
