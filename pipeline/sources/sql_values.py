"""One row of values as MySQL and its tools write it: ('text', 12, NULL)."""

import re

VALUE = re.compile(
    r"\s*(?:(?:_\w+\s*)?'((?:[^'\\]|\\.|'')*+)'|\"((?:[^\"\\]|\\.|\"\")*+)\"|([^\s,()'\"\\;]{1,200}))\s*([,)])",
    re.DOTALL,
)
# A value that may still become one when more of the file is read.
CUT = re.compile(
    r"\s*(?:_\w*\s*)?(?:'(?:[^'\\]|\\.|'')*+'?\\?|\"(?:[^\"\\]|\\.|\"\")*+\"?\\?|[^\s,()'\"\\;]{0,200})\s*", re.DOTALL
)
ESCAPED = re.compile(r"\\(.)|''|\"\"", re.DOTALL)
ESCAPES = {"0": "", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
MOST_COLUMNS = 1_000


class Incomplete(Exception):
    """The text ends inside the row."""


class BadTuple(Exception):
    """Not a row of plain values: a function, a subquery, or something cut out of its place."""


def tuple_at(text: str, max_chars: int) -> tuple[list[str | None], int]:
    """The values of the row that text begins with, and where it ends; None for NULL."""
    if not text:
        raise Incomplete
    if text[0] != "(":
        raise BadTuple
    values: list[str | None] = []
    at = 1
    while at <= max_chars and len(values) < MOST_COLUMNS:
        found = VALUE.match(text, at)
        if not found:
            rest = CUT.match(text, at)
            raise Incomplete if rest and rest.end() == len(text) else BadTuple
        values.append(_value(found))
        at = found.end()
        if found[4] == ")":
            return values, at
    raise BadTuple


def _value(found: re.Match[str]) -> str | None:
    if found[1] is not None:
        return _unescaped(found[1], "'")
    if found[2] is not None:
        return _unescaped(found[2], '"')
    return None if found[3].upper() == "NULL" else found[3]


def _unescaped(raw: str, quote: str) -> str:
    """A doubled quotation mark is one only inside marks of its own kind."""

    def meant(match: re.Match[str]) -> str:
        if match[1] is None:
            return quote if match[0][0] == quote else match[0]
        return ESCAPES.get(match[1], match[1])

    return ESCAPED.sub(meant, raw).replace("\r\n", "\n") if "\\" in raw or quote in raw else raw
