"""Addresses that a crawl leaves alone: they lead to no reading matter, or never end. Pure."""

import re
from posixpath import splitext

from ingest.web.keys import url_key

LONG = "long address"
REPEATED = "repeated path"
CALENDAR = "calendar"
QUERY = "listing query"
SESSION = "session in the address"
SERVICE = "login, search or listing page"
BINARY = "binary file"
NO_DOCUMENT = "not documentation"
NO_ADDRESS = "no web address"

_LONGEST = 400  # characters of a key; the longest of a thousand documentation pages has 150
_DEEPEST = 16  # path segments
_MOST_PARAMETERS = 3
_BINARY = frozenset(
    [
        *("7z", "apk", "bin", "bz2", "deb", "dll", "dmg", "exe", "gz", "iso", "jar", "msi", "pkg", "rar"),
        *("rpm", "so", "tar", "tgz", "whl", "xz", "zip", "zst"),
        *("avif", "bmp", "eps", "gif", "ico", "jpeg", "jpg", "png", "psd", "svg", "tif", "tiff", "webp"),
        *(
            "aac",
            "avi",
            "flac",
            "m4a",
            "m4v",
            "mkv",
            "mov",
            "mp3",
            "mp4",
            "mpeg",
            "mpg",
            "ogg",
            "wav",
            "webm",
        ),
        *("css", "eot", "js", "map", "mjs", "otf", "ttf", "wasm", "webm", "woff", "woff2"),
        *("doc", "docx", "odp", "ods", "odt", "ppt", "pptx", "xls", "xlsx"),
        *("csv", "db", "feather", "h5", "npy", "npz", "onnx", "parquet", "pickle", "pkl", "pt", "sqlite"),
        *("asc", "atom", "ics", "rss", "sig", "xml"),
    ]
)
_DOCUMENTS = frozenset(["", "md", "markdown", "mdx", "rst", "txt", "ipynb", "pdf", "html", "htm"])
_SHALLOW = 3  # a service stands near the front; "docs/grafana/latest/dashboards/search" is a page about it
# whole path segments; a segment that only begins so ("search-runs", "tagging") is a page
_SERVICES = frozenset(
    [
        *("login", "log-in", "logout", "log-out", "signin", "sign-in", "sign_in", "signout", "signup"),
        *("sign-up", "sign_up", "register", "account", "accounts", "cart", "checkout", "subscribe"),
        *("unsubscribe", "wp-login", "wp-admin", "wp-json", "xmlrpc", "cgi-bin", "oauth"),
        *("search", "tag", "tags", "category", "categories", "author", "authors", "archive", "archives"),
        *("feed", "feeds", "rss", "share", "print", "genindex", "py-modindex", "cdn-cgi"),
    ]
)
_LISTING = frozenset(
    [
        *("sort", "sortby", "sort_by", "order", "orderby", "dir", "filter", "view", "action", "do", "share"),
        *("date", "day", "month", "year", "week", "from", "to", "start", "end", "since", "until", "offset"),
        *("q", "query", "search", "s", "next", "redirect", "return", "returnto", "return_to", "url", "print"),
        *("c", "cal", "calendar", "ical", "format", "diff", "rev", "revision", "oldid"),
    ]
)
_SESSION = re.compile(r"(?:^|[?&;])(?:php|j|asp)?sess(?:ion)?_?id[^=&]*=|[?&;]sid=", re.IGNORECASE)
_CALENDAR = re.compile(
    r"/(?:calendar|ical|events?/(?:\d{4}|month|week|day))(?:/|$)"
    r"|/(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])(?:[-/](?:0?[1-9]|[12]\d|3[01]))?$"
    r"|/(?:19|20|21)\d{4}(?:\d\d)?$",
    re.IGNORECASE,
)
_PAIR_REPEATED = re.compile(r"(/[^/]+/[^/]+(?:/[^/]+)?)\1(?=/|$)")
_GITHUB_PAGES = frozenset(("blob", "tree", "wiki"))


def trap(url: str) -> str:
    """Why a crawl leaves this address alone, "" when it does not."""
    if _SESSION.search(url):  # a key no longer shows it
        return SESSION
    key = url_key(url)
    if not key:
        return NO_ADDRESS
    if len(key) > _LONGEST:
        return LONG
    path, _, query = key.partition("?")
    segments = path.split("/")[1:]
    if len(segments) > _DEEPEST or _repeats(path, segments):
        return REPEATED
    if segments and splitext(segments[-1])[1][1:].lower() in _BINARY:
        return BINARY
    if "_sources" in segments or any(_stem(s) in _SERVICES for s in segments[:_SHALLOW]):
        return SERVICE
    if _CALENDAR.search(path.partition("/")[1] + path.partition("/")[2]):
        return CALENDAR
    names = [parameter.partition("=")[0].lower() for parameter in query.split("&")] if query else []
    if len(names) > _MOST_PARAMETERS or _LISTING.intersection(names):
        return QUERY
    return _github(segments) if path.startswith("github.com/") else ""


def _stem(segment: str) -> str:
    stem, ending = splitext(segment.lower())
    return stem if ending in (".html", ".htm", ".php", ".aspx", ".jsp") else segment.lower()


def _repeats(path: str, segments: list[str]) -> bool:
    return any(segments.count(s) > 2 for s in set(segments)) or bool(_PAIR_REPEATED.search(path))


def _github(segments: list[str]) -> str:
    """Of a repository only files to read, folders and the wiki; no issues, commits and code."""
    if len(segments) < 3:
        return ""
    if segments[2] not in _GITHUB_PAGES:
        return NO_DOCUMENT
    ending = splitext(segments[-1])[1][1:].lower()
    return NO_DOCUMENT if segments[2] == "blob" and ending not in _DOCUMENTS else ""
