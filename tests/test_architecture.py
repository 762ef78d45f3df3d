"""The arrows between the rooms of the house, read from the imports with `ast`."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assistant", "ingest", "evals")
MAX_LINES = 300

# lowest first; a room imports rooms of its own layer or of a lower one
LAYERS = (
    {"settings", "documents", "errors", "embedding", "index", "outline", "keywords"},  # the kernel
    {"query", "citations", "prompting", "prompts"},
    {"retrieval", "grounding"},
    {"answer", "plan"},
    {"bootstrap"},
    {"ui"},
    {"cli"},
)
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}


def module_files(root: Path) -> dict[str, Path]:
    """Dotted module name -> file, packages by their own name."""
    found = {}
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Every name that is imported anywhere in a module, in functions too; relative ones begin with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = "." * node.level + (node.module or "")
            yield from (f"{stem}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in ("import_module", "__import__") and isinstance(first, ast.Constant):
                yield str(first.value)


def resolve(name: str, modules: dict[str, Path]) -> str | None:
    """The module that an imported name belongs to, None when it is not ours."""
    if name.split(".")[0] not in PACKAGES:
        return None
    while name not in modules and "." in name:
        name = name.rpartition(".")[0]
    return name


def room(module: str) -> str:
    """The second part of a dotted name; a package's own file is a room without a name."""
    return [*module.split("."), ""][1]


def forbidden(importer: str, target: str) -> str | None:
    """Why one module may not import another, None when it may."""
    here, there = importer.split(".")[0], target.split(".")[0]
    if there == "assistant" and room(target) and room(target) not in RANK:
        return f"{target} is in no layer"
    if here == "assistant":
        if room(importer) == "cli":
            return None
        if there != "assistant":
            return f"only assistant.cli may import {there}"
        if not room(target):
            return None
        if RANK.get(room(importer), -1) < RANK[room(target)]:
            return f"{room(target)} is a layer above {room(importer) or 'the package itself'}"
    elif here == "ingest":
        if there == "evals" or (there == "assistant" and RANK.get(room(target), 0) > 0):
            return "ingest imports the kernel alone"
    elif there == "assistant" and room(target) in ("cli", "ui"):
        return "evals imports neither cli nor ui"
    return None


def violations(root: Path) -> list[str]:
    """Every broken rule as a line `module: what`."""
    modules = module_files(root)
    graph: dict[str, set[str]] = {module: set() for module in modules}
    found = []
    for module, file in modules.items():
        source = file.read_text(encoding="utf-8")
        if source.count("\n") > MAX_LINES:
            found.append(f"{module}: {source.count(chr(10))} lines, more than {MAX_LINES}")
        if module.startswith("assistant.") and room(module) not in RANK:
            found.append(f"{module}: is in no layer")
        for name in imported_names(ast.parse(source)):
            if name.startswith("."):
                found.append(f"{module}: relative import {name}")
                continue
            target = resolve(name, modules)
            if target is None or target == module:
                continue
            graph[module].add(target)
            why = forbidden(module, target)
            if why:
                found.append(f"{module}: imports {target}, but {why}")
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        found.append("circle: " + " -> ".join(error.args[1]))
    return found


def test_every_import_follows_an_arrow_of_the_house() -> None:
    assert violations(ROOT) == []


def test_the_checker_reads_the_real_modules() -> None:
    modules = module_files(ROOT)
    assert {"assistant.cli.app", "assistant.settings", "ingest", "evals"} <= set(modules)


def plant(root: Path, files: dict[str, str]) -> None:
    """Write modules (path -> source) with the package files that they need."""
    for path, source in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "assistant/settings.py": "from assistant.retrieval import search\n",
                "assistant/retrieval.py": "",
            },
            "assistant.settings: imports assistant.retrieval, but retrieval is a layer above settings",
        ),
        (
            {"assistant/answer/compose.py": "def f():\n    import ingest.split\n", "ingest/split.py": ""},
            "assistant.answer.compose: imports ingest.split, but only assistant.cli may import ingest",
        ),
        (
            {"assistant/ui/page.py": "from evals import runner\n", "evals/runner.py": ""},
            "assistant.ui.page: imports evals.runner, but only assistant.cli may import evals",
        ),
        (
            {"ingest/load.py": "from assistant.query import Question\n", "assistant/query.py": ""},
            "ingest.load: imports assistant.query, but ingest imports the kernel alone",
        ),
        (
            {"ingest/load.py": "import evals.cases\n", "evals/cases.py": ""},
            "ingest.load: imports evals.cases, but ingest imports the kernel alone",
        ),
        (
            {"evals/runner.py": "from assistant.cli.rows import answer_row\n", "assistant/cli/rows.py": ""},
            "evals.runner: imports assistant.cli.rows, but evals imports neither cli nor ui",
        ),
        (
            {
                "evals/runner.py": "import importlib\nimportlib.import_module('assistant.ui')\n",
                "assistant/ui.py": "",
            },
            "evals.runner: imports assistant.ui, but evals imports neither cli nor ui",
        ),
        ({"ingest/load.py": "from .split import cut\n"}, "ingest.load: relative import .split.cut"),
        ({"ingest/load.py": "from . import split\n"}, "ingest.load: relative import ..split"),
        ({"assistant/helpers.py": ""}, "assistant.helpers: is in no layer"),
        ({"evals/metrics.py": "x = 1\n" * 301}, "evals.metrics: 301 lines, more than 300"),
        (
            {"ingest/a.py": "import ingest.b\n", "ingest/b.py": "def f():\n    from ingest import a\n"},
            "circle: ingest.a -> ingest.b -> ingest.a",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_checker_catches_a_planted_violation(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    plant(tmp_path, files)
    found = violations(tmp_path)
    if expected.startswith("circle"):
        assert [set(line.removeprefix("circle: ").split(" -> ")) for line in found] == [
            {"ingest.a", "ingest.b"}
        ]
    else:
        assert found == [expected]


def test_the_checker_allows_what_the_house_allows(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "assistant/documents.py": "import json\n",
            "assistant/retrieval/fuse.py": "from assistant.documents import Hit\n",
            "assistant/answer/compose.py": "import assistant.retrieval.fuse, assistant.citations\n",
            "assistant/citations.py": "",
            "assistant/cli/ask.py": "import ingest.split, evals.runner, assistant.ui\n",
            "assistant/ui/__init__.py": "from assistant.answer.compose import compose\n",
            "ingest/split.py": "from assistant.documents import Chunk\n",
            "evals/runner.py": "from ingest import split\nfrom assistant.answer import compose\n",
            "evals/metrics.py": "x = 1\n" * 300,
        },
    )
    assert violations(tmp_path) == []
