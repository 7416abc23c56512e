"""Posts that somebody else wrote: they say so at their beginning or end, or carry another by-line."""

import re
from collections.abc import Iterable
from typing import Final

HEAD_CHARS: Final = 600
TAIL_CHARS: Final = 500
_NAME: Final = r"[A-Z][\w'’.-]+(?: [A-Z][\w'’.-]*){1,3}"
_GUEST = re.compile(
    r"\b(?:[Tt]his (?:is a |week['’]s |month['’]s )?guest[- ](?:post|blog|article|column|essay)"
    r"|[Gg]uest[- ](?:post|blog post|article|column|essay) (?:is |was )?(?:by|from|written by)\b"
    r"|[Tt]his (?:guest )?(?:post|article|piece|essay|blog post|entry) (?:is|was) (?:originally )?"
    rf"(?:written|authored|contributed|guest[- ]written) by (?:guest|{_NAME})"
    r"|[Tt]his (?:is|post is) a guest (?:post|blog|article|column|essay)"
    r"|(?:[Ww]e have a|[Tt]oday['’]s|[Pp]lease welcome our) guest (?:post|author|blogger|writer|columnist)"
    rf"|[Tt]he following (?:is a |post is a |guest )+(?:post|article|essay|column)[^.]{{0,40}}\bby\b)"
)
_SIGNS: Final = ("uest", "ed by ", "en by ", "he following ")  # one of them is in every match
_BYLINE = re.compile(rf"\A(?:#{{1,6}} [^\n]*\n+)?[*_]*[Bb]y:? ({_NAME})[*_]*\s*(?:\n|$)")
_WRITTEN_BY = re.compile(rf"(?:written|authored|contributed|[Pp]ost|article|column|essay) by ({_NAME})")
_NAME_CHARS: Final = 40
_NOT_LETTERS = re.compile(r"[\W_]+")
_TITLE = re.compile(r"\b[Gg]uest [Pp]ost\b|\bGuest(?:post| Blog)\b")


def is_guest_post(title: str, text: str, authors: Iterable[str | None]) -> bool:
    """authors: the names under which the author is known; a by-line with one of them is no guest's."""
    known = [_NOT_LETTERS.sub(" ", name).casefold().strip() for name in authors if name]
    ends = (text[:HEAD_CHARS], text[-TAIL_CHARS:] if len(text) > HEAD_CHARS else "")
    said = [(end, found) for end in ends if any(sign in end for sign in _SIGNS) and (found := _GUEST.search(end))]
    if any(not _is_own(end[found.start() : found.end() + _NAME_CHARS], known) for end, found in said):
        return True
    if "uest" in title and _TITLE.search(title):
        return True
    byline = _BYLINE.match(text)
    return bool(byline and known and not _is_own(byline[1], known))


def _is_own(words: str, known: list[str]) -> bool:
    """Whether the person named there is the author."""
    written = _WRITTEN_BY.search(words)
    name = _NOT_LETTERS.sub(" ", written[1] if written else words).casefold()
    return any(one in name or name in one for one in known)
