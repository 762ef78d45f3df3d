"""Progress bars on stderr; stdout stays free for results."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Called with how much is done, of how much, and (where work has stages) what is being done."""

    def __call__(self, done: int, total: int, what: str = "") -> None: ...


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """A bar that the yielded function moves; gone when the work is done, silent without a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)

        def move(done: int, total: int, what: str = "") -> None:
            bar.update(task, completed=done, total=total, description=what.capitalize() or label)

        yield move
