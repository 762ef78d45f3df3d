"""What several test modules share: the shipped corpus, indexed once a session by the real model."""

from pathlib import Path

import pytest

from assistant.bootstrap import Assistant, build_assistant
from assistant.embedding import build_embedder
from assistant.settings import Settings
from ingest.pipeline import IngestRequest, run


@pytest.fixture(scope="session")
def shipped_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the shipped corpus; tests read it and never write to it."""
    data = tmp_path_factory.mktemp("shipped") / "data"
    settings = Settings(data=data)
    run(settings, build_embedder(settings.embedding), IngestRequest())
    return data


@pytest.fixture(scope="session")
def shipped_assistant(shipped_data: Path) -> Assistant:
    """The assistant over it, without a chat model."""
    settings = Settings(data=shipped_data)
    return build_assistant(settings, embedder=build_embedder(settings.embedding))
