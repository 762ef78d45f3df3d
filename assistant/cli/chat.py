"""`roadmap chat`: the chat page in a browser."""

from typing import Annotated

import typer

from assistant.cli.library import embedder_for, ready_index, settings_from
from assistant.cli.output import note


def chat(
    ctx: typer.Context,
    host: Annotated[
        str | None, typer.Option(metavar="HOST", help="Address to listen on; default ROADMAP_SERVER__HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, metavar="PORT", help="Port; default ROADMAP_SERVER__PORT."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the chat page."""
    from assistant.bootstrap import build_assistant

    settings = settings_from(ctx)
    embedder = embedder_for(settings)
    ready_index(settings, embedder)
    from assistant.ui.server import serve

    serve(
        settings,
        host=host,
        port=port,
        open_browser=not no_browser,
        assistant_factory=lambda: build_assistant(settings, embedder=embedder),
        on_ready=lambda address: note(f"The chat page is at {address} (Ctrl-C ends it)."),
    )
