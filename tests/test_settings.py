"""Every setting changes something that a user can see; a bad value is told in one sentence."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_openai import FakeOpenAI, Stall, Stream
from fakes import HashingEmbedder
from pydantic import BaseModel

from assistant.bootstrap import build_assistant
from assistant.documents import Answer, Document, Source
from assistant.embedding import build_embedder
from assistant.errors import IndexMissing, InputError, ModelUnavailable
from assistant.index import LiveIndex
from assistant.retrieval import Found, Retriever
from assistant.settings import EmbeddingSettings, Settings, SplitterSettings, load_settings
from ingest.blocks import parse_blocks
from ingest.pipeline import IngestRequest, run
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
    for name in [name for name in os.environ if name.startswith("ROADMAP_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_every_setting_has_a_test_that_shows_what_it_changes() -> None:
    assert sorted(SHOWN) == sorted(names(Settings))


# --- where settings come from ---------------------------------------------------------------------


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


# --- embedding ------------------------------------------------------------------------------------


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


# --- splitter -------------------------------------------------------------------------------------


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


# --- ingest ---------------------------------------------------------------------------------------


def left_out(tmp_path: Path, **limits: float) -> dict[str, int]:
    """Reasons and counts of a dry run over three files of different size."""
    folder = tmp_path / "own"
    folder.mkdir(exist_ok=True)
    for number, size in enumerate((10, 300, 900)):
        (folder / f"{number}.md").write_text(f"# File {number}\n\n" + "word " * size)
    settings = load_settings(data=tmp_path / "data", ingest=limits)
    request = IngestRequest(paths=(str(folder),), only=True, dry_run=True)
    return dict(run(settings, HashingEmbedder(), request).dropped)


@shows("ingest.max_file_mb")
def test_ingest_max_file_mb_leaves_larger_files_out(tmp_path: Path) -> None:
    assert left_out(tmp_path) == {}
    assert left_out(tmp_path, max_file_mb=0.001) == {"too large": 2}


@shows("ingest.max_files")
def test_ingest_max_files_stops_reading_a_folder(tmp_path: Path) -> None:
    assert left_out(tmp_path, max_files=1) == {"over the file limit": 2}


@shows("ingest.max_chars")
def test_ingest_max_chars_leaves_longer_texts_out(tmp_path: Path) -> None:
    assert left_out(tmp_path, max_chars=2000) == {"too large": 1}


# --- data and retrieval ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the shipped corpus, embedded by word hashing."""
    data = tmp_path_factory.mktemp("library") / "data"
    run(load_settings(data=data), HashingEmbedder(), IngestRequest())
    return data


@shows("data")
def test_data_says_where_the_index_lives(library: Path, tmp_path: Path) -> None:
    def index_of(data: Path) -> LiveIndex:
        return build_assistant(load_settings(data=data), embedder=HashingEmbedder()).index

    assert index_of(library).get().directory.is_relative_to(library)
    with pytest.raises(IndexMissing, match=str(tmp_path)):
        index_of(tmp_path).get()


def found(library: Path, query: str, **settings: float) -> Found:
    embedder = HashingEmbedder()
    index = LiveIndex(library, embedder.stamp)
    return Retriever(index, embedder, load_settings(retrieval=settings).retrieval).find(query)


@shows("retrieval.k")
def test_retrieval_k_is_the_number_of_hits(library: Path) -> None:
    index, embedder = LiveIndex(library), HashingEmbedder()
    retrievers = (Retriever(index, embedder, load_settings(retrieval={"k": k}).retrieval) for k in (2, 5))
    assert [len(retriever.search("docker kubernetes model")) for retriever in retrievers] == [2, 5]


@shows("retrieval.pool")
def test_retrieval_pool_bounds_the_candidates_of_an_arm(library: Path) -> None:
    query = "model deployment with docker and kubernetes"
    assert len(found(library, query, pool=10).rows) <= 20 < len(found(library, query, pool=1000).rows)


@shows("retrieval.dense_weight")
def test_retrieval_dense_weight_moves_the_ranking_between_the_arms(library: Path) -> None:
    query = "monitoring of deployed models"
    keyword, dense = (found(library, query, dense_weight=weight) for weight in (0, 1))
    assert list(keyword.keyword) == sorted(keyword.keyword, reverse=True)
    assert list(dense.dense) == sorted(dense.dense, reverse=True)
    assert list(keyword.rows) != list(dense.rows)


# --- answers and the chat model -------------------------------------------------------------------


def ask(library: Path, question: str, **settings: Any) -> Answer:
    return build_assistant(load_settings(data=library, **settings), embedder=HashingEmbedder()).ask(question)


LONG = "What are the tasks of week 20 in the six-month plan?"


@shows("answer.max_chars")
def test_answer_max_chars_bounds_an_answer(library: Path) -> None:
    whole, short = ask(library, LONG), ask(library, LONG, answer={"max_chars": 200})
    assert len(short.text) <= 200 < len(whole.text)
    assert not short.refused


@shows("answer.support_threshold")
def test_answer_support_threshold_is_the_bar_a_sentence_must_pass(library: Path) -> None:
    lenient, strict = (ask(library, LONG, answer={"support_threshold": bar}) for bar in (0.0, 1.0))
    assert not lenient.refused
    assert strict.refused or len(strict.text) < len(lenient.text)


REPLY = Stream("Week 20 covers KServe [1].")


@shows("chat.model", "chat.base_url")
def test_chat_model_and_base_url_say_who_words_the_answer(library: Path) -> None:
    with FakeOpenAI(REPLY) as server:
        answer = ask(library, LONG, chat={"model": "llama-3", "base_url": server.base_url})
    assert [request.body["model"] for request in server.requests] == ["llama-3"]
    assert "llama-3" in answer.model
    assert ask(library, LONG).model == "extractive"


@shows("chat.api_key", "chat.temperature")
def test_chat_api_key_and_temperature_reach_the_server(library: Path) -> None:
    with FakeOpenAI(REPLY) as server:
        chat = {"model": "openai:m", "base_url": server.base_url, "api_key": "sk-mine", "temperature": 0.7}
        ask(library, LONG, chat=chat)
    assert server.requests[0].authorization == "Bearer sk-mine"
    assert server.requests[0].body["temperature"] == 0.7


@shows("chat.timeout_s")
def test_chat_timeout_s_ends_the_wait_for_a_silent_server(library: Path) -> None:
    with FakeOpenAI(Stream(Stall(comments=True))) as server:
        began = time.perf_counter()
        answer = ask(library, LONG, chat={"model": "m", "base_url": server.base_url, "timeout_s": 0.3})
        waited = time.perf_counter() - began
    assert answer.notice and answer.citations
    assert waited < 20  # the default of 30 s would not be over


# --- server ---------------------------------------------------------------------------------------


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
