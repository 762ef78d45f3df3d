"""The register of linked pages: what is written comes back, and a damaged one is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.documents import Block
from assistant.errors import InputError
from ingest.web.register import FILE_NAME, Place, Record, Register, has_register

RECORD = Record(
    key="a.org/x",
    url="https://a.org/x",
    roots=("a.org", "b.org"),
    depth=1,
    status="new",
    reason="",
    origin="web",
    run=1,
    first_seen="2026-01-01T00:00:00+00:00",
    checked="2026-01-02T00:00:00+00:00",
    text_sha256="1",
    refreshed=True,
    links=("https://a.org/y",),
)
TEXT = ("# X\n", (Block("heading", 0, 3, 3, -1, 0, title="X"),))


def test_a_page_comes_back_as_it_was_written_and_keeps_its_text_when_it_fails(tmp_path: Path) -> None:
    with Register(tmp_path) as register:
        assert register.record("a.org/x") is None
        register.save(RECORD, TEXT)
        failed = replace(RECORD, status="failed", reason="timeout", links=None)
        register.save(failed)
    with Register(tmp_path) as register:
        assert register.record("a.org/x") == failed and list(register.records()) == [failed]
        assert register.text("a.org/x") == TEXT
        register.set_roots({"a.org/x": ("c.org",)})
        assert next(register.records()).roots == ("c.org",)
        register.remove(["a.org/x"])
        assert list(register.records()) == []
        with pytest.raises(KeyError):
            register.text("a.org/x")


def test_a_run_that_was_not_finished_is_gone_on_with_on_the_same_origin_alone(tmp_path: Path) -> None:
    with Register(tmp_path) as register:
        assert register.last_run() is None
        first = register.begin("web", 1, "now")
        again = register.begin("web", 0, "later")
        assert (again.id, again.started, again.resumed) == (first.id, "now", True)
        other = register.begin("/mirror", 0, "later")
        assert other.id > first.id and not other.resumed
        register.finish(other, {"new": 3}, "end")
        last = register.last_run()
        assert last and (last.finished, last.counts) == ("end", {"new": 3})
        assert not register.begin("/mirror", 0, "next").resumed


def test_places_and_notes_are_replaced(tmp_path: Path) -> None:
    place = Place("a.org/x", "https://a.org/x", "one", "One", ("A", "B"), "words", "tool")
    with Register(tmp_path) as register:
        register.set_places([place, replace(place, key="")])
        register.set_places([place])
        assert register.places() == (place,)
        register.set_note("n", "1")
        register.set_note("n", "2")
        assert (register.note("n"), register.note("none")) == ("2", "")


def test_a_copy_leaves_the_file_alone(tmp_path: Path) -> None:
    with Register(tmp_path, copy=True) as register:
        register.save(RECORD, TEXT)
        assert register.record("a.org/x") == RECORD
    assert not has_register(tmp_path)
    with Register(tmp_path) as register:
        register.save(RECORD, TEXT)
    with Register(tmp_path, copy=True) as register:
        register.remove(["a.org/x"])
    with Register(tmp_path) as register:
        assert register.record("a.org/x") == RECORD


def test_a_damaged_register_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("no database " * 100)
    for copy in (False, True):
        with pytest.raises(InputError, match=r"cannot be read; delete it .* roadmap ingest --links"):
            Register(tmp_path, copy=copy)
