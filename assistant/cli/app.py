"""The commands of `roadmap` and the one place where an error becomes a sentence and an exit code."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.ask import ask
from assistant.cli.chat import chat
from assistant.cli.evaluate import evaluate
from assistant.cli.ingest import ingest
from assistant.cli.output import note, use_utf8
from assistant.cli.search import search
from assistant.cli.status import status
from assistant.errors import RoadmapError

WRONG_USE = 2
DISTRIBUTION = "roadmap-assistant"


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"roadmap {version(DISTRIBUTION)}")
        except PackageNotFoundError:
            typer.echo("roadmap (run from its source folder, not installed)")
        raise typer.Exit


def _front_door(
    ctx: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="Where index and cache live. [env: ROADMAP_DATA; default: the user data directory]",
            show_default=False,
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask five MLOps roadmaps: cited answers, offline, with no key."""
    ctx.obj = data
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def build_app() -> typer.Typer:
    """All commands under one name; builds no settings, model or index."""
    app = typer.Typer(
        name="roadmap",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_front_door)
    for command in (chat, ask, search, ingest, status):
        app.command()(command)
    app.command("eval")(evaluate)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 a gate failed, 2 wrong use or input, 130 interrupted."""
    use_utf8()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = build_app()(given, prog_name="roadmap", standalone_mode=False)
    except RoadmapError as error:
        return _refuse(str(error))
    except typer.TyperException as error:
        return _refuse(_usage_sentence(error))
    return code if isinstance(code, int) else 0


def _refuse(message: str) -> int:
    note(" ".join(message.split()))
    return WRONG_USE


def _usage_sentence(error: typer.TyperException) -> str:
    """What the option parser found wrong, as one sentence that ends with the command to type next."""
    context: typer.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context else "roadmap"
    what = " ".join(error.format_message().split()).rstrip(".?!").replace(". Did", "; did")
    return f"{what}; see: {command} --help"
