"""The chat page in a real browser against a real server; only the answers are scripted."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_browser import Visit, browser_path, chromium, free_port, server
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser
SCRIPT = str(Path(__file__).parent / "page_server.py")
CITATION = "a[href^='#cite-']"
PANEL = "#side-view-content"
PROJECT = "Construct an API for the housing price model and test it."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("page")
    port = free_port()
    with server([SCRIPT, str(folder / "data"), str(port)], port, folder) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    with Visit(browser, address) as found:
        yield found


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [("light", 1280, False), ("dark", 1280, True), ("phone", 390, False), ("phone-dark", 390, True)],
)
def test_a_starter_is_answered_and_its_citation_opens_with_the_span_marked(
    browser: Browser, address: str, name: str, width: int, dark: bool
) -> None:
    with Visit(browser, address, width, dark) as visit:
        page = visit.page
        expect(page).to_have_title("Roadmap assistant")
        expect(page.locator("#welcome-screen h1")).to_have_text("Roadmap assistant")
        expect(page.locator("#starters button")).to_have_count(4)
        visit.shoot(f"{name}-welcome")
        page.locator("#starters button").first.click()
        assert PROJECT in visit.answer()
        visit.shoot(f"{name}-answer")
        page.locator(CITATION).first.click()
        expect(page.locator(f"{PANEL} mark")).to_have_text(PROJECT)
        expect(page.locator(f"{PANEL} mark")).to_be_in_viewport()
        expect(page.locator(f"{PANEL} h2")).to_have_text("6-Month MLOps Engineer Roadmap")
        expect(page.locator(".passage-place")).to_contain_text("Week 9")
        expect(page.locator("#side-view-title")).to_contain_text("Source 1")
        visit.shoot(f"{name}-citation")
        assert visit.overflow() <= 0
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", background)[:3])) < 200) is dark


def test_every_request_stays_on_this_machine(visit: Visit) -> None:
    visit.ask("compare")
    visit.ask("markup")
    visit.page.locator(CITATION).last.click()
    visit.page.locator(f"{PANEL} mark").wait_for()
    assert len(visit.urls) > 10
    assert any(url.startswith("ws://") for url in visit.urls)
    assert any("/public/fonts/" in url for url in visit.urls)
    assert visit.foreign() == []


def test_the_page_could_not_load_anything_foreign_if_it_tried(visit: Visit) -> None:
    blocked = visit.page.evaluate(
        """async () => {
            const found = [];
            const note = (event) => found.push(event.effectiveDirective);
            document.addEventListener("securitypolicyviolation", note);
            const image = new Image();
            image.src = "http://localhost:1/spy.png";
            await fetch("http://localhost:1/").catch(() => null);
            await new Promise((done) => setTimeout(done, 300));
            return found.sort();
        }"""
    )
    assert blocked == ["connect-src", "img-src"]


def test_text_of_models_and_sources_never_becomes_markup(visit: Visit) -> None:
    shown = visit.ask("markup")
    assert "<img src=x onerror=alert(1)> <script>alert(2)</script> image:tag costs $5 to $10 spy go" in shown
    visit.page.locator(CITATION).last.click()
    expect(visit.page.locator(f"{PANEL} mark")).to_have_text(
        "A pod <img src=x onerror=alert(1)> groups containers"
    )
    expect(visit.page.locator(f"{PANEL} h2")).to_have_text("Pods <b>explained</b>")
    links = visit.page.locator(f"{PANEL} a").evaluate_all("found => found.map((a) => a.href)")
    assert links == ["https://example.org/pods"]
    assert visit.page.locator(f"{PANEL} img, .message-content img, .message-content script").count() == 0
    assert visit.dialogs == []


def test_a_refusal_says_so_and_names_the_nearest_topics(visit: Visit) -> None:
    shown = visit.ask("What salary can I expect?")
    assert shown.startswith("The roadmaps do not say")
    assert "Nearest topics: Interview preparation · Capstone" in shown
    assert visit.page.locator(CITATION).count() == 0
    visit.shoot("refusal")


def test_a_restart_takes_back_what_a_dying_provider_said(visit: Visit) -> None:
    page = visit.page
    page.fill("#chat-input", "let the provider die")
    page.keyboard.press("Enter")
    wrong = page.get_by_text("The provider was saying something wrong")
    wrong.wait_for()
    wrong.wait_for(state="detached")
    assert page.get_by_text("In week 9").count() == 0, "withdrawn only when the whole answer was there"
    assert PROJECT in visit.answer()
    expect(page.locator(".message-content blockquote")).to_have_text(
        "The chat model stopped in mid-answer, so this is the extract."
    )
    visit.shoot("restart")


def test_an_expected_failure_is_one_sentence_and_the_page_goes_on(visit: Visit) -> None:
    assert visit.ask("index") == "There is no index in this folder yet; build it with: roadmap ingest"
    assert PROJECT in visit.ask("week 9")


def test_the_history_of_the_session_goes_with_the_next_question(visit: Visit) -> None:
    visit.ask("week 9")
    assert visit.ask("what did I ask before?") == "Before this you asked: week 9"


def test_two_readers_do_not_see_each_other(browser: Browser, address: str) -> None:
    with Visit(browser, address) as one, Visit(browser, address) as other:
        one.ask("week 9")
        assert other.ask("what did I ask before?") == "Before this you asked: nothing"


def test_how_an_answer_was_found_is_folded_and_opens(visit: Visit) -> None:
    visit.ask("week 9")
    steps = visit.page.get_by_role("button", name="How this was found")
    expect(steps).to_be_visible()
    expect(visit.page.get_by_text("1,000 candidates an arm")).to_have_count(0)
    steps.click()
    expect(visit.page.locator("[data-step-type='tool'] li")).to_have_count(3)
    expect(visit.page.locator("[data-step-type='tool'] li").nth(1)).to_have_text(
        "Searched: 1,000 candidates an arm, 8 kept · 8 ms"
    )
    visit.shoot("trace")


def test_starters_and_citations_work_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.focus("#chat-input")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.closest('#starters')") is None:
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    visit.answer()
    marker = page.get_by_role("button", name="Source 1: 6-Month MLOps Engineer Roadmap")
    for key in ("Enter", " "):
        marker.focus()
        page.keyboard.press(key)
        page.locator(f"{PANEL} mark").wait_for()
        expect(page.locator(".passage")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(PANEL)).to_have_count(0)
        expect(marker).to_be_focused()


def test_the_passage_of_an_earlier_answer_closes_with_the_next_question(visit: Visit) -> None:
    visit.ask("week 9")
    visit.page.locator(CITATION).first.click()
    visit.page.locator(f"{PANEL} mark").wait_for()
    visit.ask("salary")
    expect(visit.page.locator(PANEL)).to_have_count(0)


def test_another_citation_takes_the_place_of_the_open_one(visit: Visit) -> None:
    visit.ask("week 9")
    visit.page.locator(CITATION).first.click()
    visit.page.locator(f"{PANEL} mark").wait_for()
    visit.page.locator(CITATION).nth(1).click()
    expect(visit.page.locator("#side-view-title")).to_contain_text("Source 2")
    expect(visit.page.locator(f"{PANEL} mark").first).to_contain_text("Month 3")


def test_a_copied_answer_holds_its_words_and_numbers_only(visit: Visit) -> None:
    visit.ask("week 9")
    visit.page.locator("[data-step-type='assistant_message'] button:has(svg.lucide-copy)").click()
    visit.page.locator("svg.lucide-check").wait_for()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == (
        f"In week 9 of the six-month plan the project is: {PROJECT} [1]\n\nIt belongs to month 3 [2]."
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_tables_code_and_links_stay_within_the_page(browser: Browser, address: str, width: int) -> None:
    with Visit(browser, address, width) as visit:
        visit.ask("compare")
        page = visit.page
        expect(page.locator(".message-content td")).to_have_count(4)
        expect(page.locator(".message-content pre code")).to_have_text("kubectl get pods")
        link = page.get_by_role("link", name="Kubernetes basics")
        expect(link).to_have_attribute("href", "https://kubernetes.io/docs/tutorials/kubernetes-basics/")
        expect(link).to_have_attribute("target", "_blank")
        assert visit.overflow() <= 0
        visit.shoot(f"table-{width}")


def test_the_page_has_no_upload_no_readme_and_no_errors(visit: Visit) -> None:
    visit.ask("week 9")
    assert visit.page.locator("input[type=file], #upload-button, #readme-button").count() == 0
    assert visit.errors == []


def _status(request: urllib.request.Request | str) -> int:
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_foreign_pages_are_refused(address: str) -> None:
    socket_url = f"{address}/ws/socket.io/?EIO=4&transport=polling"
    foreign = urllib.request.Request(socket_url, headers={"Origin": "https://evil.example"})
    assert (_status(socket_url), _status(foreign)) == (200, 403)


def test_the_settings_in_force_are_the_tight_ones(address: str) -> None:
    with urllib.request.urlopen(f"{address}/project/settings?language=de-DE", timeout=10) as response:
        settings = json.load(response)
    assert settings["features"]["spontaneous_file_upload"]["enabled"] is False
    assert settings["features"]["unsafe_allow_html"] is False
    assert settings["features"]["mcp"]["enabled"] is False
    assert settings["dataPersistence"] is False
    assert not settings["markdown"]


def test_a_missing_browser_skips_here_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("page_browser.MAC", tmp_path / "none")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="may not be skipped in CI"):
        browser_path()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        browser_path()
