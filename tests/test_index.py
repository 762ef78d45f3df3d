"""Opening a generation: what a reader finds, notices and refuses."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashingEmbedder

from assistant.errors import IndexMismatch, IndexMissing
from assistant.index import LiveIndex, read_pointer
from assistant.settings import Settings
from ingest.pipeline import index_documents, make_document
from ingest.sources import Source

TEXT = (
    "# Notes\n\n## Docker\n\n- Build an image, see [docs](https://example.org).\n\n"
    "## Helm\n\n- Install a chart.\n"
)


def build(data: Path, *texts: str, kind: str = "file") -> None:
    documents = [
        make_document(Source(f"notes-{n}", kind, "Notes"), text)
        for n, text in enumerate(texts)  # type: ignore[arg-type]
    ]
    index_documents(documents, Settings(data=data), HashingEmbedder(), data)


def manifest(data: Path) -> Path:
    return data / "generations" / str(read_pointer(data)) / "manifest.json"


def test_without_an_index_the_command_that_builds_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="roadmap ingest"):
        LiveIndex(tmp_path).get()


def test_an_open_index_has_documents_chunks_links_and_vectors(tmp_path: Path) -> None:
    build(tmp_path, TEXT)
    index = LiveIndex(tmp_path, HashingEmbedder().stamp).get()
    assert [c.heading_path[-1] for c in index.chunks] == ["Docker", "Helm"]
    assert list(index.documents) == ["notes-0"]
    assert all(c.text == index.documents[c.source].text[c.start : c.end] for c in index.chunks)
    assert [link.url for link in index.links] == ["https://example.org"]
    assert index.vectors.shape == (2, 256)
    assert np.allclose(np.linalg.norm(index.vectors, axis=1), 1, atol=1e-5)
    assert index.block_vectors.shape == (len(index.outlines["notes-0"].blocks), 256)


def test_pages_have_no_vectors_of_single_blocks(tmp_path: Path) -> None:
    build(tmp_path, TEXT, kind="page")
    assert LiveIndex(tmp_path).get().block_rows == {}


def test_a_switch_to_a_new_generation_is_noticed(tmp_path: Path) -> None:
    build(tmp_path, TEXT)
    live = LiveIndex(tmp_path)
    first = live.get()
    assert live.get() is first
    build(tmp_path, TEXT, "# More\n\nPrometheus.")
    second = live.get()
    assert second is not first and len(second.documents) == 2
    assert len(first.chunks) == 2, "who holds the old one may read on"


def test_an_index_that_goes_away_is_missing_again(tmp_path: Path) -> None:
    build(tmp_path, TEXT)
    live = LiveIndex(tmp_path)
    live.get()
    (tmp_path / "current").unlink()
    with pytest.raises(IndexMissing):
        live.get()


def test_another_model_than_the_index_was_built_with_is_refused(tmp_path: Path) -> None:
    build(tmp_path, TEXT)
    other = HashingEmbedder(name="other-words").stamp
    with pytest.raises(IndexMismatch, match=r"word-hashing.*other-words.*roadmap ingest --rebuild"):
        LiveIndex(tmp_path, other).get()
    with pytest.raises(IndexMismatch):
        LiveIndex(tmp_path, replace(HashingEmbedder().stamp, dimension=8)).get()
    LiveIndex(tmp_path).get()  # no model, no check


def test_a_precision_of_its_own_does_not_make_an_index_unreadable(tmp_path: Path) -> None:
    build(tmp_path, TEXT)
    LiveIndex(tmp_path, replace(HashingEmbedder().stamp, precision="bf16")).get()


def test_another_schema_is_refused(tmp_path: Path) -> None:
    build(tmp_path, TEXT)
    file = manifest(tmp_path)
    file.chmod(0o644)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"schema_version": 99}))
    with pytest.raises(IndexMismatch, match=r"schema 99.*roadmap ingest --rebuild"):
        LiveIndex(tmp_path).get()


@pytest.mark.parametrize("content", ["", "{", '{"schema_version": 1}'])
def test_a_damaged_manifest_is_named_with_what_mends_it(tmp_path: Path, content: str) -> None:
    build(tmp_path, TEXT)
    file = manifest(tmp_path)
    file.chmod(0o644)
    file.write_text(content)
    with pytest.raises(IndexMissing, match="roadmap ingest --rebuild"):
        LiveIndex(tmp_path).get()


def test_words_that_no_passage_has_score_nothing(tmp_path: Path) -> None:
    build(tmp_path, TEXT)
    index = LiveIndex(tmp_path).get()
    assert index.keyword_scores(["zeppelin"]).tolist() == [0.0, 0.0]
    assert index.keyword_scores([]).tolist() == [0.0, 0.0]
    assert np.count_nonzero(index.keyword_scores(["imag", "zeppelin"])) == 1


def test_the_dense_arm_can_be_kept_to_some_sources(tmp_path: Path) -> None:
    build(tmp_path, TEXT, "# More\n\nBuild an image.")
    index = LiveIndex(tmp_path).get()
    vector = HashingEmbedder().embed(["image"])[0]
    assert {index.chunks[row].source for row in index.dense(vector, 9, ["notes-1"])} == {"notes-1"}
    assert index.dense(vector, 9, []) == {}
    assert len(index.dense(vector, 9)) == len(index.chunks)
    assert index.rows_of(["notes-1"]).tolist() == [2]
