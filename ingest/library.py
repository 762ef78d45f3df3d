"""The user's library, kept in `library.json`: what ingest reads besides the shipped corpus."""

import os
from collections.abc import Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import InputError

FILE_NAME = "library.json"


class Library(BaseModel):
    """Added paths and links in the order they were added, and the sources that were taken away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = 1
    paths: tuple[str, ...] = ()  # absolute
    removed: tuple[str, ...] = ()  # source ids, shipped roadmaps among them
    links: tuple[str, ...] = ()  # addresses of pages
    mirrors: tuple[str, ...] = ()  # absolute paths of mirrors whose manifests name pages of their own

    def with_path(self, path: Path) -> "Library":
        """The library with one more file or folder; adding twice changes nothing."""
        text = str(path)
        return self if text in self.paths else self.model_copy(update={"paths": (*self.paths, text)})

    def without_path(self, text: str) -> "Library":
        return self.model_copy(update={"paths": tuple(p for p in self.paths if p != text)})

    def with_link(self, url: str) -> "Library":
        return self if url in self.links else self.model_copy(update={"links": (*self.links, url)})

    def without_links(self, urls: Collection[str]) -> "Library":
        return self.model_copy(update={"links": tuple(u for u in self.links if u not in urls)})

    def with_mirror(self, text: str) -> "Library":
        return self if text in self.mirrors else self.model_copy(update={"mirrors": (*self.mirrors, text)})

    def without_mirror(self, text: str) -> "Library":
        return self.model_copy(update={"mirrors": tuple(m for m in self.mirrors if m != text)})

    def with_removed(self, source: str) -> "Library":
        return self.model_copy(update={"removed": (*self.removed, source)})

    def with_restored(self, source: str) -> "Library":
        return self.model_copy(update={"removed": tuple(s for s in self.removed if s != source)})


def read_library(data: Path) -> Library:
    """The library of a data directory, empty when there is none. Raises InputError when it is damaged."""
    path = data / FILE_NAME
    try:
        return Library.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Library()
    except (ValidationError, OSError) as error:
        raise InputError(
            f"The list of added sources in {path} cannot be read; mend or delete it, "
            "then add your files again with: roadmap ingest PATH"
        ) from error


def write_library(data: Path, library: Library) -> None:
    """Replace the file in one step, so that a kill leaves the old list or the new one."""
    write_atomically(data / FILE_NAME, library.model_dump_json(indent=1) + "\n")


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old content or the new, even after a power cut."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make renames within a directory durable, where the system lets one open a directory."""
    if os.name == "nt":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
