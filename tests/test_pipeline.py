"""A whole ingest run: what is read, kept, reused, dropped and reported."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import HashingEmbedder

from assistant.errors import InputError
from assistant.index import LiveIndex, read_pointer
from assistant.settings import IngestSettings, Settings, SplitterSettings
from ingest.pipeline import IngestReport, IngestRequest, index_documents, make_document, run
from ingest.sources import Source, shipped_corpus
from ingest.vectors import FILE_NAME

SHARED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared"))
SHIPPED = [candidate.id for candidate in shipped_corpus()]
Ingest = Callable[..., IngestReport]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("docker", "airflow", "drift"):
        (folder / f"{name}.md").write_text(
            f"# All about {name}\n\nThese notes explain {name} and its uses.\n"
        )
    return folder


@pytest.fixture
def ingest(data: Path) -> Ingest:
    def go(
        *paths: object,
        embedder: HashingEmbedder | None = None,
        settings: Settings | None = None,
        **request: object,
    ) -> IngestReport:
        given = IngestRequest(paths=tuple(str(p) for p in paths), **request)  # type: ignore[arg-type]
        return run(settings or Settings(data=data), embedder or HashingEmbedder(), given)

    return go


def sources(data: Path) -> list[str]:
    return [record.id for record in LiveIndex(data).get().manifest.sources]


def test_the_first_run_indexes_the_shipped_corpus_and_the_next_one_changes_nothing(
    ingest: Ingest, data: Path
) -> None:
    seen: list[tuple[int, int, str]] = []
    first = run(Settings(data=data), HashingEmbedder(), IngestRequest(), lambda *step: seen.append(step))
    assert (first.documents, first.embedded, first.reused) == (len(SHIPPED), first.chunks, 0)
    assert sources(data) == SHIPPED
    assert {what for _, _, what in seen} == {"reading", "embedding"}
    assert all(0 <= done <= total for done, total, _ in seen)
    embedder = HashingEmbedder()
    second = ingest(embedder=embedder)
    assert (second.embedded, second.reused, embedder.texts) == (0, first.chunks, [])
    assert second.generation == first.generation == read_pointer(data)


def test_the_report_has_the_fields_of_the_contract(ingest: Ingest, notes: Path) -> None:
    report = ingest(notes, only=True).as_dict()
    assert list(report) == [
        "generation", "documents", "chunks", "embedded", "reused", "dropped", "resources", "seconds"
    ]  # fmt: skip
    assert report["resources"] == {
        "new": 0, "changed": 0, "unchanged": 0, "gone": 0, "thin": 0, "disallowed": 0, "failed": {}
    }  # fmt: skip
    assert report["seconds"] > 0


def test_an_added_folder_is_kept_changed_files_alone_are_embedded_and_removal_works(
    ingest: Ingest, data: Path, notes: Path
) -> None:
    assert ingest(notes, only=True).embedded == 3
    assert sources(data) == ["file:airflow", "file:docker", "file:drift"]
    (notes / "drift.md").write_text("# All about drift\n\nA new sentence about drift.\n")
    embedder = HashingEmbedder()
    changed = ingest(only=True, embedder=embedder)
    assert (changed.embedded, changed.reused) == (1, 2)
    assert all("drift" in text for text in embedder.texts)
    assert ingest().documents == len(SHIPPED) + 3, (
        "without --only the shipped corpus is back and the folder stays"
    )
    assert ingest(remove=("file:docker", "six-month-plan")).documents == len(SHIPPED) + 1
    assert "file:docker" not in sources(data) and "six-month-plan" not in sources(data)
    assert ingest(str(notes), "six-month-plan").documents == len(SHIPPED) + 3, "adding again restores"


def test_titles_come_from_front_matter_then_heading_then_name(
    ingest: Ingest, data: Path, notes: Path
) -> None:
    (notes / "docker.md").write_text(
        "---\nid: six-month-plan\ntitle: My Docker\nsummary: Short.\n---\nText.\n"
    )
    (notes / "drift.md").write_text("No heading, only words.\n")
    ingest(notes, only=True)
    documents = LiveIndex(data).get().documents
    assert {d.source.id: d.source.title for d in documents.values()} == {
        "file:airflow": "All about airflow", "file:docker": "My Docker", "file:drift": "drift"
    }  # fmt: skip
    docker = documents["file:docker"]
    assert (docker.source.kind, docker.source.summary, docker.source.roadmaps) == (
        "file",
        "Short.",
        ("file:docker",),
    )
    assert docker.text == "Text.\n"


def test_what_is_left_out_is_counted_by_reason(ingest: Ingest, data: Path, notes: Path) -> None:
    (notes / "copy.md").write_text((notes / "docker.md").read_text())
    (notes / "empty.md").write_text("")
    (notes / "junk.md").write_bytes(bytes(range(256)) * 10)
    (notes / "picture.png").write_bytes(b"x")
    (notes / "long.md").write_text("word " * 1000)
    settings = Settings(data=data, ingest=IngestSettings(max_chars=1000, max_file_mb=1.0))
    report = ingest(notes, only=True, settings=settings)
    assert report.dropped == {
        "duplicate": 1,
        "empty": 1,
        "binary": 1,
        "unsupported file type": 1,
        "too large": 1,
    }
    assert report.documents == 3
    assert LiveIndex(data).get().manifest.dropped == report.dropped


def test_a_run_that_finds_nothing_says_so_and_keeps_what_served(
    ingest: Ingest, data: Path, notes: Path
) -> None:
    first = ingest(notes, only=True)
    empty = notes.parent / "empty"
    empty.mkdir()
    (empty / "x.md").write_text("")
    for name in ("docker", "airflow", "drift"):
        (notes / f"{name}.md").unlink()
    with pytest.raises(
        InputError, match=r"Nothing to index was found \(1 empty\); name a file or folder with text"
    ):
        ingest(empty, only=True)
    assert read_pointer(data) == first.generation
    assert "empty" not in (data / "library.json").read_text(), "a failed run adds nothing"


def test_a_dry_run_counts_and_leaves_everything_as_it_is(ingest: Ingest, data: Path, notes: Path) -> None:
    would = ingest(notes, only=True, dry_run=True)
    assert (would.generation, would.documents, would.embedded, would.reused) == (None, 3, 3, 0)
    assert read_pointer(data) is None and not (data / "library.json").exists()
    ingest(notes, only=True)
    (notes / "drift.md").write_text("# All about drift\n\nOther words.\n")
    assert (
        ingest(only=True, dry_run=True).embedded,
        ingest(only=True, dry_run=True, rebuild=True).embedded,
    ) == (1, 3)


def test_a_rebuild_embeds_everything_anew(ingest: Ingest, notes: Path) -> None:
    first = ingest(notes, only=True)
    second = ingest(only=True, rebuild=True)
    assert (second.embedded, second.reused) == (3, 0)
    assert second.generation != first.generation


def test_a_rollback_serves_the_index_before(ingest: Ingest, data: Path, notes: Path) -> None:
    first = ingest(notes / "docker.md", only=True)
    ingest(notes, only=True)
    back = ingest(rollback=True)
    assert (back.generation, back.documents, back.embedded) == (first.generation, 1, 0)
    assert sources(data) == ["file:docker"]


def test_another_model_or_splitter_builds_anew(ingest: Ingest, data: Path, notes: Path) -> None:
    first = ingest(notes, only=True)
    split = ingest(only=True, settings=Settings(data=data, splitter=SplitterSettings(max_chars=200)))
    assert split.generation != first.generation
    other = ingest(only=True, embedder=HashingEmbedder(name="other"))
    assert other.embedded == 3
    assert LiveIndex(data).get().manifest.embedding["model"] == "other"


def test_a_directory_that_cannot_be_written_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(InputError, match=r"cannot be written .* choose another with --data"):
        run(Settings(data=tmp_path / "file" / "data"), HashingEmbedder(), IngestRequest())


def test_finished_documents_are_indexed_with_a_shared_cache_and_repeats_are_kept(tmp_path: Path) -> None:
    documents = [make_document(Source(f"page:{n}", "page", ""), "The same passage.") for n in range(3)]
    cache = tmp_path / "cache" / FILE_NAME
    cache.parent.mkdir()
    settings = Settings()
    first = index_documents(documents, settings, HashingEmbedder(), tmp_path / "one", cache=cache)
    second = index_documents(documents, settings, HashingEmbedder(), tmp_path / "two", cache=cache)
    assert (first.documents, first.embedded) == (3, 1) and second.embedded == 0
    index = LiveIndex(tmp_path / "two").get()
    assert list(index.documents) == ["page:0", "page:1", "page:2"]
    assert len(index.block_rows) == 0, "pages have no vectors of single blocks"


@pytest.mark.skipif(not (SHARED / "roadmaps").is_dir(), reason="set ROADMAP_SHARED to the source documents")
def test_the_raw_source_documents_are_indexed_alone(ingest: Ingest, data: Path) -> None:
    report = ingest(SHARED / "roadmaps", only=True)
    assert (report.documents, report.dropped) == (5, {})
    index = LiveIndex(data).get()
    titles = [d.source.title for d in index.documents.values()]
    assert "6-Month MLOps Engineer Roadmap" in titles and "MLOps Roadmap 2024" in titles
    assert not any(set(chunk.text) & set("\uf8ff√â‚") for chunk in index.chunks)
    assert any("Week 20: Serving Models with KServe" in chunk.heading_path for chunk in index.chunks)


@pytest.mark.model
def test_the_real_model_finds_a_week_and_a_note_by_their_meaning(shipped_data: Path) -> None:
    from assistant.embedding import build_embedder

    embedder = build_embedder(Settings().embedding)
    index = LiveIndex(shipped_data, embedder.stamp).get()
    vector = embedder.embed(["How do I find out that my data has drifted?"])[0]
    week = index.dense(vector, 5, ["six-month-plan"])
    assert any("Drift" in index.chunks[row].heading_path[-1] for row in week)
    assert "note:drift-detection" in {index.chunks[row].source for row in index.dense(vector, 5)}
    norms = np.linalg.norm(index.vectors, axis=1)
    assert np.allclose(norms, 1, atol=1e-3)
