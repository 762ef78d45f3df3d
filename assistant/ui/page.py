"""The chat page's handlers, registered with Chainlit on import; `assistant.ui.server.serve` imports it.

A session keeps its exchanges (the history of the next question) and the citations of its answers (to
open one in the side panel); both end with the session.
"""

import asyncio
import logging
import sys
import threading
from typing import Literal

import chainlit as cl
from chainlit.config import config
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answer.events import Final, Restart, Token
from assistant.documents import Answer, Citation, Exchange
from assistant.errors import RoadmapError
from assistant.ui.answer_text import note, render_answer, render_trace, shown
from assistant.ui.passage import View, passage_view
from assistant.ui.provider import installed
from assistant.ui.runtime import NAME

WELCOME = (
    f"# {NAME}\n\n"
    "Cited answers about becoming an MLOps engineer, from five public roadmaps and study notes on their "
    "topics. Each number opens the passage behind a statement; what the sources do not say, you are told."
)
STARTERS = (
    ("Week 9 of the six-month plan", "What do I build in week 9 of the six-month plan?"),
    ("Tools for model monitoring", "List the tools that the roadmaps name for monitoring models."),
    ("Canary or blue-green?", "What is the difference between a canary release and a blue-green deployment?"),
    ("Where to learn Kubernetes", "Where can I learn Kubernetes?"),
)
HISTORY_LENGTH = 20  # exchanges kept a session; a follow-up reaches back a few
PANEL_COMPONENT = "Passage"  # public/elements/Passage.jsx


class OpenCitation(BaseModel):
    """What the page's script sends when a `[n]` is clicked."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["open-citation"]
    message: str
    n: int


@cl.on_app_startup  # type: ignore[untyped-decorator]
async def warm_up() -> None:
    """Model and index are loaded in a thread while the reader looks at the page."""
    threading.Thread(target=installed().warm, name="warm-up", daemon=True).start()


@cl.on_app_shutdown  # type: ignore[untyped-decorator]
async def flush() -> None:
    """Chainlit ends the process with `os._exit`: whatever is buffered must leave now."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()


def profiles(user: object, language: object) -> asyncio.Future[list[cl.ChatProfile]]:
    """The one profile: it carries the welcome and the starters."""
    starters = [cl.Starter(label=label, message=question) for label, question in STARTERS]
    profile = cl.ChatProfile(
        name=NAME, markdown_description=WELCOME, icon="/public/logo.svg", default=True, starters=starters
    )
    ready: asyncio.Future[list[cl.ChatProfile]] = asyncio.get_running_loop().create_future()
    ready.set_result([profile])
    return ready


# not by the decorator: each session calls this inside the running loop and drops a coroutine unawaited
config.code.set_chat_profiles = profiles


@cl.on_message  # type: ignore[untyped-decorator]
async def answer_question(question: cl.Message) -> None:
    """Stream the answer, then its links and how it was found; an expected failure is one sentence."""
    await cl.ElementSidebar.set_elements([])  # the passage of an earlier answer
    reply = cl.Message(content="")
    try:
        answer = await _stream(question.content, reply)
    except RoadmapError as error:
        reply.content = note(str(error))
        await reply.send()
        return
    _remember(reply.id, question.content, answer)
    reply.content = render_answer(answer, reply.id)
    await reply.send()
    if answer.trace:
        async with cl.Step(name="How this was found", type="tool", show_input=False, icon="search") as step:
            step.output = render_trace(answer.trace)


async def _stream(question: str, reply: cl.Message) -> Answer:
    """Show the text as it grows; a restart takes back what was shown."""
    assistant = await asyncio.to_thread(installed().get)
    text = ""
    async for event in assistant.stream(question, _history()):
        match event:
            case Token(piece):
                text += piece
                await reply.stream_token(shown(text, reply.id, {}), is_sequence=True)
            case Restart():
                text = reply.content = ""
                await reply.update()
            case Final(answer):
                return answer
    raise RuntimeError("The answer's stream ended without a final event.")


def _history() -> list[Exchange]:
    return list(cl.user_session.get("exchanges", []))


def _citations() -> dict[str, Citation]:
    return dict(cl.user_session.get("citations", {}))


def _remember(message: str, question: str, answer: Answer) -> None:
    """Keys are text: Chainlit turns a session into JSON when the reader leaves."""
    exchanges = [*_history(), Exchange(question, answer.text)]
    cl.user_session.set("exchanges", exchanges[-HISTORY_LENGTH:])
    new = {f"{message}-{citation.n}": citation for citation in answer.citations}
    cl.user_session.set("citations", _citations() | new)


class Panel(cl.CustomElement):  # type: ignore[misc]
    """An element that only the side panel shows; sent as a message's element it would close the panel."""

    async def send(self, for_id: str, persist: bool = True) -> None:
        """Nothing to send ahead: the panel's event carries the properties."""


@cl.on_window_message  # type: ignore[untyped-decorator]
async def open_citation(data: object) -> None:
    """Open the cited passage in the side panel; messages that are not ours are left alone."""
    try:
        asked = OpenCitation.model_validate(data)
    except ValidationError:
        return
    key = f"{asked.message}-{asked.n}"
    citation = _citations().get(key)
    if citation is None:
        await cl.context.emitter.send_toast("This answer is from an earlier session; ask again to open it.")
        return
    try:
        view = await asyncio.to_thread(_view, citation)
    except RoadmapError as error:
        await cl.context.emitter.send_toast(str(error), "error")
        return
    await cl.ElementSidebar.set_title(f"Source {citation.n}")
    await cl.ElementSidebar.set_elements([Panel(name=PANEL_COMPONENT, props=view)], key=key)


def _view(citation: Citation) -> View:
    """Reads the serving generation, which may be newer than the answer. Blocks."""
    return passage_view(citation, installed().get().index.get().outlines.get(citation.source))
