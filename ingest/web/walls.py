"""Answers that are no page to read: a login, a script's empty shell, a paywall, a check for robots. Pure.

They are told by the answer, not by a list of hosts: any site may ask for a login one day and not the next.
"""

import re
from typing import Literal
from urllib.parse import urlsplit

from ingest.web.records import Failed, Fetched, Outcome

Wall = Literal["", "login", "script", "paywall", "robot check"]

REASONS: dict[Wall, str] = {
    "login": "needs a login",
    "script": "needs a script",
    "paywall": "needs a subscription",
    "robot check": "asks whether you are human",
}
_FEW_WORDS = 60  # of main content; the shortest real landing pages of the roadmaps have about 100
_FORM_WORDS = 200  # a page with a password field and more words than that is a page with a login box
_HEAD_CHARS = 400_000

_FAILURES: dict[str, Wall] = {
    "login needed": "login",
    "HTTP 401": "login",
    "HTTP 402": "paywall",
    "HTTP 403": "login",
    "HTTP 407": "login",
    "HTTP 451": "paywall",
    "HTTP 999": "login",  # what one large network answers to strangers
}
_LOGIN_HOST = re.compile(r"^(?:accounts?|auth|id|identity|login|signin|sso)\.", re.IGNORECASE)
_LOGIN_PATH = re.compile(
    r"/(?:auth|authwall|checkpoint|log-?in|oauth2?|saml|servicelogin|session/new|sign-?[iu][np]|sign_in|sso|uas)"
    r"(?:[/.]|$)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"<input\b[^<>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_NOT_FREE = re.compile(r"[\"']?isAccessibleForFree[\"']?\s*[:=]\s*[\"']?false", re.IGNORECASE)
_MEMBERS = re.compile(
    r"member-only story|become a member to read|subscribe to (?:read|continue)"
    r"|this post is for paid subscribers|(?:to )?continue reading this (?:article|post|story)",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"<title>\s*(?:just a moment|attention required|access denied|are you a (?:human|robot)|robot check|"
    r"security check|please verify)|cf-browser-verification|/cdn-cgi/challenge-platform|g-recaptcha|h-captcha"
    r"|px-captcha",
    re.IGNORECASE,
)
# repetitions have bounds: a page may be made to stall the search
_NEEDS_SCRIPT = re.compile(
    r"(?:enable|requires?|need|turn on|without)\W{1,3}(?:\w{1,20}\W{1,3}){0,3}javascript"
    r"|javascript (?:is|must be|to be)\W{1,3}(?:\w{1,20}\W{1,3}){0,2}(?:enabled|disabled|required)",
    re.IGNORECASE,
)
_EMPTY_ROOT = re.compile(
    r"<(?:div|main|app-root|body)\b[^<>]{0,300}\b(?:id|class)\s?=\s?[\"']?"
    r"(?:root|app|__next|__nuxt|gatsby|main|q-app)\b[^<>]{0,300}>\s{0,99}(?:<!--[^<>]{0,300}-->\s{0,99})?</",
    re.IGNORECASE,
)
_SCRIPT_TAG = re.compile(r"<script\b", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z!][a-z0-9-]*)[^<>]*>?", re.IGNORECASE)
_SILENT = frozenset(("script", "style", "noscript", "template", "svg"))
_MANY_SCRIPTS = 3
_HARDLY_A_WORD = 20  # with that many scripts; pages that are merely short have scripts too


def wall(outcome: Outcome, text: str = "", words: int | None = None) -> Wall:
    """What keeps the reader out, "" when nothing does.

    `text` is the HTML as it arrived, `words` how many words of main content were found in it; without them,
    the body is decoded and all its words are counted. Only HTML can be a wall.
    """
    if isinstance(outcome, Failed):
        return _FAILURES.get(outcome.reason, "")
    if not isinstance(outcome, Fetched) or "html" not in outcome.content_type:
        return ""
    text = (text or outcome.body.decode("utf-8", "replace"))[:_HEAD_CHARS]
    count = min(_words(text), len(text) if words is None else words)
    if (outcome.hops and _is_login(outcome.url) and not _is_login(outcome.hops[0])) or (
        count < _FORM_WORDS and _PASSWORD.search(text)
    ):
        return "login"
    if count < _FORM_WORDS and _ROBOT.search(text):
        return "robot check"
    if _NOT_FREE.search(text) or (count < _FORM_WORDS and _MEMBERS.search(text)):
        return "paywall"
    return "script" if count < _FEW_WORDS and _is_shell(text, count) else ""


def _is_login(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(_LOGIN_HOST.match(host) or _LOGIN_PATH.search(parts.path))


def _is_shell(text: str, words: int) -> bool:
    """A page that its scripts would fill."""
    many = words < _HARDLY_A_WORD and len(_SCRIPT_TAG.findall(text)) >= _MANY_SCRIPTS
    return bool(many or _NEEDS_SCRIPT.search(text) or _EMPTY_ROOT.search(text))


def _words(text: str) -> int:
    """About how many words a page shows; in one pass, since a page may be made to stall a parser."""
    count = position = 0
    silent = ""
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if not silent:
            count += len(text[position : tag.start()].split())
            silent = name if name in _SILENT and not tag[1] else ""
        elif tag[1] and name == silent:
            silent = ""
        position = tag.end()
    return count + (0 if silent else len(text[position:].split()))
