"""Reading JSON Lines files that people bring: every complaint names file, line and reason."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from assistant.errors import InputError

RowT = TypeVar("RowT", bound=BaseModel)


def read_rows(path: Path, kind: type[RowT]) -> tuple[RowT, ...]:
    """The rows of a file, blank lines skipped.

    Raises InputError when the file cannot be read or is empty, and for the first row that does not fit.
    """
    return parse_rows(read_text(path), path.name, kind)


def parse_rows(text: str, name: str, kind: type[RowT]) -> tuple[RowT, ...]:
    """As `read_rows`, from a file's text; `name` is what complaints call it."""
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(kind.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            what = f"{where}: {first['msg']}" if where else first["msg"]
            raise InputError(f"{name}, line {number}: {what}; correct that line.") from error
    if not rows:
        fields = ", ".join(
            info.alias or field for field, info in kind.model_fields.items() if info.is_required()
        )
        raise InputError(f"{name} holds no row; write one JSON object a line with {fields}.")
    return tuple(rows)


def read_text(path: Path) -> str:
    """A file's text. Raises InputError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); name a readable UTF-8 file.") from error
