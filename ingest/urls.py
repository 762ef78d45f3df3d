"""Web addresses as documents give them: tracking parameters cut, foreign characters percent-encoded."""

import re
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

# a target ends at blanks and brackets, but one pair of round brackets may stand inside (Wikipedia)
URL = re.compile(r"https?://(?:[^\s()<>\[\]`\"|\\]|\([^\s()<>\[\]]*\))+", re.IGNORECASE)

_TRACKING = frozenset(
    [
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "gad_source",
        "gad_campaignid",
        "fbclid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "li_fat_id",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "vero_id",
        "vero_conv",
        "oly_anon_id",
        "oly_enc_id",
        "_hsenc",
        "_hsmi",
        "__hstc",
        "__hssc",
        "hsctatracking",
        "_ga",
        "_gl",
        "s_kwcid",
        "trk",
        "trkcampaign",
        "ref",
        "ref_",
        "ref_src",
        "ref_url",
        "referrer",
        "referer",
        "store_ref",
        "cmpid",
        "spm",
        "wt_mc",
        "rb_clickid",
        "irclickid",
        "sscid",
    ]
)
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_", "pd_rd_", "pf_rd_")
# parameters that mean something elsewhere and are mere tracking on these hosts
_TRACKING_BY_HOST = {
    "amazon": frozenset(
        [
            "isdramintegrated",
            "shoppingportalenabled",
            "tag",
            "linkcode",
            "linkid",
            "camp",
            "creative",
            "creativeasin",
            "psc",
            "qid",
            "sr",
            "keywords",
            "crid",
            "sprefix",
            "dib",
            "dib_tag",
            "th",
        ]
    ),
    "youtube": frozenset(["si", "feature", "pp", "ab_channel"]),
    "youtu": frozenset(["si", "feature", "pp"]),
    "medium": frozenset(["source", "sk"]),
    "udemy": frozenset(["couponcode", "matchtype"]),
}
# where `ref` names a branch or a version, which the page needs
_REF_NEEDED = frozenset(("github", "githubusercontent", "gitlab", "bitbucket", "codeberg"))
# reserved and unreserved characters stay; "%" keeps what is already encoded
_KEPT = "%/?:@!$&'()*+,;=-._~#[]"


def tidy_url(url: str) -> str:
    """The address without tracking parameters; an address that cannot be parsed comes back as it is."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return url
    labels = host.split(".")
    query = (
        "&".join(p for p in parts.query.split("&") if p and not _is_tracking(p, labels))
        if parts.query
        else ""
    )
    return urlunsplit(
        (
            parts.scheme,
            parts.netloc,
            quote(parts.path, safe=_KEPT),
            quote(query, safe=_KEPT),
            quote(parts.fragment, safe=_KEPT),
        )
    )


def _is_tracking(parameter: str, labels: list[str]) -> bool:
    name = unquote_plus(parameter.split("=", 1)[0]).lower()
    if name.startswith(_TRACKING_PREFIXES):
        return True
    if name == "ref" and _REF_NEEDED.intersection(labels):
        return False
    if name in _TRACKING:
        return True
    return any(name in _TRACKING_BY_HOST[label] for label in labels if label in _TRACKING_BY_HOST)
