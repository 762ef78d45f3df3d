"""The figures by which blocks of notes are ranked, and what the fitted weights make of them."""

import json

import numpy as np
import pytest

from assistant.answer.notes.ranking import (
    FIGURES,
    Asked,
    BlockFacts,
    BlockRanking,
    read_weights,
    shipped_weights,
)
from assistant.documents import NoteSection
from assistant.query.aspects import Aspect

KAFKA, REDIS = "note:kafka", "note:redis"
WHAT, IDEAS, MISTAKES = NoteSection.WHAT, NoteSection.IDEAS, NoteSection.MISTAKES


def facts(
    source: str, number: int, section: str, words: str, label: str = "", *, code: bool = False
) -> BlockFacts:
    stems = frozenset(f"{label} {words}".split())
    title = frozenset({source.removeprefix("note:")})
    return BlockFacts((source, number), section, stems, frozenset(label.split()), title, len(words), code)


BLOCKS = [
    facts(KAFKA, 1, WHAT, "log of events"),
    facts(KAFKA, 2, IDEAS, "readers share partitions", "consumer group"),
    facts(KAFKA, 3, IDEAS, "position in a partition", "offset"),
    facts(REDIS, 1, WHAT, "store in memory"),
    facts(REDIS, 2, MISTAKES, "keys without expiry fill memory", code=True),
]
MEMORY_AND_LOG = [([("memory",)], 3.0), ([("log", "of")], 1.0)]
VECTORS = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [0, 1], [-1, 0]], dtype=np.float32)
# what learners ask: of the offset and the log, of the log alone, and of a block that is not ranked
QUESTIONS = [[(KAFKA, 3), (KAFKA, 1)], [(KAFKA, 1)], [(REDIS, 99)]]
QUESTION_VECTORS = np.array([[0.6, 0.8], [0.8, 0.6], [0, 1]], dtype=np.float32)


@pytest.fixture
def ranking() -> BlockRanking:
    return BlockRanking(BLOCKS, VECTORS, QUESTIONS, QUESTION_VECTORS)


def asked(**changed: object) -> Asked:
    given: dict[str, object] = {
        "vector": np.array([0, 1], dtype=np.float32), "words": [], "aspects": [], "notes": [], "subject": "",
        "ideas": [], "named": 0.0, "details": [],
    }  # fmt: skip
    return Asked(**{**given, **changed})  # type: ignore[arg-type]


def column(ranking: BlockRanking, name: str, question: Asked) -> list[float]:
    found: list[float] = ranking.figures(question)[:, FIGURES.index(name)].round(3).tolist()
    return found


@pytest.mark.parametrize(
    ("name", "question", "wanted"),
    [
        ("meaning", asked(), [0, 0.8, 0.6, 1, 0]),
        ("meaning of the note", asked(), [0.8, 0.8, 0.8, 1, 1]),
        ("meaning of the definition", asked(), [0, 0, 0, 1, 1]),
        ("note is named", asked(notes=[REDIS]), [0, 0, 0, 1, 1]),
        ("note is named", asked(notes=["note:gone"]), [0, 0, 0, 0, 0]),
        ("note is the subject", asked(subject=KAFKA), [1, 1, 1, 0, 0]),
        ("idea is named", asked(ideas=[(KAFKA, 3), (REDIS, 99)]), [0, 0, 1, 0, 0]),
        ("label is asked for", asked(words=["group", "offset", "offset"]), [0, 0.5, 1, 0, 0]),
        ("label is asked for alone", asked(words=["group"], named=0.5), [0, 0.25, 0, 0, 0]),
        ("detail is held", asked(details=MEMORY_AND_LOG), [0.25, 0, 0, 0.75, 0.75]),
        ("detail is held", asked(details=[([("log", "gone"), ("store",)], 1.0)]), [0, 0, 0, 1, 0]),
        ("code", asked(), [0, 0, 0, 0, 1]),
        ("first of its section", asked(), [1, 1, 0, 1, 1]),
        ("closest question", asked(), [0.8, 0, 0.8, 0, 0]),
        ("closest question of the note", asked(), [0.8, 0.8, 0.8, 0, 0]),
    ],
)  # fmt: skip
def test_a_figure_says_what_its_name_says(
    ranking: BlockRanking, name: str, question: Asked, wanted: list[float]
) -> None:
    assert column(ranking, name, question) == pytest.approx(wanted, abs=1e-3)


def test_a_rare_word_in_the_block_counts_more_than_one_in_its_title(ranking: BlockRanking) -> None:
    in_block = column(ranking, "words", asked(words=["offset"]))
    assert in_block[2] == max(in_block) > 0 and in_block.count(0) == 4
    in_title = column(ranking, "words", asked(words=["kafka"]))
    assert 0 < in_title[2] == in_title[0] < in_block[2] and in_title[3:] == [0, 0]
    assert column(ranking, "words of the note", asked(words=["offset"]))[:3] == [in_block[2]] * 3


def test_sections_weigh_more_where_their_side_is_asked_for(ranking: BlockRanking) -> None:
    weights = read_weights(
        json.dumps(
            {
                "figures": dict.fromkeys(FIGURES, 0.0),
                "sections": {str(WHAT): 1.0},
                "aspects": {"mistakes": {str(MISTAKES): 2.0}},
            }
        )
    )
    assert ranking.scores(asked(), weights).tolist() == [1, 0, 0, 1, 0]
    assert ranking.scores(asked(aspects=[Aspect.MISTAKES]), weights).tolist() == [1, 0, 0, 1, 2]
    assert ranking.scores(asked(aspects=[Aspect.WHY]), weights).tolist() == [1, 0, 0, 1, 0]


def test_the_shipped_weights_know_every_figure_and_like_what_is_meant() -> None:
    weights = shipped_weights()
    assert weights.figures.shape == (len(FIGURES),)
    assert weights.figures[FIGURES.index("meaning")] > 0
    row = weights.aspects[Aspect.MISTAKES]
    assert row.argmax() == list(NoteSection).index(MISTAKES)


def test_a_shelf_without_notes_ranks_nothing() -> None:
    empty = BlockRanking([], VECTORS[:0], QUESTIONS, QUESTION_VECTORS)
    assert empty.scores(asked(words=["kafka"])).shape == (0,)
