"""Patterns written as tables: one wording a line, joined into one expression that ignores case."""

import re
from collections.abc import Iterable

from assistant.query.lexicon import GENERIC_UNITS, NUMBER_WORDS, UNITS


def wording(*alternatives: str) -> re.Pattern[str]:
    """A pattern that matches where any one of the alternatives does; upper and lower case are alike."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


def any_of(*alternatives: str) -> str:
    """The alternatives as one group, to be put into a longer pattern."""
    return f"(?:{'|'.join(alternatives)})"


def one_of(words: Iterable[str]) -> str:
    """The words as alternatives of a group, longest first, so that "weeks" is not read as "week"."""
    return "|".join(sorted(words, key=len, reverse=True))


def _forms(units: Iterable[str]) -> set[str]:
    return {form for unit in units for form in (unit, f"{unit}s")} | {"categories"}


# Alternatives to be put into a group: rf"(?:{UNIT})".
UNIT = one_of(_forms(UNITS))
GENERIC_UNIT = one_of(_forms(u for u in UNITS if UNITS[u] in GENERIC_UNITS))
NUMBER_WORD = one_of(NUMBER_WORDS)
ORDINAL = one_of(w for w in NUMBER_WORDS if w.endswith(("st", "nd", "rd", "th")))
# "5", "5.4", "twenty-one"; a group already
NUMBER = rf"(?:\d+(?:\.\d+)*|{NUMBER_WORD})"
