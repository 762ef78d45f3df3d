"""Jupyter notebooks: prose, sources and text outputs; pictures and widgets are left out."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import nbformat
from nbformat.reader import NotJSONError

from ingest.load.html_markdown import fragment
from ingest.load.records import BROKEN, EMPTY, Loaded, Skipped
from ingest.load.text import decode, split_front_matter

_LONGEST_OUTPUT = 2000  # characters kept of one output: logs and tables of thousands of rows help nobody
_LONGEST_HTML = 200_000  # characters: longer ones are reports and plots that need their scripts
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# what objects call themselves, progress bars and the chatter of installers tell a reader nothing
_OBJECT = re.compile(r"\s*<(?:Figure size|IPython\.|[\w.]+ (?:object )?at 0x)[^\n]*>\s*")
_CHATTER = re.compile(
    r"^.*\d%\|.*$\n?|^(?:Requirement already satisfied|Collecting|Installing collected packages|"
    r"Successfully installed|Using cached|"
    r"[ \t]+(?:Downloading|Using cached|Preparing metadata|Getting requirements)|Looking in indexes|"
    r"Note: you may need to restart the kernel)\b.*$\n?",
    re.M,
)
_REWRITTEN = re.compile(r"^.*\r(?!\n|$)", re.M)  # a line that a program wrote anew from its beginning
_LANGUAGE = re.compile(r"[\w+#-]{1,30}")


def load_notebook(data: bytes) -> Loaded | Skipped:
    text = decode(data)
    if text is None:
        return BROKEN
    try:
        notebook = nbformat.reads(text, as_version=4)
        metadata = dict(notebook.metadata)
        cells = list(notebook.cells)
        body = "\n\n".join(
            part for cell in cells for part in _cell(cell, _language(metadata)) if part.strip()
        )
    except (NotJSONError, nbformat.ValidationError, json.JSONDecodeError):
        return BROKEN
    except (AttributeError, KeyError, TypeError, ValueError):  # valid JSON that is no notebook
        return BROKEN
    if not body.strip():
        return EMPTY
    front_matter, body = split_front_matter(body)
    title = metadata.get("title") or front_matter.get("title")
    return Loaded(body, title if isinstance(title, str) else None, front_matter)


def _language(metadata: Mapping[str, Any]) -> str:
    language = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return language if isinstance(language, str) and _LANGUAGE.fullmatch(language) else "python"


def _cell(cell: Mapping[str, Any], language: str) -> Iterator[str]:
    source = _joined(cell["source"])
    match cell["cell_type"]:
        case "markdown":
            yield source
        case "code":
            if source.strip():
                yield _fenced(source.strip("\n"), language)
            for output in cell.get("outputs", []):
                shown = _output(output)
                if shown.strip():
                    yield _fenced(shown.strip("\n"), "text")
        case _:  # raw cells are for converters
            return


def _output(output: Mapping[str, Any]) -> str:
    match output["output_type"]:
        case "stream":
            text = _joined(output.get("text", ""))
        case "execute_result" | "display_data":
            text = _shown(output.get("data", {}))
        case "error":
            text = f"{output.get('ename', '')}: {output.get('evalue', '')}"
        case _:
            text = ""
    text = _CHATTER.sub("", _REWRITTEN.sub("", _ANSI.sub("", text)))
    return text if len(text) <= _LONGEST_OUTPUT else text[:_LONGEST_OUTPUT].rsplit("\n", 1)[0] + "\n…"


def _shown(data: Mapping[str, Any]) -> str:
    """The plain text of a result; where that only names an object, the words of its HTML."""
    text = _joined(data.get("text/plain", ""))
    if not _OBJECT.fullmatch(text):
        return text
    markup = _joined(data.get("text/html", ""))
    return "" if len(markup) > _LONGEST_HTML or "<script" in markup else fragment(markup)


def _joined(value: Any) -> str:
    return "".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _fenced(text: str, language: str) -> str:
    longest = max((len(ticks) for ticks in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
