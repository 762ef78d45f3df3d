"""Which sources a run reads: the shipped corpus, added paths, and what was taken away."""

from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.settings import IngestSettings
from ingest.library import Library, read_library, write_library
from ingest.sources import added, find_sources, removed, shipped_corpus

SETTINGS = IngestSettings()
ROADMAPS = ["learning-sequence", "roadmap-2024", "senior-concepts", "six-month-plan", "structured-skills"]
SHIPPED = [candidate.id for candidate in shipped_corpus()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "notes"
    for name in ("b.md", "A Note.md", "sub/b.txt", "sub/deep/c.rst", "image.png", ".hidden.md", ".git/x.md",
                 "node_modules/x.md", "myenv/pyvenv.cfg", "myenv/x.md"):  # fmt: skip
        path = found / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}")
    return found


def ids(library: Library, data: Path, *, only: bool = True, settings: IngestSettings = SETTINGS) -> list[str]:
    return [c.id for c in find_sources(library, settings, only=only, data=data).candidates]


def test_shipped_roadmaps_have_bare_ids_and_notes_come_after_them() -> None:
    found = [(c.id, c.kind) for c in shipped_corpus()]
    assert found[:5] == [(name, "roadmap") for name in ROADMAPS]
    assert ("note:canary-releases", "note") in found[5:]
    assert all(kind == "note" and name.startswith("note:") for name, kind in found[5:])


def test_a_folder_is_walked_in_order_without_hidden_and_tool_files(folder: Path, tmp_path: Path) -> None:
    library = added(Library(), [str(folder)], SETTINGS, tmp_path)
    found = find_sources(library, SETTINGS, only=True, data=tmp_path)
    assert [c.id for c in found.candidates] == ["file:a-note", "file:b", "file:sub-b", "file:sub-deep-c"]
    assert {c.kind for c in found.candidates} == {"file"}
    assert found.dropped == {"unsupported file type": 1}  # the picture


def test_only_leaves_the_shipped_corpus_out_of_one_run(folder: Path, tmp_path: Path) -> None:
    library = added(Library(), [str(folder / "b.md")], SETTINGS, tmp_path)
    assert ids(library, tmp_path, only=True) == ["file:b"]
    assert ids(library, tmp_path, only=False) == [*SHIPPED, "file:b"]


def test_ids_are_unique_and_do_not_depend_on_what_comes_later(tmp_path: Path) -> None:
    for name in ("one/readme.md", "one/readme.txt", "two/readme.md", "two/日本.md", "two/---.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    first = added(Library(), [str(tmp_path / "one")], SETTINGS, tmp_path)
    both = added(first, [str(tmp_path / "two")], SETTINGS, tmp_path)
    found = ids(both, tmp_path)
    assert found[:2] == ids(first, tmp_path)
    assert len(set(found)) == 5 and found[0] == "file:readme" and "file:日本" in found
    assert all(name.removeprefix("file:") for name in found)


def test_a_file_that_is_reached_twice_is_one_source(folder: Path, tmp_path: Path) -> None:
    library = added(Library(), [str(folder / "b.md"), str(folder), str(folder / "sub")], SETTINGS, tmp_path)
    assert len(ids(library, tmp_path)) == 4


def test_links_that_lead_outside_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text("secret")
    try:
        (folder / "link.md").symlink_to(tmp_path / "outside" / "secret.md")
        (folder / "linked").symlink_to(tmp_path / "outside")
        (folder / "loop").symlink_to(folder)
        (folder / "dangling.md").symlink_to(folder / "gone.md")
    except OSError:
        pytest.skip("this system does not let the user make links")
    library = added(Library(), [str(folder)], SETTINGS, tmp_path)
    assert [i for i in ids(library, tmp_path) if "link" in i or "secret" in i or "loop" in i] == []


def test_the_data_directory_within_an_added_folder_is_not_read(folder: Path) -> None:
    (folder / "data" / "generations").mkdir(parents=True)
    (folder / "data" / "generations" / "x.txt").write_text("index")
    library = added(Library(), [str(folder)], SETTINGS, folder / "data")
    assert "file:data-generations-x" not in ids(library, folder / "data")


def test_files_over_the_limit_are_counted(folder: Path, tmp_path: Path) -> None:
    settings = IngestSettings(max_files=2)
    found = find_sources(Library(paths=(str(folder),)), settings, only=True, data=tmp_path)
    assert len(found.candidates) == 2
    assert found.dropped["over the file limit"] == 2


def test_an_added_file_that_vanished_is_counted_and_stays_in_the_library(tmp_path: Path) -> None:
    found = find_sources(Library(paths=(str(tmp_path / "gone"),)), SETTINGS, only=True, data=tmp_path)
    assert found.dropped == {"no longer there": 1}


@pytest.mark.parametrize("name", ["file:b", "{folder}", "six-month-plan"])
def test_what_is_removed_stays_away_until_it_is_added_again(folder: Path, tmp_path: Path, name: str) -> None:
    name = name.format(folder=folder)
    library = added(Library(), [str(folder)], SETTINGS, tmp_path)
    before = ids(library, tmp_path, only=False)
    without = removed(library, [name], SETTINGS, tmp_path)
    left = ids(without, tmp_path, only=False)
    assert set(left) < set(before) and name not in left
    again = added(without, [str(folder) if name.startswith("file:") else name], SETTINGS, tmp_path)
    assert ids(again, tmp_path, only=False) == before


def test_a_single_added_file_leaves_the_library_when_it_is_removed(folder: Path, tmp_path: Path) -> None:
    library = added(Library(), [str(folder / "b.md")], SETTINGS, tmp_path)
    assert removed(library, ["file:b"], SETTINGS, tmp_path) == Library()


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("ftp://a.org/x", "ftp://a.org/x is no address of a web page; check it"),
        ("https://", "is no address of a web page"),
        ("no/such/place", "There is no file or folder no/such/place; check the path"),
    ],
)
def test_what_cannot_be_added_gets_one_sentence(argument: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=sentence.replace(".", r"\.")) as error:
        added(Library(), [argument], SETTINGS, tmp_path)
    assert "roadmap ingest" in str(error.value) and "\n" not in str(error.value)


def test_removing_what_is_not_there_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no source 'file:x' to remove; .* roadmap status"):
        removed(Library(), ["file:x"], SETTINGS, tmp_path)


def test_the_library_is_kept_and_a_damaged_one_gets_one_sentence(tmp_path: Path) -> None:
    assert read_library(tmp_path) == Library()
    library = Library(paths=("/a",), removed=("six-month-plan",))
    write_library(tmp_path, library)
    assert read_library(tmp_path) == library
    assert [p.name for p in tmp_path.iterdir()] == ["library.json"]
    (tmp_path / "library.json").write_text('{"paths": 3}')
    with pytest.raises(InputError, match=r"library\.json cannot be read; mend or delete it"):
        read_library(tmp_path)
