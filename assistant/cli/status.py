"""Coming."""

import typer


def status(ctx: typer.Context) -> None:
    """Coming."""
