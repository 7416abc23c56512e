"""Transcripts written as text: who speaks stands before what is said, often with the time."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.sources.speakers import is_name
from pipeline.sources.spoken import TIME, Transcript, Turn

# Fewer turns are as likely an accident. Shares are of the paragraphs: in ten real transcripts 0.68 to 1 of them begin
# with a speaker. Of 815 real posts three reach 0.5 with names alone (written conversations, 0.53 to 0.67), and none
# has five times beside names; what has front matter is a post in any case.
FEWEST_TURNS = 5
TIMED_SHARE = 0.2
NAMED_SHARE = 0.6
NAME = r"(?P<name>[^\n:*\[\]()<>|#]{1,50}?)"
MARK = rf"(?:\\?\[{TIME}\\?\]|\({TIME}\))"
SPACES = r"[ \t]+"


@dataclass(frozen=True, slots=True)
class Style:
    """How a file marks its turns. share: of the paragraphs that must begin so. speakers: how many must come twice."""

    pattern: re.Pattern[str]
    share: float
    speakers: int


STYLES = (
    # Name (0:25) - words · Name [00:25]: words · Name (0:25)
    Style(
        re.compile(rf"(?:\*\*)?{NAME}(?:\*\*)?:?[ \t]*{MARK}(?:\*\*)?[ \t]*(?:[-–—:][ \t]*)?(?P<said>.*)"),
        TIMED_SHARE,
        0,
    ),
    # Name 0:25, alone on its line
    Style(re.compile(rf"(?:\*\*)?{NAME}(?:\*\*)?,?{SPACES}{TIME}[ \t]*(?P<said>)"), TIMED_SHARE, 0),
    # [0:25] Name: words · 0:25 Name: words
    Style(
        re.compile(rf"(?:{MARK}|{TIME})[ \t]*[-–—]?[ \t]*(?:\*\*)?{NAME}:(?:\*\*)?[ \t]*(?P<said>.*)"), TIMED_SHARE, 0
    ),
    # **Name:** words · **Name**: words
    Style(re.compile(rf"(?:\*\*|__){NAME}(?::[ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*:)[ \t]*(?P<said>.*)"), NAMED_SHARE, 2),
    # Name before a colon, without marks
    Style(re.compile(rf"{NAME}:[ \t]+(?P<said>\S.*)"), NAMED_SHARE, 2),
    # [0:25] words · 0:25, alone on its line
    Style(re.compile(rf"(?P<name>)(?:{MARK}[ \t]*(?P<said>.*)|{TIME}[ \t]*)"), NAMED_SHARE, 0),
)
# No style's mark comes later in its line.
MARK_CHARS = 120


def find_transcript(text: str) -> Transcript | None:
    """None unless the text is clearly one. text: with "\\n" line ends."""
    lines = text.split("\n")
    paragraphs = sum(
        1 for line, before in zip(lines, ["", *lines], strict=False) if line.strip() and not before.strip()
    )
    found = [(style, _turns(lines, style)) for style in STYLES]
    clear = [(style, at) for style, at in found if _is_clear(style, [name for name, _ in at.values()], paragraphs)]
    if not clear:
        return None
    _, heads = max(clear, key=lambda one: len(one[1]))
    return _cut(lines, heads)


def _turns(lines: Sequence[str], style: Style) -> dict[int, tuple[str, str]]:
    """Line number -> who speaks, and the words on that line."""
    heads: dict[int, tuple[str, str]] = {}
    for at, line in enumerate(lines):
        found = style.pattern.fullmatch(line.strip()) if ":" in line[:MARK_CHARS] else None
        if found and (not found["name"] or is_name(found["name"].strip())):
            heads[at] = (found["name"].strip(), found["said"] or "")
    return heads


def _is_clear(style: Style, names: Sequence[str], paragraphs: int) -> bool:
    counts = Counter(names)
    often = sum(1 for count in counts.values() if count > 1)
    repeated = 2 * len(counts) <= len(names)
    return len(names) >= max(FEWEST_TURNS, style.share * paragraphs) and repeated and often >= style.speakers


def _cut(lines: Sequence[str], heads: dict[int, tuple[str, str]]) -> Transcript:
    starts = sorted(heads)
    ends = [*starts[1:], len(lines)]
    turns = tuple(
        Turn(heads[start][0], _paragraphs([heads[start][1], *lines[start + 1 : end]]))
        for start, end in zip(starts, ends, strict=True)
    )
    title, _, before = "\n".join(lines[: starts[0]]).strip().partition("\n")
    return Transcript(turns, title=title.strip("#*_= \t"), before=before.strip())


def _paragraphs(lines: Sequence[str]) -> tuple[str, ...]:
    """Blank lines part paragraphs; other line ends are where a program wrapped the words."""
    paragraphs: list[list[str]] = [[]]
    for at, line in enumerate(lines):
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif at:
            paragraphs.append([])
    return tuple(" ".join(words) for words in paragraphs if words)
