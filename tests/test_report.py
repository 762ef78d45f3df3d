"""A report can be read back, shows what went wrong, and tells no secret and no path."""

import json
from pathlib import Path

import pytest
from fakes_assistant import FakeIndex

from assistant.errors import InputError
from assistant.settings import ChatSettings, EmbeddingSettings, Settings
from evals.report import Report, Row, markdown, prompts_hash, read, rounded, setup, write

SECRET = "sk-never-shown"


def example() -> Report:
    return Report(
        name="answers",
        dataset="roadmaps.jsonl",
        created="2026-01-01T00:00:00+00:00",
        setup={"model": "extractive", "generation": "g1"},
        summary={"dataset": "roadmaps.jsonl", "cases": 2, "latency_ms": {"median": 12.34567, "p95": None}},
        scores={"right": 0.5, "wrongly_refused": None},
        counts={"right": 2, "wrongly_refused": 0},
        kinds={"fact": {"cases": 2.0, "right": 0.5}},
        lower_is_better=["wrongly_refused"],
        gates=["right"],
        rows=[
            Row(id="a", kind="fact", scores={"right": 1.0}),
            Row(
                id="b",
                kind="fact",
                scores={"right": 0.0},
                why=["does not say 'Docker'"],
                details={"question": "which | tool?", "answer": "# Not\n<b>this</b> `one`"},
            ),
            Row(id="c", kind="fact", error="dataset error: gold source 'x' is not in the index"),
        ],
    )


def test_a_written_report_is_read_back_as_it_was(tmp_path: Path) -> None:
    data, page = write(example(), tmp_path / "new" / "folder")
    assert (data.name, page.name) == ("answers.json", "answers.md")
    assert read(data) == example().model_copy(update={"summary": rounded(example().summary)})


def test_the_page_shows_scores_kinds_and_what_went_wrong() -> None:
    text = markdown(example(), ["REGRESSION: right was 0.900, is 0.500"])
    assert "# Evaluation of answers on roadmaps.jsonl" in text
    assert "- REGRESSION: right was 0.900, is 0.500" in text
    assert "| right | 0.500 | 2 |" in text
    assert "| wrongly_refused (lower is better) | – | 0 |" in text
    assert "| fact | 2 | 0.500 |" in text
    assert "- latency_ms: median 12.346, p95 –" in text
    assert "- **b** (fact): `does not say 'Docker'`" in text
    assert "- **c** (fact): `dataset error: gold source 'x' is not in the index`" in text
    assert "**a**" not in text


def test_text_of_a_model_or_user_is_shown_and_not_rendered() -> None:
    assert "  - answer: `# Not <b>this</b> 'one'`" in markdown(example())


def test_a_report_that_cannot_be_written_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="name another folder with --report DIR"):
        write(example(), tmp_path / "file")


@pytest.mark.parametrize("content", [None, "{}", "no json", json.dumps({"right": 1})])
def test_a_baseline_that_is_no_report_is_a_plain_error(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "base.json").write_text(content)
    with pytest.raises(InputError, match=r"The baseline .*base\.json is no report of this version"):
        read(tmp_path / "base.json")


def test_the_setup_names_model_prompts_and_generation_but_no_secret_and_no_path(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path / "private",
        embedding=EmbeddingSettings(model=str(tmp_path / "models" / "mine")),
        chat=ChatSettings(
            model="openai:small",
            base_url=f"http://me:{SECRET}@localhost:8000/v1?key={SECRET}",
            api_key=SECRET,
        ),
    )
    found = setup(settings, FakeIndex())
    text = json.dumps(found)
    assert SECRET not in text
    assert "api_key" not in text
    assert str(tmp_path) not in text
    assert found["model"] == "openai:small"
    assert found["generation"] == "g1"
    assert found["settings"]["chat"]["base_url"] == "http://localhost:8000/v1"
    assert found["settings"]["embedding"]["model"] == "mine"
    assert found["index"]["corpus_sha256"] == "c0"
    assert found["prompts_sha256"] == prompts_hash()
    assert len(prompts_hash()) == 64


def test_without_a_chat_model_the_setup_says_extractive() -> None:
    assert setup(Settings())["model"] == "extractive"


def test_figures_are_cut_to_four_places_at_any_depth() -> None:
    assert rounded({"a": [1.00004, {"b": (0.123456,)}], "n": 3}) == {"a": [1.0, {"b": [0.1235]}], "n": 3}
