"""What every command starts from: settings, an index that is there, an assistant that reads it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from assistant.cli.output import note
from assistant.cli.progress import progress_bar
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant
    from assistant.embedding import Embedder
    from assistant.settings import Settings

NO_MODEL = "extractive"  # as `--model` and as `Answer.model`: no chat model, whatever the settings say


def settings_from(ctx: typer.Context, model: str | None = None) -> "Settings":
    """The settings in force for this command; `--data` and `--model` win over the environment."""
    from assistant.settings import load_settings

    overrides: dict[str, Any] = {"data": ctx.obj}
    if model is not None:
        overrides["chat"] = {"model": None if model == NO_MODEL else model}
    settings = load_settings(**overrides)
    if settings.data.exists() and not settings.data.is_dir():
        raise InputError(
            f"The data directory {settings.data} is a file; "
            "name a directory, for example: roadmap --data ~/roadmap-data status"
        )
    return settings


def embedder_for(settings: "Settings") -> "Embedder":
    """The embedder that the settings name; built once a command and shared by writer and reader."""
    from assistant.embedding import build_embedder

    return build_embedder(settings.embedding)


def ready_index(settings: "Settings", embedder: "Embedder") -> None:
    """Build the index from the shipped corpus when the data directory has none."""
    from assistant.index import read_pointer

    if read_pointer(settings.data) is not None:
        return
    from ingest.pipeline import IngestRequest, run

    note(f"There is no index in {settings.data} yet; building it from the shipped corpus.")
    with progress_bar("Building the index") as progress:
        run(settings, embedder, IngestRequest(), progress)


def ready_assistant(settings: "Settings") -> "Assistant":
    """An assistant over the index, which is built from the shipped corpus first when there is none."""
    from assistant.bootstrap import build_assistant

    embedder = embedder_for(settings)
    assistant = build_assistant(settings, embedder=embedder)  # first: a wrong chat model is told at once
    ready_index(settings, embedder)
    return assistant


def check_roadmaps(assistant: "Assistant", wanted: Sequence[str]) -> tuple[str, ...]:
    """The ids given with `--roadmap`. Raises InputError with the known ids when one is not in the index."""
    sources = assistant.index.get().manifest.sources
    known = [source.id for source in sources if source.kind in ("roadmap", "file")]
    for given in wanted:
        if given not in known:
            raise InputError(
                f"There is no roadmap {given!r}, the index holds {', '.join(known)}; "
                f'type for example: roadmap ask --roadmap {known[0] if known else "ID"} "…"'
            )
    return tuple(wanted)
