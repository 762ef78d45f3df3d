"""Which sources there are: the shipped corpus and the user's library, with ids derived from their paths.

A shipped roadmap has the bare id of its front matter, a study note is `note:<topic id>`. A user's file is
`file:<slug>`, the slug made from its path within the added folder; a second file of the same slug gets six
digits of its path's hash. What a user's front matter calls `id` is not used, so that no file can take a
roadmap's place. `--only` leaves the shipped corpus out of that one run; whether an index holds it shows in
its manifest's sources.
"""

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePath
from typing import Any

from assistant.documents import Kind, Source, note_source
from assistant.errors import InputError
from assistant.settings import IngestSettings
from ingest.library import Library
from ingest.load.detect import SUFFIXES
from ingest.report import is_link
from ingest.resources import mended_link, page_source, whole_path
from ingest.web.keys import url_key

_SKIPPED_FOLDERS = frozenset(
    ["node_modules", "bower_components", "__pycache__", "site-packages", "venv", "env", "virtualenv"]
)
_LONGEST_SLUG = 80

UNSUPPORTED = "unsupported file type"
OVER_LIMIT = "over the file limit"
GONE = "no longer there"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may become a source; `title` and the rest come from its content."""

    id: str
    kind: Kind
    path: Path


@dataclass(frozen=True, slots=True)
class Found:
    """All candidates in reading order, and how many files were left out for which reason."""

    candidates: tuple[Candidate, ...]
    dropped: Mapping[str, int]


def shipped_corpus(folder: Path | None = None) -> tuple[Candidate, ...]:
    """The roadmaps and study notes of a corpus folder (that of the package), each kind in name order."""
    root = folder or Path(str(resources.files("corpus")))
    roadmaps = (Candidate(path.stem, "roadmap", path) for path in sorted(root.glob("roadmaps/*.md")))
    notes = (Candidate(note_source(path.stem), "note", path) for path in sorted(root.glob("topics/*.md")))
    return (*roadmaps, *notes)


def find_sources(library: Library, settings: IngestSettings, *, only: bool, data: Path) -> Found:
    """The shipped corpus (unless `only`) and every file of the library that is not taken away."""
    dropped: Counter[str] = Counter()
    candidates = [] if only else list(shipped_corpus())
    seen: set[Path] = set()
    slugs: set[str] = set()
    for entry in map(Path, library.paths):
        for path, relative in _files(entry, settings, data.resolve(), dropped):
            real = path.resolve()
            if real in seen:
                continue
            seen.add(real)
            slug = _slug(relative)
            if not slug or slug in slugs:
                slug = f"{slug}-{hashlib.sha256(path.as_posix().encode()).hexdigest()[:6]}".lstrip("-")
            slugs.add(slug)
            candidates.append(Candidate(f"file:{slug}", "file", path))
    kept = tuple(c for c in candidates if c.id not in library.removed)
    return Found(kept, dict(dropped))


def added(library: Library, arguments: Sequence[str], settings: IngestSettings, data: Path) -> Library:
    """The library with what the user named: files, folders, links, or ids of sources taken away earlier."""
    for argument in arguments:
        if argument in library.removed:
            library = library.with_restored(argument)
            continue
        if is_link(argument):
            url = mended_link(argument)
            library = library.with_restored(page_source(url_key(url))).with_link(url)
            continue
        path = Path(os.path.abspath(Path(argument).expanduser()))
        if not path.exists():
            raise InputError(
                f"There is no file or folder {argument}; check the path and run: roadmap ingest PATH"
            )
        library = library.with_path(path)
        whole = find_sources(library.model_copy(update={"removed": ()}), settings, only=True, data=data)
        for candidate in whole.candidates:
            if path in (candidate.path, *candidate.path.parents):
                library = library.with_restored(candidate.id)
    return library


def removed(
    library: Library,
    ids: Sequence[str],
    settings: IngestSettings,
    data: Path,
    pages: Collection[str] = (),
) -> Library:
    """The library without these sources; an id, or what was added as it was given.

    `pages` are the ids of the pages that are known. A mirror's folder takes with it what only its manifest
    names.
    """
    for wanted in ids:
        path = str(Path(os.path.abspath(Path(wanted).expanduser())))
        if path in library.paths:
            library = library.without_path(path)
            continue
        if whole_path(wanted) in library.mirrors:
            library = library.without_mirror(whole_path(wanted))
            continue
        page = page_source(url_key(mended_link(wanted))) if is_link(wanted) else wanted
        links = [url for url in library.links if page_source(url_key(url)) == page]
        if page not in library.removed and (links or page in pages):
            library = library.without_links(links).with_removed(page)
            continue
        found = {c.id: c for c in find_sources(library, settings, only=False, data=data).candidates}
        if wanted not in found:
            raise InputError(
                f"There is no source {wanted!r} to remove; see which there are with: roadmap status"
            )
        own = str(found[wanted].path)
        library = library.without_path(own) if own in library.paths else library.with_removed(wanted)
    return library


def describe(candidate: Candidate, front_matter: Mapping[str, Any], title: str) -> Source:
    """The source record of a loaded file, its front matter taken where it has the expected form."""
    aliases = front_matter.get("aliases")
    return Source(
        id=candidate.id,
        kind=candidate.kind,
        title=title,
        aliases=tuple(str(a) for a in aliases) if isinstance(aliases, list) else (),
        summary=_line(front_matter.get("summary")),
        audience=_line(front_matter.get("audience")),
        roadmaps=_roadmaps(candidate, front_matter),
    )


def _roadmaps(candidate: Candidate, front_matter: Mapping[str, Any]) -> tuple[str, ...]:
    """The roadmaps a source belongs to: those that a note says name its topic, else itself."""
    if candidate.kind != "note":
        return (candidate.id,)
    places = front_matter.get("roadmaps")
    named = [place["source"] for place in places] if isinstance(places, list) else []
    return tuple(dict.fromkeys(named))


def _line(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _files(
    entry: Path, settings: IngestSettings, data: Path, dropped: Counter[str]
) -> Iterator[tuple[Path, PurePath]]:
    """Readable files of one library entry with their path within it, in name order."""
    if entry.is_file():
        yield entry, PurePath(entry.name)
        return
    if not entry.is_dir():
        dropped[GONE] += 1
        return
    count = 0
    root = entry.resolve()
    for path in _walk(entry, root, data):
        if path.suffix.lower() not in SUFFIXES:
            dropped[UNSUPPORTED] += 1
            continue
        count += 1
        if count > settings.max_files:
            dropped[OVER_LIMIT] += 1
            continue
        yield path, path.relative_to(entry)


def _walk(entry: Path, root: Path, data: Path) -> Iterator[Path]:
    """Files beneath a folder; hidden ones, tools' folders and links that lead outside are passed over."""
    for folder, folders, names in os.walk(entry):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _SKIPPED_FOLDERS
            and not (here / name / "pyvenv.cfg").exists()
            and (here / name).resolve() != data
        )
        for name in sorted(names):
            path = here / name
            if name.startswith(".") or (path.is_symlink() and root not in path.resolve().parents):
                continue
            yield path


def _slug(relative: PurePath) -> str:
    """Small letters and digits of the path without its suffix, joined by hyphens."""
    text = unicodedata.normalize("NFC", relative.with_suffix("").as_posix()).lower()
    return re.sub(r"[\W_]+", "-", text).strip("-")[:_LONGEST_SLUG].strip("-")
