"""A long text cut into what one message holds (pure)."""

import re
from collections.abc import Iterator
from typing import Final

from bot.slack.mrkdwn import escape

# Slack takes 12,000 characters of markdown and about 13,200 in all blocks of a message.
PIECE_CHARS: Final = 10_000
# Slack makes several blocks of one markdown block and takes 50; each line may begin one.
PIECE_LINES: Final = 40

_PARAGRAPH_END = re.compile(r"\n[ \t]*\n\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


def in_pieces(text: str) -> list[str]:
    """Texts that fit one message each once escaped; cut between paragraphs, else lines, sentences, words."""
    pieces = [""]
    for separator, part in _parts(text):
        joined = f"{pieces[-1]}{separator}{part}" if pieces[-1] else part
        if fits(joined):
            pieces[-1] = joined
        else:
            pieces.append(part)
    return [piece for piece in pieces if piece.strip()]


def fits(text: str) -> bool:
    lines = sum(1 for line in text.splitlines() if line.strip())
    return len(escape(text)) <= PIECE_CHARS and lines <= PIECE_LINES


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Parts that fit, each with what stands between it and the part before."""
    for paragraph in _PARAGRAPH_END.split(text):
        if fits(paragraph):
            yield "\n\n", paragraph
        else:
            yield from _lines(paragraph)


def _lines(paragraph: str) -> Iterator[tuple[str, str]]:
    separator = "\n\n"
    for line in paragraph.splitlines():
        for part in _SENTENCE_END.split(line) if not fits(line) else [line]:
            for run in _runs(part):
                yield separator, run
                separator = " "
        separator = "\n"


def _runs(part: str) -> Iterator[str]:
    """Every fifth of the limit at the most, since one character may become five (&amp;)."""
    if fits(part):
        yield part
        return
    length = PIECE_CHARS // 5
    for start in range(0, len(part), length):
        yield part[start : start + length]
