"""Which pages are versions of one page: the same text, or the same address in another version."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

_Sketch = npt.NDArray[np.uint64] | None  # least values of the hash functions; None for a text too short
_SHINGLE = 5  # words
_HASHES = 128
_BANDS = 32  # of four hashes each: pairs above 0.7 alike meet with a chance of 99.98 %
_ALIKE = 0.9  # share of common shingles from which any two pages of one language are one
_VERSION_ALIKE = 0.5  # the same for two addresses that differ in a version alone
_FEWEST_SHINGLES = 20  # shorter texts are alike by accident
_NUMBER = re.compile(r"v?\d+(?:[._]\d+)*(?:[._-]?(?:x|rc\d*|beta\d*|alpha\d*|dev\d*))?", re.I)
_CURRENT = ("stable", "latest", "current", "master", "main")  # best first
_COMING = ("dev", "devel", "development", "nightly", "edge", "next", "unstable", "preview", "canary")


@dataclass(frozen=True, slots=True)
class Fold:
    """Versions of one page."""

    kept: str  # address of the one that stays
    dropped: tuple[str, ...]  # addresses of the others, in order


def fold(pages: Mapping[str, str]) -> tuple[Fold, ...]:
    """The groups of two or more among pages (address to cleaned text); of each the current version stays.

    Texts are compared by MinHash over runs of five words (Broder 1997), candidates found by banding.
    """
    urls = sorted(pages)
    sketches = {url: _sketch(pages[url]) for url in urls}
    groups = _Groups(urls)
    for first, second in _candidates(urls, sketches, pages):
        if groups.root(first) != groups.root(second):
            limit = _VERSION_ALIKE if address_key(first) == address_key(second) else _ALIKE
            if pages[first] == pages[second] or _likeness(sketches[first], sketches[second]) >= limit:
                groups.join(first, second)
    found = []
    for members in groups.members():
        best = min(members, key=lambda url: (*_rank(url), -len(pages[url]), len(url), url))
        found.append(Fold(best, tuple(url for url in members if url != best)))
    return tuple(found)


def address_key(url: str) -> str:
    """The address without its version: pages of one key are versions of one page if their texts agree."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    kept = [s for s in parts.path.split("/") if s and not _is_version(s)]
    return "/".join([host, *kept])


def _is_version(segment: str) -> bool:
    name = segment.lower().removeprefix("release-").removeprefix("version-")
    return (
        name in _CURRENT
        or name in _COMING
        or bool(_NUMBER.fullmatch(name) and (name[0] == "v" or "." in name))
    )


def _rank(url: str) -> tuple[int, tuple[int, ...]]:
    """How current an address says it is, lowest first: stable, latest, none, numbers downwards, to come."""
    for segment in urlsplit(url).path.lower().split("/"):
        name = segment.removeprefix("release-").removeprefix("version-")
        if name in _CURRENT:
            return _CURRENT.index(name), ()
        elif name in _COMING:
            return 20, ()
        elif segment and _is_version(segment):
            return 11, tuple(-int(n) for n in re.findall(r"\d+", name))
    return 10, ()


def _sketch(text: str) -> _Sketch:
    """The least value of each hash function over all shingles."""
    words = re.findall(r"\w+", text.lower())
    shingles = {" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}
    if len(shingles) < _FEWEST_SHINGLES:
        return None
    values = np.array([zlib.crc32(shingle.encode()) for shingle in shingles], dtype=np.uint64)
    return np.array([((values * a + b) % _MODULUS).min() for a, b in _FACTORS], dtype=np.uint64)


# 31-bit prime and factors: products of 32 and 31 bits fit 64 bits
_MODULUS = np.uint64((1 << 31) - 1)
_RANDOM = np.random.default_rng(20260901)
_FACTORS = [
    (np.uint64(a), np.uint64(b))
    for a, b in zip(_RANDOM.integers(1, 1 << 31, _HASHES), _RANDOM.integers(0, 1 << 31, _HASHES), strict=True)
]


def _likeness(
    first: _Sketch,
    second: _Sketch,
) -> float:
    """The estimated share of common shingles (Jaccard), 0 to 1."""
    return 0.0 if first is None or second is None else float(np.mean(first == second))


def _candidates(
    urls: Sequence[str],
    sketches: Mapping[str, _Sketch],
    pages: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Pairs worth comparing: one address but for its version, one text, or one band of hashes."""
    buckets: dict[tuple[object, ...], str] = {}
    rows = _HASHES // _BANDS
    for url in urls:
        keys: list[tuple[object, ...]] = [("address", address_key(url)), ("text", pages[url])]
        sketch = sketches[url]
        if sketch is not None:
            keys += [("band", n, sketch[n * rows : (n + 1) * rows].tobytes()) for n in range(_BANDS)]
        for key in keys:
            if key in buckets:
                yield buckets[key], url
            else:
                buckets[key] = url


class _Groups:
    """Addresses joined into groups."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._above = {url: url for url in urls}

    def root(self, url: str) -> str:
        while self._above[url] != url:
            self._above[url] = self._above[self._above[url]]
            url = self._above[url]
        return url

    def join(self, first: str, second: str) -> None:
        self._above[self.root(second)] = self.root(first)

    def members(self) -> list[list[str]]:
        """Groups of two and more, in order."""
        found: dict[str, list[str]] = {}
        for url in self._above:
            found.setdefault(self.root(url), []).append(url)
        return [group for group in found.values() if len(group) > 1]
