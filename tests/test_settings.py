"""Every setting changes something that a user can see; a bad value is told in one sentence."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from assistant.documents import Document, Source
from assistant.embedding import build_embedder
from assistant.errors import InputError, ModelUnavailable
from assistant.settings import EmbeddingSettings, Settings, SplitterSettings, load_settings
from ingest.blocks import parse_blocks
from ingest.split import split

SHOWN: dict[str, str] = {}  # setting -> the test that shows its effect


def shows(*settings: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a test into the table as the one that shows what these settings change."""

    def enter(test: Callable[..., None]) -> Callable[..., None]:
        SHOWN.update({setting: test.__name__ for setting in settings})
        return test

    return enter


def names(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Dotted names of all settings, nested ones included."""
    found = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        nested = isinstance(kind, type) and issubclass(kind, BaseModel)
        found += names(kind, f"{prefix}{name}.") if nested else [prefix + name]  # type: ignore[arg-type]
    return found


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the developer's, and no `.env`, reaches these tests."""
    import os

    for name in [name for name in os.environ if name.startswith("ROADMAP_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_every_setting_has_a_test_that_shows_what_it_changes() -> None:
    assert sorted(SHOWN) == sorted(names(Settings))


# --- where settings come from -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value", "setting", "expected"),
    [
        ("ROADMAP_RETRIEVAL__K", "5", "retrieval.k", 5),
        ("ROADMAP_EMBEDDING__PRECISION", "float32", "embedding.precision", "float32"),
        ("ROADMAP_CHAT__MODEL", "openai:gpt-4o-mini", "chat.model", "openai:gpt-4o-mini"),
        ("ROADMAP_DATA", "some/where", "data", Path("some/where")),
    ],
)
def test_a_variable_sets_a_setting(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, setting: str, expected: object
) -> None:
    monkeypatch.setenv(variable, value)
    found: Any = load_settings()
    for part in setting.split("."):
        found = getattr(found, part)
    assert found == expected


def test_a_dotenv_file_sets_settings_and_its_foreign_keys_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "ROADMAP_RETRIEVAL__K=3\nDATABASE_URL=postgres://elsewhere\nROADMAP_COLOUR=green\nOPENAI_API_KEY=x\n"
    )
    assert load_settings().retrieval.k == 3


def test_the_environment_wins_over_dotenv_and_an_argument_over_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ROADMAP_RETRIEVAL__K=3\nROADMAP_RETRIEVAL__POOL=50\n")
    monkeypatch.setenv("ROADMAP_RETRIEVAL__K", "4")
    assert (load_settings().retrieval.k, load_settings().retrieval.pool) == (4, 50)
    assert load_settings(retrieval={"k": 6}).retrieval.k == 6
    assert load_settings(retrieval={"k": 6}).retrieval.pool == 50


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ROADMAP_RETRIEVAL__K", "many"),
        ("ROADMAP_RETRIEVAL__K", "0"),
        ("ROADMAP_RETRIEVAL__DENSE_WEIGHT", "1.5"),
        ("ROADMAP_EMBEDDING__PRECISION", "int4"),
        ("ROADMAP_SERVER__PORT", "70000"),
        ("ROADMAP_ANSWER__MAX_CHARS", "10"),
        ("ROADMAP_RETRIEVAL__KAY", "5"),
        ("ROADMAP_RETRIEVAL", "not json"),
        ("ROADMAP_RETRIEVAL", "[1]"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InputError) as caught:
        load_settings()
    told = str(caught.value)
    assert variable in told
    assert "\n" not in told and told.endswith("run the command again.")


def test_a_misspelt_secret_is_not_repeated_in_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_CHAT__APIKEY", "sk-very-secret")
    with pytest.raises(InputError) as caught:
        load_settings()
    assert "ROADMAP_CHAT__APIKEY" in str(caught.value)
    assert "sk-very-secret" not in str(caught.value)


def test_a_key_does_not_show_when_settings_are_printed() -> None:
    settings = load_settings(chat={"api_key": "sk-very-secret"})
    assert "sk-very-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


# --- embedding --------------------------------------------------------------------------------------------------


@shows("embedding.model")
def test_embedding_model_chooses_the_model_that_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=str(tmp_path)):
        build_embedder(EmbeddingSettings(model=str(tmp_path)))


@shows("embedding.precision")
@pytest.mark.model
def test_embedding_precision_changes_the_stamp_and_the_vectors_slightly() -> None:
    texts = ["Docker packages a service.", "Kubernetes schedules containers."]
    exact = build_embedder(EmbeddingSettings(precision="float32"))
    half = build_embedder(EmbeddingSettings(precision="bf16"))
    assert (exact.stamp.precision, half.stamp.precision) == ("float32", "bf16")
    difference = np.abs(exact.embed(texts) - half.embed(texts)).max()
    assert 0 < difference < 0.02


@shows("embedding.batch_size")
@pytest.mark.model
def test_embedding_batch_size_is_the_number_of_texts_a_forward_pass() -> None:
    def passes(batch_size: int) -> int:
        embedder = build_embedder(EmbeddingSettings(precision="float32", batch_size=batch_size))
        counted = []
        model = embedder._load()  # type: ignore[attr-defined]
        model[0].register_forward_hook(lambda *_: counted.append(1))
        embedder.embed(["one", "two", "three", "four"])
        return len(counted)

    assert (passes(1), passes(2), passes(4)) == (4, 2, 1)


# --- splitter ---------------------------------------------------------------------------------------------------


def document(text: str) -> Document:
    return Document(Source("s", "file", "S"), text, parse_blocks(text))


@shows("splitter.max_chars")
def test_splitter_max_chars_makes_smaller_chunks() -> None:
    paragraphs = document("# Title\n\n" + "\n\n".join(f"Paragraph {n} " + "word " * 40 for n in range(20)))
    sizes = {
        limit: max(len(chunk.text) for chunk in split(paragraphs, SplitterSettings(max_chars=limit)))
        for limit in (400, 1600)
    }
    assert sizes[400] <= 400 < sizes[1600] <= 1600


# --- server -----------------------------------------------------------------------------------------------------


@shows("server.host", "server.port")
def test_server_host_and_port_are_where_the_page_listens(tmp_path: Path) -> None:
    from assistant.ui.server import serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = load_settings(data=tmp_path, server={"port": port})
        with pytest.raises(InputError, match=f"Port {port} on 127.0.0.1 is already in use"):
            serve(busy, open_browser=False)
    elsewhere = load_settings(data=tmp_path, server={"host": "192.0.2.1", "port": port})
    with pytest.raises(InputError, match=r"cannot listen on 192\.0\.2\.1"):
        serve(elsewhere, open_browser=False)
