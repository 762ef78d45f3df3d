"""Videos as text: the title by oEmbed, the captions where some are offered. Pure: addresses and answers."""

import html
import json
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from lxml import etree

from ingest.web.keys import url_key

_VIDEO_KEY = re.compile(r"youtube\.com/watch\?v=([\w-]{11})")
_PARAGRAPH_CHARS = 600  # a paragraph of a transcript is closed at the next sentence after so many
_LONGEST_PARAGRAPH_CHARS = 1200  # or, in captions without full stops, here
_MOST_LINES = 50_000  # of captions; ten hours of speech have some 15,000
_SOUND = re.compile(r"^\s*[\[(][^\])]{1,40}[\])]\s*$")  # "[Music]"


@dataclass(frozen=True, slots=True)
class Track:
    """Captions in one language; `spoken` are those that a program wrote down."""

    language: str
    name: str = ""
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Video:
    """What oEmbed tells."""

    title: str
    author: str = ""


def video_id(url: str) -> str:
    """The eleven characters that name a video; "" when the address shows none."""
    found = _VIDEO_KEY.fullmatch(url_key(url))
    return found[1] if found else ""


def watch_url(video: str) -> str:
    return f"https://www.youtube.com/watch?v={video}"


def oembed_address(video: str, oembed: str) -> str:
    return f"{oembed}?{urlencode({'url': watch_url(video), 'format': 'json'})}"


def tracks_address(video: str, timedtext: str) -> str:
    return f"{timedtext}?{urlencode({'type': 'list', 'v': video})}"


def captions_address(video: str, track: Track, timedtext: str) -> str:
    asked = {"v": video, "lang": track.language, "name": track.name}
    if track.spoken:
        asked["kind"] = "asr"
    return (
        f"{timedtext}?{urlencode({name: value for name, value in asked.items() if value}, quote_via=quote)}"
    )


def read_oembed(body: bytes) -> Video | None:
    """Title and author; None where the answer has no title."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    title, author = _line(answer.get("title")), _line(answer.get("author_name"))
    return Video(title, author) if title else None


def read_tracks(body: bytes) -> tuple[Track, ...]:
    """The captions on offer; empty where there are none or the answer is no list of them."""
    tree = _xml(body)
    if tree is None:
        return ()
    return tuple(
        Track(code, track.get("name") or "", track.get("kind") == "asr")
        for track in tree.iter("track")
        if re.fullmatch(r"[A-Za-z]{2,3}(?:-\w{1,8})*", code := track.get("lang_code") or "")
    )


def best_track(tracks: tuple[Track, ...], languages: tuple[str, ...] = ("en",)) -> Track | None:
    """The wanted language first, then captions that a person wrote; None where there are none."""

    def rank(track: Track) -> tuple[int, bool]:
        base = track.language.split("-")[0].lower()
        return (languages.index(base) if base in languages else len(languages)), track.spoken

    return min(tracks, key=rank, default=None)


def read_captions(body: bytes) -> str:
    """The spoken words in paragraphs, from either XML form or WebVTT; "" where there are none."""
    tree = _xml(body)
    if tree is None:
        lines = _webvtt(body.decode("utf-8", "replace"))
    else:
        tag = "p" if tree.find(".//p") is not None else "text"
        lines = ["".join(element.itertext()) for element in tree.iter(tag)]
    return _paragraphs([_line(html.unescape(line)) for line in lines[:_MOST_LINES]])


def video_page(video: Video, transcript: str) -> str:
    """The video as a Markdown page."""
    by = f"A video by {video.author}." if video.author else "A video."
    page = f"# {video.title}\n\n{by}\n"
    return f"{page}\n## Transcript\n\n{transcript}\n" if transcript else page


def _xml(body: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        return etree.fromstring(body, parser) if body.lstrip()[:1] == b"<" else None
    except (etree.LxmlError, ValueError):
        return None


def _webvtt(text: str) -> list[str]:
    """Lines of speech; times, numbers and marks are left out, and a line that rolls on stands once."""
    if not text.lstrip("\ufeff").startswith("WEBVTT"):
        return []
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))[1:]:
        _, arrow, spoken = block.partition("-->")
        for line in spoken.split("\n")[1:] if arrow else []:
            line = re.sub(r"<[^<>]*>", "", line).strip()
            if line and (not lines or lines[-1] != line):
                lines.append(line)
    return lines


def _paragraphs(lines: list[str]) -> str:
    paragraphs: list[str] = []
    words: list[str] = []
    length = 0
    for line in lines:
        if not line or _SOUND.match(line):
            continue
        words.append(line)
        length += len(line) + 1
        full = length > _PARAGRAPH_CHARS and line.endswith((".", "!", "?"))
        if full or length > _LONGEST_PARAGRAPH_CHARS:
            paragraphs.append(" ".join(words))
            words, length = [], 0
    if words:
        paragraphs.append(" ".join(words))
    return "\n\n".join(paragraphs)


def _line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
