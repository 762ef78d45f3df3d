"""What is stale or broken about a data directory, each a sentence with the command that mends it."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import RoadmapError

if TYPE_CHECKING:
    from assistant.index import Manifest
    from assistant.settings import Settings


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
    changed = [] if only else [c.id for c in shipped if _digest(settings, c.path) != indexed.get(c.id)]
    if changed:
        yield f"The shipped corpus has changed ({', '.join(changed)}); renew the index with: roadmap ingest"
    built = datetime.fromisoformat(manifest.created).timestamp()
    own = find_sources(shelf, settings.ingest, only=True, data=settings.data).candidates
    newer = (candidate for candidate in own if candidate.path.stat().st_mtime >= int(built))
    different = [c for c in newer if _digest(settings, c.path) != indexed.get(c.id)]
    if different:
        said = f"{len(different)} of your files changed since the index was built"
        yield f"{said}; renew it with: roadmap ingest"


def _digest(settings: "Settings", path: Path) -> str:
    """SHA-256 of a document's cleaned text, as the manifest has it; "" when it cannot be read."""
    from assistant.documents import Source
    from ingest.load import Loader, Skipped
    from ingest.pipeline import make_document

    with Loader(settings.ingest) as loader:
        loaded = loader.load(path, path.name)
    if isinstance(loaded, Skipped):
        return ""
    text = make_document(Source(path.stem, "roadmap", ""), loaded.text).text
    return hashlib.sha256(text.encode()).hexdigest()
