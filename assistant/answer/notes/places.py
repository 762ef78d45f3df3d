"""Where the roadmaps name a note's topic: the blocks behind the places in its front matter."""

from collections.abc import Iterator, Mapping, Sequence

from assistant.answer.evidence import Key, stems_of
from assistant.documents import RoadmapPlace, Topic
from assistant.outline import Outline

MOST_PLACES = 2
# A week of the plan tells what to do about a topic, an item of a list only names it.
_PREFERENCE = ("six-month-plan", "learning-sequence", "structured-skills", "roadmap-2024", "senior-concepts")


def blocks_of(topic: Topic, outlines: Mapping[str, Outline], sources: Sequence[str]) -> list[Key]:
    """The blocks that name the topic in these sources; places that are not there are left out."""
    return [
        key
        for place in topic.roadmaps
        if place.source in sources and place.source in outlines
        for key in _blocks(place, outlines[place.source])
    ]


def best_places(
    topic: Topic, words: str, outlines: Mapping[str, Outline], sources: Sequence[str]
) -> list[Key]:
    """Up to MOST_PLACES of these blocks, one a source: those that hold the words asked for come first."""
    wanted = stems_of(words)

    def rank(key: Key) -> tuple[float, int]:
        block = outlines[key[0]].blocks[key[1]]
        own = stems_of(f"{block.label} {block.title}")
        held = len(wanted & own) / (len(wanted) or 1)
        preferred = _PREFERENCE.index(key[0]) if key[0] in _PREFERENCE else len(_PREFERENCE)
        return -held, preferred

    found: dict[str, Key] = {}
    for key in sorted(blocks_of(topic, outlines, sources), key=rank):
        found.setdefault(key[0], key)
    return list(found.values())[:MOST_PLACES]


def _blocks(place: RoadmapPlace, outline: Outline) -> Iterator[Key]:
    """The items of a place, or its heading where it names none."""
    source = outline.document.source.id
    headings = (i for i, b in enumerate(outline.blocks) if b.kind == "heading" and b.title == place.heading)
    heading = next(headings, None)
    if heading is None:
        return
    if not place.items:
        yield source, heading
        return
    beneath = [i for i in outline.descendants(heading) if outline.blocks[i].kind == "item"]
    found: list[int] = []
    for item in place.items:
        exact = (i for i in beneath if item in (outline.blocks[i].title, outline.blocks[i].label))
        inside = (i for i in beneath if item in outline.blocks[i].title)  # an entry behind "Topics"
        found += [i for i in (next(exact, next(inside, None)),) if i is not None]
    yield from ((source, i) for i in dict.fromkeys(found))
