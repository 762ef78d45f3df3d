"""What chooses the page on sites whose addresses come in several forms. Pure."""

import re
from collections.abc import Callable

_Parts = tuple[str, str, list[str]]  # host without `www.`, path, parameters

_VIDEO_ID = re.compile(r"[\w-]{11}")
_VIDEO_PATH = re.compile(r"/(?:embed|shorts|live|v)/([\w-]{11})(?:/|$)")
_README = re.compile(r"readme(?:\.(?:md|markdown|rst|txt))?", re.IGNORECASE)
_DEFAULT_BRANCHES = frozenset(("main", "master", "HEAD"))
_HOW_IT_IS_SHOWN = ("tab=", "plain=", "raw=", "ts=")


def of_site(host: str, path: str, query: list[str]) -> _Parts:
    """The three parts in the one form that the site's own rule gives; unchanged where there is no rule."""
    rule = _SITES.get(host)
    return rule(host, path, query) if rule else (host, path, query)


def _youtube(host: str, path: str, query: list[str]) -> _Parts:
    """Every form of a video's address becomes `youtube.com/watch?v=ID`."""
    named = dict(parameter.partition("=")[::2] for parameter in query)
    found = _VIDEO_PATH.match(path)
    video = found[1] if found else path[1:] if host == "youtu.be" else named.get("v", "")
    if _VIDEO_ID.fullmatch(video):
        return "youtube.com", "/watch", [f"v={video}"]
    if path == "/playlist" and named.get("list"):
        return "youtube.com", path, [f"list={named['list']}"]
    return ("youtu.be" if host == "youtu.be" else "youtube.com"), path, query


def _github(host: str, path: str, query: list[str]) -> _Parts:
    """A repository, its default branch and its README are one page; so are a folder and its README."""
    segments = path.split("/")[1:]
    if host == "raw.githubusercontent.com":
        if len(segments) < 4:
            return host, path, query
        segments.insert(2, "raw")
    if len(segments) < 2:
        return "github.com", path.lower(), query
    owner, name, *rest = segments
    repository = [owner.lower(), name.lower().removesuffix(".git") or name.lower()]
    if rest[:1] == ["raw"]:
        rest[0] = "blob"
        if rest[1:3] == ["refs", "heads"]:
            del rest[1:3]
    if len(rest) > 1 and rest[0] in ("blob", "tree"):
        rest[1] = "HEAD" if rest[1] in _DEFAULT_BRANCHES else rest[1]
        if len(rest) > 2 and rest[0] == "blob" and _README.fullmatch(rest[-1]):
            rest = ["tree", *rest[1:-1]]
        if rest == ["tree", "HEAD"]:
            rest = []
    kept = [parameter for parameter in query if not parameter.startswith(_HOW_IT_IS_SHOWN)]
    return "github.com", "".join(f"/{segment}" for segment in [*repository, *rest]), kept


def _amazon(host: str, path: str, query: list[str]) -> _Parts:
    """A product's page is named by its number alone; words and references around it vary."""
    found = re.search(r"/(?:dp|gp/product)/([A-Z0-9]{10})(?=/|$)", path)
    return (host, f"/dp/{found[1]}", []) if found else (host, re.sub(r"/ref=[^/]*$", "", path), query)


_SITES: dict[str, Callable[[str, str, list[str]], _Parts]] = {
    **dict.fromkeys(
        ("youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com", "youtu.be"), _youtube
    ),
    **dict.fromkeys(("github.com", "raw.githubusercontent.com"), _github),
    **dict.fromkeys(("amazon.com", "amazon.co.uk", "amazon.de"), _amazon),
}
