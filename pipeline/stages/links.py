"""Web addresses in plain text, marked with the words around them that would dangle without them."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.domain.documents import Mark
from pipeline.stages.signs import Sign, words

_TRAILING = ".,;:!?'’\"”*_~"
_PAIRS = {")": "(", "]": "["}

_MARKDOWN = (
    r"!?\[(?P<words>[^\[\]\n]{0,300})\]"
    r"\(\s?<?(?:https?://|www\.|mailto:|ftp://|[/#.]|[\w.-]+[./])[^\s<>()]{0,2000}"
    r"(?:\([^\s()]{0,300}\)[^\s<>()]{0,300})?>?(?:\s+[\"'“][^\"\n]{0,300}[\"'”])?\s?\)"
)
_FULL = r"(?:(?:https?|ftp)://|mailto:|(?<![\w@.])www\.(?=[\w-]+\.))[^\s<>“”«»|\\^`{}]{2,2000}"
# "words":http://address, as Textile writes a link; the words lose their signs.
_TEXTILE = rf"\"(?P<textile>[^\"\n]{{1,300}})\":(?P<target>{_FULL})"
# Endings that mean an address even without a path; the second list also holds words and needs one.
_ENDINGS = "com|org|net|gov|edu|mil|int|io|co|info|biz|tv|uk|de|fr|nl|ch|eu|ca|au|nz|ie|jp|se|dk|es|pl|br"
_PATH_ENDINGS = "us|me|at|in|no|it|be|ly|gl|gd|fm|ai|dev|app|blog|xyz|is|to|so|cc|mp|ms|pl|sh|gle|page|site|online"
_BARE = (
    r"(?<![\w@./-])(?:[A-Za-z0-9][A-Za-z0-9-]{1,62}|[a-z])(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62}){0,4}"
    rf"\.(?:(?:{_ENDINGS})(?![\w@-]|\.\w)|(?:{_PATH_ENDINGS})(?=/[\w?#]))"
    r"(?P<path>(?:/|\?(?=\w+=))[^\s<>“”«»|\\^`{}]{0,500})?"
)
_LINK = re.compile(rf"{_MARKDOWN}|{_TEXTILE}|<?(?P<full>{_FULL})>?|(?P<bare>{_BARE})")
# Every address has one of these; looking for them first reads prose twenty times as fast.
_SIGN = re.compile(
    r"\]\(|:(?://|(?<=mailto:))|\.(?<=www\.)"
    rf"|\.(?=[a-z])(?:(?:{_ENDINGS})(?![\w@-]|\.\w)|(?:{_PATH_ENDINGS})/)"
)
SIGNS: Final = (
    *words("](", "://", "mailto:", "www."),
    Sign(rf"\.(?:(?:{_ENDINGS})(?:[^\w@-]|\z)|(?:{_PATH_ENDINGS})/)"),
)
# These name a thing that is written like an address.
_NAMES = {"asp.net", "ado.net", "vb.net", "e.g.in", "booking.com"}

# Words that only lead to an address; the first set goes wherever it stands, the second only at a clause's end.
_LEAD_ANYWHERE = re.compile(r"(?:(?<=\s)|^)(?:at|via)[ ]\Z", re.IGNORECASE)
_LEAD_AT_END = re.compile(
    r"(?:(?:(?<=[\s(])|^)(?:at|via|see|from|on|to|visit|here|link|source|url))?[ ]?:?[ ]?\Z", re.IGNORECASE
)
# Before a bare domain, which may be a word of the sentence ("we built cloud.gov"), only these lead to an address.
_POINTER = re.compile(r"[\s,]*(?:\(|(?:at|via|see|visit)\b)", re.IGNORECASE)
_LEAD_CHARS = 12
# A Markdown link's address with brackets in it and its title, all at their longest.
_LONGEST_TARGET = 3_000
_CLAUSE_END = re.compile(r"[ \t]*(?:[.,;:!?)\]]|$)", re.MULTILINE)


def find_links(text: str) -> list[Mark]:
    """Marks of rule "link"; the replacement is the words kept: a Markdown link's text, else nothing.

    A bare lower-case domain that is a word of its sentence ("we built login.gov") is counted, and its fix keeps it.
    Capitalised ones without a path (Data.gov) are names and stay.
    """
    marks: list[Mark] = []
    for start, end in _places(text):
        for match in _LINK.finditer(text, start, end):
            mark = _mark(text, match)
            if mark is not None and (not marks or mark.start >= marks[-1].end):
                marks.append(mark)
    return marks


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where an address may stand, in order and apart: a run without spaces, or a line that has a Markdown link."""
    end = line_end = 0
    sign = _SIGN.search(text)
    while sign is not None:
        at = sign.start()
        if at >= line_end:
            start, line_end = text.rfind("\n", end, at) + 1 or end, _find(text, "\n", at, len(text))
            link = text.rfind("](", start, line_end)
        if link >= at:
            end = _line_with_link(text, link, line_end)
        else:
            start, end = max(start, _run_start(text, end, at)), _find(text, " ", sign.end(), line_end)
        yield start, end
        sign = _SIGN.search(text, end)


def _run_start(text: str, start: int, at: int) -> int:
    """Where the run without spaces begins, or the words in quotation marks that stand right before an address."""
    begin = text.rfind(" ", start, at) + 1 or start
    quoted = text.find('":', begin, at)
    opened = text.rfind('"', start, quoted) if quoted >= 0 else -1
    return opened if opened >= 0 else begin


def _line_with_link(text: str, link: int, line_end: int) -> int:
    """A Markdown link's address may stand on the next line."""
    closed = text.find(")", link, link + _LONGEST_TARGET)
    return line_end if closed < line_end else _find(text, "\n", closed, len(text))


def _find(text: str, sign: str, start: int, end: int) -> int:
    found = text.find(sign, start, end)
    return found if found >= 0 else end


def _mark(text: str, match: re.Match[str]) -> Mark | None:
    if match["full"]:
        return _removal(text, match.start(), _address_end(text, match))
    if match["bare"]:
        return _bare(text, match)
    if match["textile"]:
        return Mark("link", match.start(), _address_end(text, match), match["textile"])
    words = "" if match[0].startswith("!") else match["words"]
    return Mark("link", match.start(), match.end(), words)


def _address_end(text: str, match: re.Match[str]) -> int:
    """Where the address ends without the sentence's own signs; a bracket stays if the address opened it."""
    end = match.end("full") if match["full"] else match.end()
    start = match.start("target") if match["textile"] else match.start()
    while end > start:
        sign = text[end - 1]
        opener = _PAIRS.get(sign)
        if sign not in _TRAILING and (opener is None or text.count(opener, start, end) >= text.count(sign, start, end)):
            break
        end -= 1
    if text[start] == "<" and text.startswith(">", end):
        end += 1
    return end


def _bare(text: str, match: re.Match[str]) -> Mark | None:
    address = match["bare"]
    if match["path"] and len(match["path"]) > 1:
        return _removal(text, match.start(), _address_end(text, match))
    if address != address.lower() or address in _NAMES:
        return None
    mark = _removal(text, match.start(), match.end())
    if _POINTER.match(text[mark.start : match.start()]) or _alone(text, *match.span()):
        return mark
    return Mark("link", match.start(), match.end(), address)


def _alone(text: str, start: int, end: int) -> bool:
    return text[text.rfind("\n", 0, start) + 1 : start].strip("> -") == "" and text[end : end + 1] in ("", "\n")


def _removal(text: str, start: int, end: int) -> Mark:
    """A mark over the address, with its brackets and the words that only lead to it."""
    before = text[max(0, start - _LEAD_CHARS) : start]
    at_end = _CLAUSE_END.match(text, end) is not None
    lead = (_LEAD_AT_END if at_end else _LEAD_ANYWHERE).search(before)
    if lead is not None:
        start -= len(before) - lead.start()
    if start > 0 and text[start - 1] == "(" and text.startswith(")", end):
        start, end = start - 1, end + 1
    if lead is not None and text[end : end + 1] in {".", "!", "?"} and _starts_sentence(text, start):
        end += 1
    elif at_end and text[max(0, start - 2) : start].strip() == "," and text[end : end + 1] in {".", "!", "?", ""}:
        start = text.rindex(",", 0, start)
    return Mark("link", start, end, "")


def _starts_sentence(text: str, start: int) -> bool:
    """Whether nothing, a line break or a sentence's end stands before; a closing quotation mark hides its end."""
    before = text[max(0, start - 3) : start].rstrip(" ").rstrip('”")')
    return not before or before[-1] in ".!?\n"
