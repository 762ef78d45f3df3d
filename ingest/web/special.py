"""Resources that are more than the page at their address: repositories, files in them, videos.

`Special` is a Getter around another one: what it gives is always a page's outcome. All servers are settings,
so that tests ask one of their own.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote, urlsplit

from ingest.web import github, youtube
from ingest.web.keys import url_key
from ingest.web.records import NO_VALIDATORS, Failed, Fetched, Getter, Outcome, Unchanged, Validators

Kind = Literal["page", "repository", "repository file", "video", "pdf", "notebook"]

# what the servers behind the special kinds answer with, beside pages
MEDIA_TYPES = frozenset(("application/json", "text/json", "application/xml", "text/xml", "text/vtt"))

RATE_LIMIT = "rate limit"
NO_README = "no README"
NO_TITLE = "no title"

_OTHER_READMES = ("README.rst", "readme.md", "README")  # where the API does not help


@dataclass(frozen=True, slots=True)
class Addresses:
    """The servers behind the special kinds."""

    github_raw: str = "https://raw.githubusercontent.com"
    github_api: str = "https://api.github.com"
    oembed: str = "https://www.youtube.com/oembed"
    timedtext: str = "https://www.youtube.com/api/timedtext"


def special_kind(url: str) -> Kind:
    """What the address names, told by the address alone."""
    if place := github.place_of(url):
        return "repository file" if place.kind == "file" else "repository"
    if youtube.video_id(url):
        return "video"
    path = unquote(urlsplit(f"//{url_key(url)}").path).lower()
    if path.endswith(".pdf") or url_key(url).startswith("arxiv.org/pdf/"):
        return "pdf"
    return "notebook" if path.endswith(".ipynb") else "page"


class Special:
    """A Getter that fetches repositories and videos through their own servers, all else as it is."""

    def __init__(
        self, getter: Getter, addresses: Addresses | None = None, languages: tuple[str, ...] = ("en",)
    ) -> None:
        self._getter = getter
        self._addresses = addresses or Addresses()
        self._languages = languages

    async def get(self, url: str, validators: Validators = NO_VALIDATORS) -> Outcome:
        """The page's outcome; a repository gives its README, a video its title and transcript."""
        if place := github.place_of(url):
            if place.kind == "file":
                return await self._file(place, place.path, place.url, validators)
            return await self._readme(place, validators)
        if video := youtube.video_id(url):
            return await self._video(video, validators)
        return await self._getter.get(url, validators)

    async def documents(self, url: str) -> tuple[str, ...] | Failed:
        """What else there is to read in a repository or a folder of it; () for any other address."""
        place = github.place_of(url)
        if place is None or place.kind == "file":
            return ()
        asked = await self._getter.get(github.tree_address(place, self._addresses.github_api))
        if github.is_rate_limited(asked):
            return Failed(place.url, "failed", RATE_LIMIT)
        if not isinstance(asked, Fetched):
            return replace(asked, url=place.url) if isinstance(asked, Failed) else ()
        home = url_key(place.url)
        return tuple(found for found in github.documents(asked.body, place) if url_key(found) != home)

    async def _file(self, place: github.Place, path: str, page: str, validators: Validators) -> Outcome:
        """A file of a repository as the page it is shown on."""
        found = await self._getter.get(
            github.raw_address(place, path, self._addresses.github_raw), validators
        )
        if isinstance(found, Fetched):
            return replace(
                found,
                url=page,
                hops=(),
                content_type=github.content_type_of(path),
                charset=found.charset or "utf-8",
            )
        return replace(found, url=page)

    async def _readme(self, place: github.Place, validators: Validators) -> Outcome:
        folder = f"{place.path}/" if place.path else ""
        found = await self._file(place, f"{folder}README.md", place.url, validators)
        if not _is_gone(found):
            return found
        asked = await self._getter.get(github.readme_address(place, self._addresses.github_api))
        limited = github.is_rate_limited(asked)
        if _is_gone(asked):
            return replace(asked, url=place.url)
        if isinstance(asked, Fetched) and not limited:
            path = github.readme_path(asked.body)
            if not path:
                return Failed(place.url, "failed", NO_README)
            return await self._file(place, path, place.url, validators)
        for name in _OTHER_READMES:  # the API does not tell, or robots may not ask it
            found = await self._file(place, folder + name, place.url, validators)
            if not _is_gone(found):
                return found
        return Failed(place.url, "failed", RATE_LIMIT if limited else NO_README)

    async def _video(self, video: str, validators: Validators) -> Outcome:
        page = youtube.watch_url(video)
        told = await self._getter.get(youtube.oembed_address(video, self._addresses.oembed))
        if isinstance(told, Failed):
            return replace(told, url=page)
        about = youtube.read_oembed(told.body) if isinstance(told, Fetched) else None
        if about is None or not isinstance(told, Fetched):
            return Failed(page, "failed", NO_TITLE)
        body = youtube.video_page(about, await self._transcript(video)).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()}"'
        if validators.etag == etag:
            return Unchanged(page, told.fetched)
        return Fetched(page, body, "text/markdown", "utf-8", Validators(etag), told.fetched)

    async def _transcript(self, video: str) -> str:
        """The spoken words; "" where none are offered or they cannot be had."""
        offered = await self._getter.get(youtube.tracks_address(video, self._addresses.timedtext))
        tracks = youtube.read_tracks(offered.body) if isinstance(offered, Fetched) else ()
        track = youtube.best_track(tracks, self._languages)
        if track is None:
            return ""
        captions = await self._getter.get(youtube.captions_address(video, track, self._addresses.timedtext))
        return youtube.read_captions(captions.body) if isinstance(captions, Fetched) else ""


def _is_gone(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.status == "gone"
