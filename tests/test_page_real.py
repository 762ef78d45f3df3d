"""The page as a newcomer gets it: the real command, model, index and corpus in a real browser."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_browser import ROOT, Visit, chromium, free_port, server
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.model]
CITATION = "a[href^='#cite-']"
MARK = "#side-view-content mark"
FIRST_RUN_SECONDS = 300.0  # loads the model and embeds the corpus, on two busy cores
NOTES = """# Falconry for models

## Release day

The Falconry team releases its gyrfalcon model on the third Thursday of each month.
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def address(browser: Browser, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = ["-m", "assistant.cli", "--data", str(data), "chat", "--no-browser", "--port", str(port)]
    with server(command, port, tmp_path_factory.mktemp("page"), FIRST_RUN_SECONDS) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    with Visit(browser, address) as found:
        yield found
    assert found.foreign() == []
    assert found.errors == []


@pytest.mark.parametrize("starter", range(4))
def test_each_starter_gets_an_answer_whose_citations_open_marked(visit: Visit, starter: int) -> None:
    page = visit.page
    page.locator("#starters button").nth(starter).click()
    assert len(visit.answer()) > 40
    assert page.get_by_text("Nearest topics").count() == 0
    visit.shoot(f"real-{starter}")
    markers = page.locator(CITATION)
    assert markers.count() > 0
    for marker in markers.all():
        marker.click()
        number = (marker.inner_text()).strip("[]")
        expect(page.locator("#side-view-title")).to_contain_text(f"Source {number}")
        expect(page.locator(MARK).first).to_be_in_viewport()
        assert page.locator(".passage-remark").count() == 0
    visit.shoot(f"real-{starter}-citation")


def test_the_cited_span_holds_the_fact_that_was_asked_for(visit: Visit) -> None:
    shown = visit.ask("What do I build in week 9 of the six-month plan?")
    assert "API for the housing price model" in shown
    visit.page.locator(CITATION).first.click()
    expect(visit.page.locator(MARK).first).to_contain_text("API for the housing price model")
    expect(visit.page.locator("#side-view-content h2")).to_have_text("6-Month MLOps Engineer Roadmap")
    visit.shoot("page")


def test_what_the_roadmaps_do_not_say_is_refused(visit: Visit) -> None:
    visit.ask("What salary does an MLOps engineer earn in Berlin?")
    assert visit.page.locator(CITATION).count() == 0
    visit.shoot("real-refusal")


def test_a_running_page_answers_from_a_new_generation(
    browser: Browser, address: str, data: Path, tmp_path: Path
) -> None:
    question = "When does the Falconry team release its gyrfalcon model?"
    with Visit(browser, address) as visit:
        assert "third Thursday" not in visit.ask(question)
    notes = tmp_path / "falconry.md"
    notes.write_text(NOTES, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "assistant.cli", "--data", str(data), "ingest", str(notes)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=FIRST_RUN_SECONDS,
    )
    with Visit(browser, address) as visit:
        assert "third Thursday" in visit.ask(question)
        visit.page.locator(CITATION).last.click()
        expect(visit.page.locator(MARK).first).to_contain_text("third Thursday")
        expect(visit.page.locator(".passage-kind")).to_have_text("Your file")
