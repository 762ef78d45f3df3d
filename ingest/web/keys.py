"""One key per page, and damaged links mended. Pure; nothing here is fetched.

A key is an address without scheme, `www.`, fragment and whatever else does not choose the page
(`scikit-learn.org/stable/tutorial`); it is ASCII, and `key_url` turns it back into an address.
"""

import re
from functools import lru_cache
from posixpath import splitext
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import ftfy
import idna

from ingest.urls import tidy_url
from ingest.web.site_keys import of_site

_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
# servers give the same page for these, encoded or not
_PLAIN_IN_PATH = _UNRESERVED | frozenset("!'()*,:@")
_PLAIN_IN_QUERY = _PLAIN_IN_PATH | frozenset("/?")
_KEPT_IN_PATH = "/!'()*,:@&=+$;%"
_KEPT_IN_QUERY = "/!'()*,:@&=+$;%?"
_INDEX = frozenset(("index.html", "index.htm"))
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
# parameters that mark words, open a reply form or name a visit: the page stays the same
_NOT_THE_PAGE = frozenset(
    ["highlight", "replytocom", "phpsessid", "jsessionid", "sessionid", "session_id", "cfid", "cftoken"]
)
# the word before an address, a letter missing or doubled; then "//", ":/", ";\\", " :// "
SCHEME = r"(?:h{1,2}t{1,3}|t{2,3})p(s{0,2})"
_SCHEME = re.compile(rf"{SCHEME}\s*(?:[:;.]\s*[/\\]+|[:;]|[/\\]{{2,}})[/\\\s]*", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+([a-z]{2,24})(?::\d{1,5})?(/|\?|$)", re.IGNORECASE)
# without a scheme, only what ends in one of these is taken for a host and not for a file or a folder
_DOMAINS = frozenset(
    ["com", "org", "net", "edu", "gov", "io", "ai", "dev", "app", "co", "uk", "de", "fr", "eu", "ch", "nl"]
)
_DOMAINS_WITH_PATH = frozenset(["sh", "rs", "to", "me", "in", "info"])
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x1f\x7f-\x9f]")
_WRAPPING = "<>\"'`“”‘’«» \u00a0"
_TRAILING = ".,;:!?*|\\"
_LONGEST = 8000  # characters of an address; servers take no more
_ROUNDS = 10  # each repair may uncover another; more than two were never seen
_CUT_SHORT = re.compile(r"(?:…|\.{3,})$")


@lru_cache(maxsize=50_000)  # the same links stand on every page of a site
def url_key(url: str) -> str:
    """The page's key; "" for what is no web address. `url_key(key_url(key)) == key`."""
    try:
        parts = urlsplit(tidy_url(_encodable(url.strip())))
        host, port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    host = _without_www(host)
    path = _plain_path(parts.path)
    query = _plain_query(parts.query)
    host, path, query = of_site(host, path, query)
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    return host + path + ("?" + "&".join(query) if query else "")


def key_url(key: str) -> str:
    """An address of the page that the key stands for."""
    return f"https://{key}"


def site_of(url: str) -> str:
    """The host with its port and without `www.`; "" for what is no web address."""
    return url_key(url).partition("/")[0].partition("?")[0]


def web_address(url: str) -> str | None:
    """A well-formed http(s) address tidied: host in ASCII, no user name, no tracking, no fragment."""
    try:
        parts = urlsplit(tidy_url(_encodable(url.strip())))
        host, port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host:
        return None
    if port not in (None, 80 if scheme == "http" else 443):
        host = f"{host}:{port}"
    path = _encoded(parts.path, _UNRESERVED, _KEPT_IN_PATH)
    return urlunsplit((scheme, host, path, _encoded(parts.query, _UNRESERVED, _KEPT_IN_QUERY), ""))


def mend(url: str) -> str | None:
    """The web address that a damaged link means, tidied; None when it cannot be told."""
    if len(url) > _LONGEST:
        return None
    mended = _mended(url)
    for _ in range(_ROUNDS):
        again = _mended(mended) if mended else None
        if again == mended:
            break
        mended = again
    return mended


def _mended(url: str) -> str | None:
    text = _INVISIBLE.sub("", url)
    if not text.isascii():
        text = ftfy.fix_encoding(_encodable(text))
    text = _unwrapped(text.replace("&amp;", "&"))
    if _CUT_SHORT.search(text):
        text = _CUT_SHORT.sub("", text)
        if "/" in re.sub(r"^\w+:/*", "", text):
            return None  # shortened for show: the rest is lost
    scheme, rest = _scheme(text)
    if not scheme:
        return None
    host, slash, tail = _split_host(rest.replace("\\", "/"))
    return web_address(f"{scheme}://{host}{slash}{tail.replace(' ', '%20')}")


def accepted_canonical(href: str, url: str) -> str | None:
    """The address of `rel=canonical` where it can be believed, else None.

    Many pages name another host, a file or their site's front page. It is believed on the same site only,
    and only if it is the same path with other parameters, or a page of the same name elsewhere.
    """
    try:
        target = web_address(urljoin(url, href.strip()))
    except ValueError:
        return None
    if target is None or site_of(target) != site_of(url):
        return None
    there, here = (url_key(a).partition("?")[0].rstrip("/") for a in (target, url))
    if there == here:
        return target
    names = {splitext(key.rpartition("/")[2])[0] for key in (there, here)}
    return target if len(names) == 1 else None


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _ascii_host(host: str) -> str:
    """The host in lower case and punycode; "" where it cannot be one."""
    host = host.lower().rstrip(".")
    if ":" in host:  # an IPv6 address, which urlsplit has checked the brackets of
        return f"[{host}]" if re.fullmatch(r"[0-9a-f:.]+", host) else ""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii").rstrip(".")
        except idna.IDNAError:
            return ""
    return host if _HOST.fullmatch(host) else ""


def _without_www(host: str) -> str:
    rest = host.removeprefix("www.")
    return rest if "." in rest else host


def _encoded(text: str, plain: frozenset[str], kept: str) -> str:
    """Percent-encoding in one form: plain characters bare, everything else encoded in capitals."""
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)

    def one(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in plain else match[0].upper()

    return quote(_PERCENT.sub(one, text), safe=kept)


def _plain_path(path: str) -> str:
    """The path encoded in one form, dots resolved, without session, default index and last slash."""
    segments: list[str] = []
    for segment in _encoded(_SESSION_IN_PATH.sub("", path), _PLAIN_IN_PATH, _KEPT_IN_PATH).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    if segments and segments[-1].lower() in _INDEX:
        segments.pop()
    return "".join(f"/{segment}" for segment in segments)


def _plain_query(query: str) -> list[str]:
    """The parameters that choose the page, in one form and sorted."""
    found = set()
    for parameter in _encoded(query, _PLAIN_IN_QUERY, _KEPT_IN_QUERY).split("&"):
        name, _, value = parameter.replace("%20", "+").partition("=")
        if name and name.lower() not in _NOT_THE_PAGE:
            found.add(f"{name}={value}" if value else name)
    return sorted(found)


def _unwrapped(text: str) -> str:
    """Without quotes, brackets and punctuation around it; a bracket that was opened inside stays."""
    text = text.lstrip(_WRAPPING + "([{").rstrip(_WRAPPING)
    while text:
        last = text[-1]
        unopened = last in ")]}" and text.count("([{"[")]}".index(last)]) < text.count(last)
        if _CUT_SHORT.search(text) or not (unopened or last in _TRAILING or last in _WRAPPING):
            break
        text = text[:-1]
    return text


def _scheme(text: str) -> tuple[str, str]:
    """The scheme meant and what follows it; ("", "") where there is no web address."""
    scheme = ""
    while match := _SCHEME.match(text):
        scheme, text = ("https" if match[1] else "http"), text[match.end() :]
    if scheme:
        return scheme, text
    if text.startswith("//"):
        return "https", text[2:]
    if text.lower().startswith("www."):
        return "https", text
    bare = None if _OTHER_SCHEME.match(text) else _BARE_HOST.match(text)
    domain = bare[1].lower() if bare else ""
    if domain in _DOMAINS or (bare and domain in _DOMAINS_WITH_PATH and bare[2] == "/"):
        return "https", text
    return "", ""


def _split_host(rest: str) -> tuple[str, str, str]:
    """Host, the sign after it, and the rest; blanks within a host are dropped."""
    found = re.search(r"[/?#]", rest)
    end = found.start() if found else len(rest)
    host, mark, tail = rest[:end], rest[end : end + 1], rest[end + 1 :]
    first, blank, _ = host.strip().partition(" ")
    if blank and "." in first.strip("."):  # words follow the address
        return first, "", ""
    return "".join(host.split()), mark, tail
