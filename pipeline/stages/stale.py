"""Posts about something that was over soon after: an event, a deadline, a sale, a new version."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from pipeline.stages.signs import WIDE, Sign, in_bytes

Key = TypeVar("Key")

_DAY: Final = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE: Final = rf"(?:{_DAY}|{_MONTH} \d{{1,2}}|tomorrow\b|tonight\b|midnight\b)"
_EVENT: Final = (
    r"(?:webinar|workshop|meet-?up|event|hackathon|conference|training|panel|class|summit|open house|office hours|"
    r"session|demo day|webcast|AMA|livestream|chat|party|show|talk)"
)
_SPAN: Final = r"[^.!?\n]{0,80}"
_REGISTER: Final = (
    r"\b[Rr]egistration (?:(?:is )?(?:now )?open|(?:will )?clos|ends)|\b[Rr]egistration:"
    r"|\b[Rr]egister (?:now|today|here|by\b|for )"
)
# Each says that something is still to come; the words around an event that is told of afterwards are other ones.
# Expressions are tried only where one of their stems stands, which begins the match ("_": any letter); most posts
# have few of them.
_SIGNS: Final[tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]] = (
    (
        ("_egistration", "_egister ", "RSVP", "_ign up ", "_eserve your", "_pace is limited", "_eats are"),
        re.compile(
            rf"{_REGISTER}|\bRSVP\b"
            rf"|\b[Ss]ign up (?:(?:now|today|here) )?(?:to (?:attend|join)|for (?:the|our|this) {_SPAN}{_EVENT})"
            r"|\b[Rr]eserve your (?:seat|spot|place)|\b[Ss]pace is limited|\b[Ss]eats are (?:limited|going)"
        ),
    ),
    (
        (
            *("_pply", "_pplication", "_ubmit", "_espond", "_omination", "_roposal", "_eadline "),
            *("_resentations", "_apers", "_bstracts"),
        ),
        re.compile(
            r"\b(?:[Aa]pply|[Ss]ubmit|[Rr]espond|[Nn]ominations?|[Pp]roposals?|[Aa]pplications?|[Pp]resentations|"
            rf"[Pp]apers|[Aa]bstracts){_SPAN}"
            rf"\b(?:by|before|until|no later than|close|are due|due)\b[^.!?\n]{{0,20}}{_DATE}"
            rf"|\b[Dd]eadline (?:is|to|for {_SPAN}is)\b[^.!?\n]{{0,20}}{_DATE}"
        ),
    ),
    (
        (
            *(
                "_oin us",
                "_ee you",
                "_une in",
                "_top by",
                "_ext ",
                "_his coming",
                "_his week",
                "_his month",
                "_his Mon",
            ),
            *("_his Tue", "_his Wed", "_his Thu", "_his Fri", "_his Sat", "_his Sun", "_omorrow", "will be held"),
            *(
                "will take place",
                "will host",
                "is scheduled",
                "is hosting",
                "are hosting",
                "'re hosting",
                "’re hosting",
            ),
        ),
        re.compile(
            rf"\b(?:[Jj]oin us|[Ss]ee you|[Tt]une in|[Ss]top by){_SPAN}\b{_DATE}"
            rf"|\b(?:[Nn]ext|[Tt]his) (?:coming )?(?:{_DAY}|week|weekend|month)['’]s {_EVENT}"
            rf"|\b[Nn]ext {_DAY}\b|\b[Tt]his coming (?:{_DAY}|weekend)\b"
            r"|\b[Tt]omorrow,? (?:we|I|you)['’]?(?:ll| will)\b"
            rf"|\b(?:will (?:be held|take place|host)|is scheduled|(?:is|are|['’]re) hosting){_SPAN}\b{_DATE}"
        ),
    ),
    (
        ("_arly bird", "_arly-bird", "_ickets ", "promo code", "discount code", "coupon code", "_ffer ", "_ale ends"),
        re.compile(
            r"\b[Ee]arly[- ]bird\b|\b[Tt]ickets (?:are )?(?:on sale|still available|cost|go on sale)"
            r"|\b(?:promo|discount|coupon) code [A-Z0-9]{4,}|\b[Oo]ffer (?:ends|expires|is valid)|\b[Ss]ale ends\b"
        ),
    ),
)
_ANNOUNCED = re.compile(r"(?m)^(?:[-*] )?\**(?:When|Date|Where|WHEN|WHERE|Date and time)\**:")
_ANNOUNCED_ENDS: Final = tuple(f"{end}{sign}" for end in ("hen", "ate", "here", "ime", "HEN", "HERE") for sign in ":*")
_HOURS = re.compile(r"\b\d{1,2}(?::\d\d)?(?: ?[ap]\.?m\.?)?\s?(?:–|-|to)\s?\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\.?|[AP]M)")
_HOURS_END = re.compile(r"\d ?(?:[ap]\.?m|[AP]M)")
_APPOINTED = re.compile(rf"\b{_DAY},? {_MONTH} \d{{1,2}}(?:,? \d{{4}})?,? (?:at|from) \d")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ANY: Final = "_"
_TITLE = re.compile(
    r"\b(?:save the date|tomorrow|register|sign up|join us|webinar|workshop|upcoming|deadline|last chance|"
    r"early bird|demo day|rsvp|call for|CFP)\b",
    re.IGNORECASE,
)
_NUMBERED: Final = r"\b(?:[vV](?:ersion )?|[A-Za-z]\w*? ?)\d+\.\d+(?:\.\d+)*\b"
# A name with a number under one or with three parts is a program's; "Web 2.0" and "Copyright 2.0" are subjects.
_VERSION = re.compile(
    rf"{_NUMBERED}.{{0,40}}\b(?i:releases?d?|available|is out|launched|beta|announce)"
    rf"|\b(?i:releas(?:es|ed|ing)|announcing|introducing|release of)\b.{{0,40}}{_NUMBERED}"
    r"|\b\w+ \d+ (?i:(?:officially )?released|is out)\b"
    r"|^(?:\w+ ){1,3}(?:0\.\d+|\d+\.\d+\.\d+)\b"
)
VERSION_LIVES: Final = timedelta(days=365)  # software blogs announce about once a year
# One sign alone is in many posts that live on ("Register here" under a guide).
SIGNS_NEEDED: Final = 2
# A longer post has other things to say: of 1,404 real ones the one above this that bore two signs was an interview.
MAX_CHARS: Final = 4_000


# What a text has that is dated; a title alone is not enough.
SIGNS: Final = (
    *(in_bytes(pattern.pattern) for _, pattern in _SIGNS),
    Sign(r"(?m)^(?:[-*] )?\**(?:When|Date|Where|WHEN|WHERE|Date and time)\**:"),
    Sign(rf"[0-9{WIDE}] ?(?:[ap]\.?m|[AP]M)"),
    Sign(rf"day,? [A-Z][a-z]+\.? [0-9{WIDE}]"),
)


def is_dated(title: str, text: str) -> bool:
    """Whether a post announces something with a date: two signs of different kinds, the title being one."""
    if len(text) > MAX_CHARS:
        return False
    found = int(_TITLE.search(title) is not None) + _has_time(text)
    for left, (stems, pattern) in zip(range(len(_SIGNS), 0, -1), _SIGNS, strict=True):
        if not 0 < SIGNS_NEEDED - found <= left:
            break
        found += _begins(pattern, stems, text)
    return found >= SIGNS_NEEDED


def _has_time(text: str) -> bool:
    """An hour, or a line that says when or where."""
    announced = any(end in text for end in _ANNOUNCED_ENDS) and _ANNOUNCED.search(text)
    hours = _HOURS_END.search(text) and _HOURS.search(text)
    return bool(announced or hours) or _begins(_APPOINTED, _DAYS, text)


def _begins(pattern: re.Pattern[str], stems: tuple[str, ...], text: str) -> bool:
    return any(pattern.match(text, at) for at in _places(stems, text))


def _places(stems: tuple[str, ...], text: str) -> Iterator[int]:
    """Where a stem begins."""
    for stem in stems:
        open_start = stem.startswith(_ANY)
        seen = text.find(stem[open_start:])
        while seen >= 0:
            if seen >= open_start:
                yield seen - open_start
            seen = text.find(stem[open_start:], seen + 1)


def announces_version(title: str, text: str) -> bool:
    """Whether a short post's title tells of a new version of something."""
    return len(text) <= MAX_CHARS and bool(_VERSION.search(title))


def long_before_the_newest(days: Mapping[Key, datetime]) -> set[Key]:
    """Of texts by the day they appeared, those a version's life older than the newest."""
    newest = max(days.values(), default=None)
    return {key for key, day in days.items() if newest and newest - day > VERSION_LIVES}
