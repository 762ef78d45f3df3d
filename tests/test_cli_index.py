"""`ingest`, `status`, and the index that other commands build for themselves; words are hashed here."""

import json
import os
import shutil
from pathlib import Path

import pytest
from fakes import HashingEmbedder
from fakes_cli import hashed_commands

from assistant import embedding
from assistant.cli import main
from assistant.cli.library import ready_index, settings_from
from assistant.cli.status import masked
from assistant.index import LiveIndex, read_pointer
from assistant.settings import load_settings
from ingest import sources
from ingest.pipeline import IngestRequest, run
from ingest.sources import shipped_corpus

Streams = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> HashingEmbedder:
    """Every command gets this embedder, and a data directory in the test's own folder."""
    return hashed_commands(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the shipped corpus, built once for all tests here."""
    data = tmp_path_factory.mktemp("built") / "data"
    run(load_settings(data=data), HashingEmbedder(), IngestRequest())
    return data


@pytest.fixture
def indexed(built: Path, tmp_path: Path) -> Path:
    """The test's own copy of it."""
    return Path(shutil.copytree(built, tmp_path / "data"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's folder with one file."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "ledger.md").write_text("# Ledger\n\nThe feature ledger keeps every feature with its owner.\n")
    return folder


def roadmap(*arguments: str) -> int:
    return main(list(arguments))


def told(streams: Streams) -> dict[str, object]:
    found: dict[str, object] = json.loads(streams.readouterr().out)
    return found


def status(streams: Streams) -> dict[str, object]:
    streams.readouterr()
    assert roadmap("status", "--json") == 0
    return told(streams)


# --- the index that a command builds for itself ---------------------------------------------------


def test_a_command_builds_the_index_once_and_says_so_on_stderr(
    embedder: HashingEmbedder, capsys: Streams
) -> None:
    settings = load_settings()
    ready_index(settings, embedder)
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err == f"There is no index in {settings.data} yet; building it from the shipped corpus.\n"
    generation, embedded = read_pointer(settings.data), len(embedder.texts)
    assert generation is not None and embedded > 50
    ready_index(settings, embedder)
    assert (read_pointer(settings.data), len(embedder.texts)) == (generation, embedded)
    assert capsys.readouterr().err == ""


def test_search_answers_from_a_fresh_data_directory_with_only_hits_on_stdout(capsys: Streams) -> None:
    assert roadmap("search", "--json", "-k", "3", "KServe deployment") == 0
    row = told(capsys)
    assert len(row["hits"]) == 3  # type: ignore[arg-type]
    assert "KServe" in row["hits"][0]["text"]  # type: ignore[index]


def test_a_chat_model_that_cannot_be_had_is_told_before_the_index_is_built(
    tmp_path: Path, capsys: Streams
) -> None:
    assert roadmap("ask", "--model", "gpt-4o-mini", "q") == 2
    assert capsys.readouterr().err.startswith("ROADMAP_CHAT__MODEL=gpt-4o-mini names no provider")
    assert read_pointer(tmp_path / "data") is None


# --- ingest ---------------------------------------------------------------------------------------


def test_ingest_reports_as_the_contract_says(capsys: Streams) -> None:
    assert roadmap("ingest", "--json") == 0
    report = told(capsys)
    assert set(report) >= {
        *("generation", "documents", "chunks", "embedded", "reused", "dropped", "resources", "seconds"),
    }
    assert set(report["resources"]) == {  # type: ignore[call-overload]
        *("new", "changed", "unchanged", "gone", "thin", "disallowed", "failed"),
    }
    assert report["documents"] == len(shipped_corpus())
    assert (report["embedded"], report["reused"]) == (report["chunks"], 0)
    assert roadmap("ingest", "--json") == 0
    again = told(capsys)
    assert (again["embedded"], again["reused"]) == (0, report["chunks"])
    assert again["generation"] == report["generation"]


def test_an_added_folder_is_kept_until_it_is_removed(own: Path, capsys: Streams) -> None:
    assert roadmap("ingest", str(own)) == 0
    assert roadmap("ingest") == 0
    assert "file:ledger" in json.dumps(status(capsys)["sources"])
    assert roadmap("ingest", "--remove", "file:ledger") == 0
    assert "file:ledger" not in json.dumps(status(capsys)["sources"])


def test_only_leaves_the_shipped_corpus_out(own: Path, capsys: Streams) -> None:
    assert roadmap("ingest", "--only", str(own)) == 0
    assert ": 1 document in 1 passage (" in capsys.readouterr().out
    found = status(capsys)
    assert [source["id"] for source in found["sources"]] == ["file:ledger"]  # type: ignore[attr-defined]
    assert found["problems"] == []


def test_a_dry_run_changes_nothing(own: Path, capsys: Streams) -> None:
    assert roadmap("ingest", "--dry-run", str(own)) == 0
    assert capsys.readouterr().out.startswith(
        f"Nothing was changed; an index would hold {len(shipped_corpus()) + 1} documents"
    )
    assert status(capsys)["generation"] is None


def test_a_rollback_brings_the_index_before_back(indexed: Path, own: Path, capsys: Streams) -> None:
    first = status(capsys)["generation"]
    assert roadmap("ingest", str(own)) == 0
    assert roadmap("ingest", "--rollback") == 0
    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .startswith(f"Index {first} serves again: {len(shipped_corpus())} documents")
    )
    assert status(capsys)["generation"] == first


def test_a_rebuild_embeds_everything_anew(embedder: HashingEmbedder, capsys: Streams) -> None:
    assert roadmap("ingest") == 0
    before = len(embedder.texts)
    assert roadmap("ingest", "--rebuild") == 0
    assert len(embedder.texts) == 2 * before


def test_what_is_left_out_is_told_with_its_reason(own: Path, capsys: Streams) -> None:
    (own / "empty.md").write_text("  \n")
    assert roadmap("ingest", str(own)) == 0
    assert "Left out: 1 (empty)" in capsys.readouterr().out


# --- status ---------------------------------------------------------------------------------------


def test_status_works_without_an_index(capsys: Streams) -> None:
    found = status(capsys)
    assert (found["generation"], found["chunks"], found["sources"]) == (None, 0, [])
    assert found["problems"] == [f"There is no index in {found['data']} yet; build it with: roadmap ingest"]
    assert roadmap("status") == 0
    assert "There is no index in" in capsys.readouterr().out


def test_status_of_a_fresh_index_has_nothing_to_complain_about(indexed: Path, capsys: Streams) -> None:
    found = status(capsys)
    assert found["problems"] == []
    assert len(found["sources"]) == found["documents"] == len(shipped_corpus())  # type: ignore[arg-type]
    assert roadmap("status") == 0
    text = capsys.readouterr().out
    assert "six-month-plan" in text and "Nothing is stale or broken." in text


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("ROADMAP_SPLITTER__MAX_CHARS", "The splitter's settings have changed"),
        ("ROADMAP_RETRIEVAL__K", None),
    ],
)
def test_status_tells_settings_that_the_index_was_not_built_with(
    indexed: Path, variable: str, expected: str | None, capsys: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "900")
    problems = status(capsys)["problems"]
    assert [str(problem).startswith(expected or "") for problem in problems] == ([True] if expected else [])  # type: ignore[attr-defined]


def test_status_tells_that_the_index_was_embedded_by_another_model(
    capsys: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert roadmap("ingest") == 0
    monkeypatch.setattr(embedding, "identify", lambda settings: ("other", "0"))
    assert status(capsys)["problems"] == [
        "The index was embedded with word-hashing, the settings name other; "
        "build it anew with: roadmap ingest --rebuild"
    ]


def test_status_tells_that_the_shipped_corpus_changed(
    indexed: Path, capsys: Streams, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = sources.shipped_corpus()
    altered = tmp_path / shipped[0].path.name
    altered.write_text(shipped[0].path.read_text() + "\n- One more.\n")
    changed = sources.Candidate(shipped[0].id, "roadmap", altered)
    monkeypatch.setattr(sources, "shipped_corpus", lambda: (changed, *shipped[1:]))
    assert status(capsys)["problems"] == [
        f"The shipped corpus has changed ({shipped[0].id}); renew the index with: roadmap ingest"
    ]


def test_status_tells_of_added_paths_that_are_gone_or_newer(
    own: Path, tmp_path: Path, capsys: Streams
) -> None:
    second = tmp_path / "second.md"
    second.write_text("# Second\n\nMore about ledgers.\n")
    assert roadmap("ingest", str(own), str(second)) == 0
    assert status(capsys)["problems"] == []
    second.unlink()
    os.utime(own / "ledger.md")  # touched, but the same
    assert len(status(capsys)["problems"]) == 1  # type: ignore[arg-type]
    with (own / "ledger.md").open("a") as ledger:
        ledger.write("\nAnother entry.\n")
    assert status(capsys)["problems"] == [
        f"The added path {second} is gone; take it away with: roadmap ingest --remove {second}",
        "1 of your files changed since the index was built; renew it with: roadmap ingest",
    ]


def test_status_tells_of_a_broken_index_and_a_damaged_list_of_sources(
    indexed: Path, tmp_path: Path, capsys: Streams
) -> None:
    (tmp_path / "data" / "library.json").write_text("{")
    assert ["library.json" in problem for problem in status(capsys)["problems"]] == [True]  # type: ignore[attr-defined]
    generation = str(status(capsys)["generation"])
    manifest = tmp_path / "data" / "generations" / generation / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"schema_version": ', '"schema_version": 9'))
    assert ["has schema 9" in problem for problem in status(capsys)["problems"]] == [True]  # type: ignore[attr-defined]
    manifest.unlink()
    assert ["no readable manifest" in problem for problem in status(capsys)["problems"]] == [True]  # type: ignore[attr-defined]


def test_status_shows_no_key_and_no_password() -> None:
    settings = load_settings(
        chat={"api_key": "sk-very-secret", "base_url": "http://me:secret@localhost:8000/v1?key=secret"}
    )
    shown = json.dumps(masked(settings))
    assert "secret" not in shown
    assert masked(settings)["chat"]["base_url"] == "http://localhost:8000/v1"


def test_settings_in_force_are_shown_with_their_values(
    capsys: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADMAP_CHAT__API_KEY", "sk-very-secret")
    monkeypatch.setenv("ROADMAP_RETRIEVAL__K", "5")
    assert roadmap("status") == 0
    text = capsys.readouterr().out
    assert "retrieval: k 5," in text
    assert "sk-very-secret" not in text and "api_key **********" in text


# --- the data directory and the model -------------------------------------------------------------


class Context:
    """What settings_from needs of the parser's context."""

    def __init__(self, data: Path | None) -> None:
        self.obj = data


def test_the_data_option_wins_over_the_variable(tmp_path: Path, capsys: Streams) -> None:
    assert roadmap("--data", str(tmp_path / "elsewhere"), "status", "--json") == 0
    assert told(capsys)["data"] == str(tmp_path / "elsewhere")
    assert status(capsys)["data"] == str(tmp_path / "data")


@pytest.mark.parametrize(
    ("given", "model"), [(None, "openai:a"), ("ollama:b", "ollama:b"), ("extractive", None)]
)
def test_the_model_option_wins_over_the_variable(
    given: str | None, model: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADMAP_CHAT__MODEL", "openai:a")
    monkeypatch.setenv("ROADMAP_CHAT__TIMEOUT_S", "7")
    chat = settings_from(Context(None), model=given).chat  # type: ignore[arg-type]
    assert (chat.model, chat.timeout_s) == (model, 7)


# --- the whole path from a question to a row ------------------------------------------------------


def test_questions_of_a_file_are_answered_from_the_index_with_citations_that_hold(
    indexed: Path, tmp_path: Path, capsys: Streams
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        '{"id": "week", "question": "What are the tasks of week 20 in the six-month plan?"}\n'
        '{"id": "gone", "question": "What happens in week 31 of the six-month plan?"}\n'
        '{"id": "bad"}\n'
    )
    assert roadmap("ask", "--file", str(rows), "--roadmap", "six-month-plan") == 0
    answered, refused, bad = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert answered["id"] == "week" and not answered["refused"] and answered["grounding"]["score"] > 0
    texts = {d.source.id: d.text for d in LiveIndex(indexed).get().documents.values()}
    assert answered["citations"]
    for citation in answered["citations"]:
        assert (citation["source"], citation["url"]) == ("six-month-plan", None)
        assert texts["six-month-plan"][citation["start"] : citation["end"]] == citation["quote"]
    assert answered["timings_ms"]["total"] > 0
    assert (refused["refused"], refused["citations"], refused["grounding"]) == (True, [], None)
    assert bad == {"id": "bad", "error": "line 3, question: Field required"}


def test_retrieval_is_measured_on_a_beir_folder(tmp_path: Path, capsys: Streams) -> None:
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    texts = ("Docker packages a service.", "Kubernetes schedules containers.", "Kafka moves events.")
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": str(n), "title": "", "text": text}) + "\n" for n, text in enumerate(texts))
    )
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "What schedules containers?"}\n')
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\n")
    assert roadmap("eval", "retrieval", "--dataset", str(folder), "--json") == 0
    summary = told(capsys)
    assert (summary["dataset"], summary["documents"], summary["queries"]) == ("tiny", 3, 1)
    arms = summary["arms"]
    assert [arms[arm]["ndcg@10"] for arm in ("dense", "bm25", "fused")] == [1.0, 1.0, 1.0]  # type: ignore[index]
    assert read_pointer(tmp_path / "data") is None  # measured in a throw-away directory
