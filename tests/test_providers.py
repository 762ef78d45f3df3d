"""Building the chat model, and the real langchain-openai client against a server that misbehaves."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from fake_openai import Die, FakeOpenAI, Raw, Script, Seen, Stall, Status, Stream, closed_port
from fakes_chat import DRAFT, SERVING, ScriptedAnswerer, collect, drafted, final, overlap, request, shown
from pydantic import SecretStr

from assistant.answer.chat_model import ChatModelAnswerer
from assistant.answer.events import Event, Final, Restart, Token
from assistant.answer.providers import MAX_RETRIES, build_chat_model
from assistant.documents import Answer
from assistant.errors import ModelUnavailable
from assistant.settings import AnswerSettings, ChatSettings, Settings

KEY = "sk-do-not-tell"
GOOD = "Week 20 covers KServe [1]."
SILENCE_S = (
    0.6  # where silence is what is tested; elsewhere PATIENT_S, so that a slow machine changes nothing
)
PATIENT_S = 20.0
BOUND_S = 6.0  # the longest silence, one retry with its pause, and a slow machine


@dataclass
class Result:
    """What came of one question asked through the real client."""

    events: list[Event]
    answer: Answer
    requests: list[Seen]
    seconds: float


def chat_settings(base_url: str | None, model: str = "openai:fake-model", **fields: object) -> ChatSettings:
    given = {"api_key": SecretStr(KEY), "timeout_s": PATIENT_S, **fields}
    return ChatSettings(model=model, base_url=base_url, **given)  # type: ignore[arg-type]


def ask_at(base_url: str, **fields: object) -> tuple[list[Event], float]:
    chat = chat_settings(base_url, **fields)
    settings = Settings(_env_file=None, chat=chat, answer=AnswerSettings(support_threshold=0.8))  # type: ignore[call-arg]
    answerer = ChatModelAnswerer(
        build_chat_model(chat), ScriptedAnswerer(drafted()), settings, support=overlap
    )
    started = time.perf_counter()
    events = asyncio.run(collect(answerer.stream(request())))
    return events, time.perf_counter() - started


def ask(*scripts: Script, **fields: object) -> Result:
    with FakeOpenAI(*scripts) as server:
        events, seconds = ask_at(server.base_url, **fields)
        return Result(events, final(events), server.requests, seconds)


@pytest.fixture(autouse=True)
def no_keys_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_BASE_URL", "_API_BASE")) or name.startswith(
            ("ROADMAP_", "LANGSMITH")
        ):
            monkeypatch.delenv(name)


def test_a_good_reply_is_streamed_and_cited_through_the_real_client() -> None:
    result = ask(Stream("Week 20 covers KServe [1]. Drift is in ", "week 21 [2]."))
    assert result.events[:-1] == [Token(GOOD), Token(" Drift is in week 21 [2].")]
    answer = result.answer
    assert (answer.model, answer.notice, answer.refused) == ("openai:fake-model", "", False)
    assert [c.quote for c in answer.citations] == [
        SERVING.quote,
        "Detect drift with Evidently and raise alerts in Grafana.",
    ]
    sent = result.requests[0]
    assert sent.authorization == f"Bearer {KEY}"
    assert (sent.body["model"], sent.body["stream"], sent.body["temperature"]) == ("fake-model", True, 0.0)
    assert "Your only source is the numbered passages" in sent.system
    assert "Deploy a model on Kubernetes" in sent.human
    assert len(result.requests) == 1


TROUBLE: dict[str, tuple[tuple[Script, ...], str]] = {
    "stalls before the first token": ((Stream(Stall()),), f"did not answer within {SILENCE_S} seconds"),
    "stalls with a word out": (
        (Stream("Week", Stall()),),
        f"fell silent for {SILENCE_S} seconds in the middle of its answer",
    ),
    "stalls behind bytes that say nothing": (
        (Stream(Stall(comments=True)),),
        f"did not answer within {SILENCE_S} seconds",
    ),
    "rate-limits": ((Status(429),), "limits how often it may be asked (HTTP 429)"),
    "rate-limits and asks to wait": (
        (Status(429, headers={"Retry-After": "30"}),),
        f"did not answer within {SILENCE_S} seconds",
    ),
    "reports an error of its own": ((Status(500),), "reported an error (HTTP 500)"),
    "is overloaded": ((Status(503),), "reported an error (HTTP 503)"),
    "rejects the key": ((Status(401, f"Incorrect API key provided: {KEY}"),), "rejected the key"),
    "denies access": ((Status(403),), "denied access"),
    "does not know the model": ((Status(404),), "is not known at that address"),
    "refuses the request": ((Status(400),), "refused the request (HTTP 400)"),
    "is no chat server": (
        (Status(200, "<html>Welcome</html>", content_type="text/html"),),
        "sent an empty answer",
    ),
    "dies before a word": ((Stream(Die()),), "broke off"),
    "dies in mid-word": ((Stream("Week 20 cov", Die()),), "broke off in the middle of its answer"),
    "sends an empty stream": ((Stream(finish_reason=None),), "sent an empty answer"),
    "sends nothing but the end": ((Stream(),), "sent an empty answer"),
    "declines": ((Stream(finish_reason="content_filter"),), "declined to answer"),
    "sends no JSON": ((Stream(Raw(b"data: {not json\n\n")),), "sent something that is no chat answer"),
    "reports an error in the stream": (
        (Stream(Raw(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')),),
        "reported an error",
    ),
    "says only what is not supported": (
        (Stream("Seldon is cheaper, it costs 500 dollars [1]."),),
        "said nothing that the sources support",
    ),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_trouble_before_a_sentence_was_shown_gives_the_extractive_answer(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    scripts, said = TROUBLE[name]
    with caplog.at_level(logging.INFO):
        result = ask(*scripts, timeout_s=SILENCE_S if str(SILENCE_S) in said else PATIENT_S)
    assert result.answer.notice.startswith(f"The chat model {said}")
    assert result.answer.notice.endswith(", so the extractive answer is shown.")
    assert result.answer.notice.count(". ") == 0  # one sentence
    assert result.answer.text == shown(result.events).strip() == DRAFT
    assert result.answer.citations == (SERVING,)
    assert result.answer.model == "extractive"
    assert not any(isinstance(event, Restart) for event in result.events)
    assert sum(isinstance(event, Final) for event in result.events) == 1
    assert result.seconds < BOUND_S
    assert len(result.requests) <= 1 + MAX_RETRIES
    for place in (repr(result.events), caplog.text):
        assert KEY not in place


LATE_TROUBLE: dict[str, tuple[Script, str]] = {
    "stalls": (
        Stream(f"{GOOD} Week 21", Stall()),
        f"fell silent for {SILENCE_S} seconds in the middle of its answer",
    ),
    "stalls behind bytes that say nothing": (
        Stream(f"{GOOD} Week 21", Stall(comments=True)),
        f"fell silent for {SILENCE_S} seconds in the middle of its answer",
    ),
    "dies": (Stream(f"{GOOD} Week 21", Die()), "broke off in the middle of its answer"),
    "ends without a reason": (
        Stream(f"{GOOD} Week 21 covers drift.", finish_reason=None, done=False, chunked=False),
        "broke off in the middle of its answer",
    ),
    "sends no JSON": (
        Stream(f"{GOOD} Week 21", Raw(b"data: {not json\n\n")),
        "broke off in the middle of its answer",
    ),
    "reports an error": (
        Stream(f"{GOOD} Week 21", Raw(b'data: {"error": {"message": "out of memory"}}\n\n')),
        "broke off in the middle of its answer",
    ),
    "declines after all": (Stream(f"{GOOD} Week 21", finish_reason="content_filter"), "declined to answer"),
}


@pytest.mark.parametrize("name", LATE_TROUBLE)
def test_trouble_after_a_sentence_was_shown_withdraws_it(name: str) -> None:
    script, said = LATE_TROUBLE[name]
    result = ask(script, timeout_s=SILENCE_S if str(SILENCE_S) in said else PATIENT_S)
    notice = f"The chat model {said}, so the extractive answer is shown."
    assert result.events[:2] == [Token(GOOD), Restart(notice)]
    assert result.answer.text == shown(result.events).strip() == DRAFT
    assert (result.answer.notice, result.answer.model) == (notice, "extractive")
    assert result.seconds < BOUND_S


@pytest.mark.parametrize(
    ("reply", "text", "notice"),
    [
        (
            "Week 20 covers KServe [7]. Drift is in week 21 [99].",
            "Week 20 covers KServe [1]. Drift is in week 21 [2].",
            "",
        ),
        (
            f"{GOOD} It costs 500 dollars [1].",
            GOOD,
            "1 sentence of the chat model that the sources do not support is left out.",
        ),
    ],
)
def test_nonsense_in_a_reply_is_cleaned(reply: str, text: str, notice: str) -> None:
    result = ask(Stream(reply))
    assert (result.answer.text, result.answer.notice) == (text, notice)
    assert shown(result.events) == text
    assert result.answer.model == "openai:fake-model"


def test_one_retry_saves_an_answer_from_a_hiccup() -> None:
    result = ask(Status(500), Stream(GOOD))
    assert (result.answer.text, result.answer.notice) == (GOOD, "")
    assert len(result.requests) == 2


def test_a_server_that_is_not_there_gives_the_extractive_answer() -> None:
    events, seconds = ask_at(f"http://127.0.0.1:{closed_port()}/v1")
    said = "cannot be reached (check ROADMAP_CHAT__BASE_URL)"
    assert final(events).notice == f"The chat model {said}, so the extractive answer is shown."
    assert final(events).text == DRAFT
    assert seconds < BOUND_S


def test_questions_on_separate_event_loops_share_the_client_without_trouble() -> None:
    """The command line runs a loop per question, while the client keeps its connections open."""
    with FakeOpenAI(Stream(GOOD)) as server:
        answers = [final(ask_at(server.base_url)[0]) for _ in range(4)]
    assert [(answer.text, answer.notice) for answer in answers] == [(GOOD, "")] * 4


def test_many_questions_at_once_are_answered() -> None:
    with FakeOpenAI(Stream(GOOD)) as server:
        chat = chat_settings(server.base_url)
        settings = Settings(_env_file=None, chat=chat, answer=AnswerSettings(support_threshold=0.8))  # type: ignore[call-arg]
        answerer = ChatModelAnswerer(
            build_chat_model(chat), ScriptedAnswerer(drafted()), settings, support=overlap
        )

        async def at_once() -> list[list[Event]]:
            return await asyncio.gather(*(collect(answerer.stream(request())) for _ in range(20)))

        answers = [final(events) for events in asyncio.run(at_once())]
    assert [(answer.text, answer.notice) for answer in answers] == [(GOOD, "")] * 20


def test_the_settings_reach_the_request() -> None:
    result = ask(Stream(GOOD), temperature=1.5, model="openai:vendor/name:7b")
    assert result.requests[0].body["temperature"] == 1.5
    assert result.requests[0].body["model"] == "vendor/name:7b"
    assert result.answer.model == "openai:vendor/name:7b"


@pytest.mark.parametrize(
    "model", ["llama3", "mistral:7b", "Qwen/Qwen2.5-7B-Instruct", "claude-like", "openai:llama3"]
)
def test_with_a_base_url_any_name_is_a_model_of_that_server_and_no_key_is_needed(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    result = ask(Stream(GOOD), model=model, api_key=None)
    assert result.requests[0].body["model"] == model.removeprefix("openai:")
    assert KEY not in result.requests[0].authorization  # meant for another server
    assert result.answer.text == GOOD


def test_a_provider_without_a_base_url_takes_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = build_chat_model(chat_settings(None, api_key=None))
    assert model.openai_api_key.get_secret_value() == KEY  # type: ignore[attr-defined]


def test_the_time_limit_and_the_few_retries_reach_the_client() -> None:
    model = build_chat_model(chat_settings(None, timeout_s=7.5))
    assert (model.request_timeout, model.max_retries) == (7.5, MAX_RETRIES)  # type: ignore[attr-defined]
    assert MAX_RETRIES <= 1


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("llama3", "ROADMAP_CHAT__MODEL=llama3 names no provider; write it as provider:model"),
        ("openai:", "ROADMAP_CHAT__MODEL=openai: names no provider"),
        ("llama3.2:3b", "names no provider"),
        ("openai:gpt-4o-mini", "needs a key; set ROADMAP_CHAT__API_KEY or OPENAI_API_KEY"),
        (
            "nosuchprovider:model",
            "cannot be set up (ValueError); set ROADMAP_CHAT__MODEL to a provider:model",
        ),
    ],
)
def test_a_model_that_cannot_be_built_is_said_in_one_sentence(model: str, message: str) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        build_chat_model(chat_settings(None, model=model, api_key=None))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "package", "module"),
    [
        ("openai:gpt-4o-mini", 'pip install "roadmap-assistant[openai]"', "langchain_openai"),
        ("ollama:llama3.2", 'pip install "roadmap-assistant[ollama]"', "langchain_ollama"),
        ("anthropic:claude", 'pip install "roadmap-assistant[anthropic]"', "langchain_anthropic"),
        ("mistralai:small", 'pip install "langchain-mistralai"', "langchain_mistralai"),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    model: str, package: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from langchain.chat_models.base import _get_chat_model_creator

    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    _get_chat_model_creator.cache_clear()
    try:
        with pytest.raises(ModelUnavailable) as caught:
            build_chat_model(chat_settings(None, model=model))
    finally:
        _get_chat_model_creator.cache_clear()
    assert str(caught.value).endswith(package)
    assert KEY not in str(caught.value)


def test_the_key_is_in_no_message_when_the_client_cannot_be_built() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        build_chat_model(chat_settings(None, model="nosuchprovider:model"))
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_neither_langchain_nor_openai_is_imported_before_a_model_is_built() -> None:
    code = (
        "import sys, assistant.answer.providers, assistant.answer.chat_model;"
        "print([m for m in ('openai', 'langchain_openai', 'langchain.chat_models') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
