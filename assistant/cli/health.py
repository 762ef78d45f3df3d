"""What is stale or broken about a data directory, each a sentence with the command that mends it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import RoadmapError

if TYPE_CHECKING:
    from assistant.index import Manifest
    from assistant.settings import Settings
    from ingest.sources import Candidate

MOST_NAMED = 5  # sources in one sentence


def findings(settings: "Settings", manifest: "Manifest | None") -> list[str]:
    """Everything that makes the index differ from what the settings and sources say now; loads no model."""
    if manifest is None:
        return [f"There is no index in {settings.data} yet; build it with: roadmap ingest"]
    found: list[str] = []
    for check in (_model, _splitter, _sources):
        try:
            found.extend(check(settings, manifest))
        except RoadmapError as error:  # a model that is gone, a damaged library file
            found.append(str(error))
    return found


def _model(settings: "Settings", manifest: "Manifest") -> Iterator[str]:
    from assistant.embedding import identify

    name, weights = identify(settings.embedding)
    if weights != manifest.embedding["weights"]:
        yield (
            f"The index was embedded with {manifest.embedding['model']}, the settings name {name}; "
            "build it anew with: roadmap ingest --rebuild"
        )


def _splitter(settings: "Settings", manifest: "Manifest") -> Iterator[str]:
    if manifest.splitter != settings.splitter.model_dump():
        yield "The splitter's settings have changed since the index was built; renew it with: roadmap ingest"


def _sources(settings: "Settings", manifest: "Manifest") -> Iterator[str]:
    from ingest.library import read_library
    from ingest.sources import find_sources, shipped_corpus

    shelf = read_library(settings.data)
    gone = [path for path in shelf.paths if not Path(path).exists()]
    yield from (
        f"The added path {path} is gone; take it away with: roadmap ingest --remove {path}" for path in gone
    )
    indexed = {source.id: source.text_sha256 for source in manifest.sources}
    shipped = [candidate for candidate in shipped_corpus() if candidate.id not in shelf.removed]
    only = not any(source.kind == "roadmap" for source in manifest.sources)  # built with --only
    changed = [] if only else _changed(settings, shipped, indexed)
    if changed:
        yield f"The shipped corpus has changed ({_shortened(changed)}); renew the index with: roadmap ingest"
    built = datetime.fromisoformat(manifest.created).timestamp()
    own = find_sources(shelf, settings.ingest, only=True, data=settings.data).candidates
    newer = (candidate for candidate in own if candidate.path.stat().st_mtime >= int(built))
    if different := _changed(settings, newer, indexed):
        said = f"{len(different)} of your files changed since the index was built"
        yield f"{said}; renew it with: roadmap ingest"


def _changed(
    settings: "Settings", candidates: "Iterable[Candidate]", indexed: Mapping[str, str]
) -> list[str]:
    """Ids of the sources whose cleaned text is not what the manifest has."""
    from ingest import notes
    from ingest.load import Loader, Skipped
    from ingest.pipeline import read_source

    candidates = list(candidates)
    titles = notes.titles(candidate.path for candidate in candidates if candidate.kind == "note")
    found = []
    with Loader(settings.ingest) as loader:
        for candidate in candidates:
            read = read_source(candidate, loader, titles)
            text = "" if isinstance(read, Skipped) else read[0].text
            if hashlib.sha256(text.encode()).hexdigest() != indexed.get(candidate.id):
                found.append(candidate.id)
    return found


def _shortened(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown
