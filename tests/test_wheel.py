"""A wheel carries everything: installed elsewhere, with nothing of the source folder in reach, it answers."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assistant", "corpus", "evals", "ingest")
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info", "benchmarks")
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that no build folder is left in the source."""
    import setuptools

    if int(setuptools.__version__.split(".")[0]) < 77:
        pytest.skip(
            "building needs setuptools 77, as pyproject.toml says; install it with: pip install -U setuptools"
        )
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=IGNORED)
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run([sys.executable, "-c", BUILD, str(out)], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files and nothing else; dependencies come from the running environment."""
    target = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    done = subprocess.run([*command, "--target", str(target), str(wheel)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


def run_installed(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`roadmap …` from the installed files, in an empty folder, with a data directory of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROADMAP_")}
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "--data", str(folder / "data"), *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def data_files() -> list[str]:
    """Every file of the packages that is not Python and has to travel."""
    return [
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*"))
        if file.is_file()
        and file.suffix not in (".py", ".pyc", "")
        and not {"__pycache__", "benchmarks"} & set(file.relative_to(ROOT).parts)
    ]


def test_the_wheel_carries_every_data_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [file for file in data_files() if file not in names] == []


def test_the_data_files_include_corpus_prompts_page_and_datasets() -> None:
    found = " ".join(data_files())
    for pattern in (
        r"corpus/roadmaps/six-month-plan\.md",
        r"assistant/prompts/\w+\.md",
        r"assistant/ui/public/\S+\.css",
        r"evals/datasets/\S+\.jsonl",
    ):
        assert re.search(pattern, found), pattern


def test_the_wheel_carries_every_module(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = [
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if "benchmarks" not in file.parts
    ]
    assert [module for module in sorted(modules) if module not in names] == []


def test_the_wheel_carries_no_tests_and_nothing_built(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_has_the_console_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    entry = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert "roadmap = assistant.cli:main" in archive.read(entry).decode()


def test_the_version_is_the_projects(installed: Path, tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert run_installed(installed, tmp_path, "--version").stdout == f"roadmap {version}\n"


@pytest.mark.model
def test_the_installed_wheel_answers_a_question(installed: Path, tmp_path: Path) -> None:
    done = run_installed(installed, tmp_path, "ask", "--json", "Which week covers KServe?")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert row["refused"] is False
    assert "six-month-plan" in {citation["source"] for citation in row["citations"]}
