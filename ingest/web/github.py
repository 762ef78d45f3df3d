"""GitHub repositories as plain files: where the README and the documents lie, and what the answers say. Pure.

A README lies under `raw.githubusercontent.com` without a rate limit. `api.github.com` allows 60 requests an
hour without a key; it is asked only where the README has another name, and for the list of documents.
"""

import json
import re
from dataclasses import dataclass
from posixpath import splitext
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

from ingest.web.records import Failed, Fetched, Outcome

MOST_DOCUMENTS = 200  # of one repository
_LARGEST_DOCUMENT = 2_000_000  # bytes, as the tree states them
_DOCUMENT_ENDINGS = frozenset((".md", ".mdx", ".rst", ".ipynb"))
_CONTENT_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdx": "text/mdx",
    ".rst": "text/x-rst",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".htm": "text/html",
}
# first path segments that are the site's own pages and nobody's account
_NO_OWNERS = frozenset(
    [
        *("about", "account", "apps", "collections", "contact", "customer-stories", "customers"),
        *(
            "enterprise",
            "events",
            "explore",
            "features",
            "issues",
            "join",
            "login",
            "marketplace",
            "mobile",
            "new",
        ),
        *("notifications", "orgs", "pricing", "pulls", "readme", "resources", "search", "security"),
        *("sessions", "settings", "signup", "site", "solutions", "sponsors", "team", "topics", "trending"),
        "users",
    ]
)
_NOT_TO_LEARN_FROM = re.compile(
    r"(?:^|/)(?:\.[^/]*|node_modules|vendor|third[_-]?party|tests?|__tests__|fixtures?|testdata|licenses?)/"
    r"|(?:^|/)(?:changelog|changes|history|release[_-]?notes|code[_-]of[_-]conduct|contributing|contributors"
    r"|security|licen[sc]e|notice|authors|maintainers|governance|support|codeowners|citation"
    r"|pull_request_template|issue_template)[^/]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A repository, or a folder or file in it; `branch` is HEAD where the address names none."""

    owner: str
    name: str
    kind: Literal["repository", "folder", "file"]
    branch: str = "HEAD"
    path: str = ""

    @property
    def url(self) -> str:
        """Its address on github.com."""
        home = f"https://github.com/{self.owner}/{self.name}"
        if self.kind == "repository":
            return home
        word = "tree" if self.kind == "folder" else "blob"
        return f"{home}/{word}/{quote(self.branch)}/{quote(self.path)}"

    def file(self, path: str) -> "Place":
        """A file of the same repository and branch."""
        return Place(self.owner, self.name, "file", self.branch, path)


def place_of(url: str) -> Place | None:
    """What of a repository the address shows; None for other hosts and for issues, commits and the like."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower().removeprefix("www.")
    except ValueError:
        return None
    segments = [segment for segment in parts.path.split("/") if segment]
    if host == "raw.githubusercontent.com" and len(segments) > 3:
        segments.insert(2, "raw")
    elif host != "github.com" or len(segments) < 2 or segments[0].lower() in _NO_OWNERS:
        return None
    owner, name, *rest = map(unquote, segments)
    name = name.removesuffix(".git") or name
    if rest[:1] == ["raw"] and rest[1:3] == ["refs", "heads"]:
        del rest[1:3]
    if any(part in (".", "..") or "/" in part for part in (owner, name, *rest)):
        return None
    if not rest:
        return Place(owner, name, "repository")
    if len(rest) == 2 and rest[0] == "tree":
        return Place(owner, name, "folder" if rest[1] not in ("main", "master") else "repository", rest[1])
    if len(rest) > 2 and rest[0] in ("blob", "raw", "tree"):
        kind: Literal["folder", "file"] = "folder" if rest[0] == "tree" else "file"
        return Place(owner, name, kind, rest[1], "/".join(rest[2:]))
    return None


def link_base(url: str) -> str:
    """What relative links of the page's text begin from: on GitHub the README's folder, else the page."""
    place = place_of(url)
    if place is None or place.kind == "file":
        return url
    folder = f"{quote(place.path)}/" if place.path else ""
    return f"https://github.com/{place.owner}/{place.name}/blob/{place.branch}/{folder}"


def raw_address(place: Place, path: str, raw: str) -> str:
    """Where a file's bytes lie; `raw` is the server."""
    return f"{raw}/{quote(place.owner)}/{quote(place.name)}/{quote(place.branch, safe='')}/{quote(path)}"


def readme_address(place: Place, api: str) -> str:
    """The question which file is the README of a repository or folder."""
    folder = f"/{quote(place.path)}" if place.path else ""
    branch = "" if place.branch == "HEAD" else f"?ref={quote(place.branch, safe='')}"
    return f"{api}/repos/{quote(place.owner)}/{quote(place.name)}/readme{folder}{branch}"


def tree_address(place: Place, api: str) -> str:
    """The question which files the repository has."""
    branch = quote(place.branch, safe="")
    return f"{api}/repos/{quote(place.owner)}/{quote(place.name)}/git/trees/{branch}?recursive=1"


def readme_path(body: bytes) -> str:
    """The README's path in the answer to `readme_address`; "" where it names none."""
    answer = _parsed(body)
    return _safe(answer.get("path")) if isinstance(answer, dict) else ""


def documents(body: bytes, place: Place) -> tuple[str, ...]:
    """Addresses on github.com of what there is to read in the answer to `tree_address`, most central first.

    Of a folder, only what lies beneath it. Changelogs, licences, tests and the like are left out.
    """
    answer = _parsed(body)
    entries = answer.get("tree") if isinstance(answer, dict) else None
    paths = []
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or entry.get("type") != "blob":
            continue
        path, size = _safe(entry.get("path")), entry.get("size", 0)
        if (
            splitext(path)[1].lower() in _DOCUMENT_ENDINGS
            and not _NOT_TO_LEARN_FROM.search(path)
            and (not place.path or path.startswith(f"{place.path}/"))
            and isinstance(size, int)
            and 0 <= size <= _LARGEST_DOCUMENT
        ):
            paths.append(path)
    paths.sort(key=lambda path: (not path.lower().startswith(("readme", "doc")), path.count("/"), path))
    return tuple(place.file(path).url for path in paths[:MOST_DOCUMENTS])


def content_type_of(path: str) -> str:
    """The media type by the file's ending; raw files are all served as plain text."""
    return _CONTENT_TYPES.get(splitext(path)[1].lower(), "text/plain")


def is_rate_limited(outcome: Outcome) -> bool:
    """Whether an answer of the API says that its limit is reached."""
    if isinstance(outcome, Failed):
        return bool(re.search(r"\b(?:403|429)\b|rate limit", outcome.reason, re.IGNORECASE))
    if not isinstance(outcome, Fetched):
        return False
    answer = _parsed(outcome.body)
    return isinstance(answer, dict) and "rate limit" in str(answer.get("message", "")).lower()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _safe(path: Any) -> str:
    """A path within the repository; "" for anything else."""
    if not isinstance(path, str) or not path or len(path) > 1000 or path.startswith("/") or "\\" in path:
        return ""
    return "" if any(part in ("", ".", "..") for part in path.split("/")) else path
