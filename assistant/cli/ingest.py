"""Coming."""

import typer


def ingest(ctx: typer.Context) -> None:
    """Coming."""
