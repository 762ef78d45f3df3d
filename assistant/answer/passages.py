"""What a chat model is given: numbered passages, the draft, earlier turns and the question, as messages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.answer.events import Request
from assistant.citations import markers, renumber, strip_markers
from assistant.documents import Answer, Chunk, Citation, Exchange, Hit, SentenceSupport
from assistant.prompting import Prompt, as_data, clip, without_orders

# about 2,000 tokens: with rules, draft and reply it fits the 4,096 that small local servers grant
PASSAGE_CHARS = 8000
EARLIER_TURNS = 3
EARLIER_CHARS = 400  # of each earlier question and answer; enough to see what "there" means


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage under its number; `text` is the citation's quote without lines that give orders to a model.

    `said` is what the draft says with it: checked before, and sometimes counted or derived from it.
    """

    citation: Citation
    text: str
    said: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """Where it stands, "title > heading > heading"."""
        # a document's title is its first heading as often as not
        return " > ".join(dict.fromkeys((self.citation.title, *self.citation.heading_path)))

    @property
    def evidence(self) -> str:
        """What a sentence is checked against: where the passage stands, and what it says."""
        return "\n".join((self.header, *self.said, self.text))


def gather(draft: Answer, hits: Sequence[Hit]) -> tuple[Passage, ...]:
    """The draft's citations as 1, 2, …, then chunks that add to them while they fit the budget."""
    cited = list(draft.citations)
    said = [(s.text, s.citations) for s in _checked(draft)]
    used = sum(len(citation.quote) for citation in cited)
    for hit in hits:
        chunk = hit.chunk
        if not any(_holds(citation, chunk) for citation in cited) and used + len(chunk.text) <= PASSAGE_CHARS:
            used += len(chunk.text)
            cited.append(_citation(chunk))
    return tuple(
        Passage(
            replace(citation, n=n),
            without_orders(citation.quote),
            tuple(without_orders(text) for text, numbers in said if citation.n in numbers),
        )
        for n, citation in enumerate(cited, 1)
    )


def draft_text(draft: Answer) -> str:
    """The draft with its markers numbered as `gather` numbers its citations."""
    numbers = [citation.n for citation in draft.citations]
    return renumber(draft.text, numbers, numbers)[0]


def chat_messages(
    system: Prompt, template: Prompt, request: Request, draft: str, passages: Sequence[Passage]
) -> list[BaseMessage]:
    """The two messages: rules that are a file, and everything that anybody else wrote as data."""
    question = request.question
    # orders to the assistant that stood in the question are gone from its standalone form
    asked = as_data(question.standalone if question.commands else question.text)
    if not question.commands and question.standalone.strip() != question.text.strip():
        asked += f"\n(that is: {as_data(question.standalone)})"
    human = template.fill(
        passages="\n\n".join(_shown(passage) for passage in passages if passage.text.strip()),
        history="\n".join(_turn(exchange) for exchange in request.history[-EARLIER_TURNS:]) or "(nothing)",
        draft=_draft_as_data(draft),
        question=asked,
    )
    return [SystemMessage(system.text), HumanMessage(human)]


def _checked(draft: Answer) -> list[SentenceSupport]:
    return [s for s in draft.grounding.sentences if s.supported] if draft.grounding else []


def _holds(citation: Citation, chunk: Chunk) -> bool:
    return citation.source == chunk.source and citation.start <= chunk.start and chunk.end <= citation.end


def _shown(passage: Passage) -> str:
    where = as_data(" ".join(without_orders(passage.header).split()))
    return f"<passage>\n[{passage.citation.n}] {where}\n{as_data(passage.text)}\n</passage>"


def _draft_as_data(draft: str) -> str:
    """The draft behind the gate, except for its markers, which are our own."""
    kept = without_orders(draft)
    pieces, position = [], 0
    for marker in markers(kept):
        pieces += [as_data(kept[position : marker.start]), kept[marker.start : marker.end]]
        position = marker.end
    return "".join(pieces) + as_data(kept[position:])


def _turn(exchange: Exchange) -> str:
    question = as_data(clip(without_orders(exchange.question), EARLIER_CHARS))
    answer = as_data(clip(without_orders(strip_markers(exchange.answer)), EARLIER_CHARS))
    return f"Asked: {question}\nAnswered: {answer}"


def _citation(chunk: Chunk) -> Citation:
    return Citation(
        n=0,
        source=chunk.source,
        kind=chunk.kind,
        title=chunk.title,
        heading_path=chunk.heading_path,
        url=chunk.url,
        quote=chunk.text,
        start=chunk.start,
        end=chunk.end,
    )
