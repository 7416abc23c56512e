"""Where a body as read shows code: signs of markup in there are words."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

_SHOWN = re.compile(
    r"^(?P<fence>```+|~~~+)[\s\S]*?(?:^(?P=fence)|\Z)|(?P<tick>`+)(?!`)[^\n]{1,500}?(?<!`)(?P=tick)(?!`)"
    r"|<(?P<tag>pre|code|script|style)\b[^>]*>[\s\S]*?</(?P=tag)>",
    re.MULTILINE | re.IGNORECASE,
)
# How every one of them begins; looked for first, because the expression above has to be tried at every character.
_START = re.compile(r"`|~~~|<(?:[pP][rR]|[cC][oO]|[sS][cCtT])")


def shown_code(body: str) -> list[tuple[int, int]]:
    """Start and end of every fence, code span and element of code, in reading order."""
    shown: list[tuple[int, int]] = []
    start = _START.search(body)
    while start is not None:
        match = _SHOWN.match(body, start.start())
        if match is not None:
            shown.append(match.span())
        start = _START.search(body, match.end() if match is not None else start.start() + 1)
    return shown


def outside(found: Iterable[re.Match[str]], shown: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Those that do not begin inside shown code."""
    starts = [start for start, _ in shown]
    for match in found:
        before = bisect_right(starts, match.start()) - 1
        if before < 0 or match.start() >= shown[before][1]:
            yield match


def replaced_outside(pattern: re.Pattern[str], instead: str, body: str) -> str:
    """`pattern.sub(instead, body)`, but not in shown code."""
    found = list(pattern.finditer(body))
    kept: list[str] = []
    at = 0
    for match in outside(found, shown_code(body) if found else []):
        kept += [body[at : match.start()], match.expand(instead)]
        at = match.end()
    return "".join([*kept, body[at:]]) if kept else body
