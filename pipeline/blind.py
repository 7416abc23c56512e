"""Two texts made alike in everything but the writing, so that only the voice can tell them apart (pure)."""

import re
from typing import Final

from pipeline.domain.baselines import BaselineId, Side
from pipeline.prompts import stable_hash

SHOWN_WORDS: Final = 160  # of each text: a minute's reading for a pair, and enough to hear a voice
ENDS_A_SENTENCE: Final = ".!?…:\"'”’)"

_HEADING = re.compile(r"#{1,6}\s")
_LINE_MARK = re.compile(r"^(?:>\s*|[-*•+]\s+|\d+[.)]\s+)+")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"\*+|`+|(?<!\w)_+|_+(?!\w)|~~")
# A model and a keyboard spell the same sign in other ways; both get the plain one.
_SIGNS: Final = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "–", "\u00a0": " ", "…": "..."})
_DASH = re.compile(r"\s*(?:--|–)\s*")


def plain_prose(text: str) -> str:
    """Paragraphs without headings, marks or typography.

    A title line at the front goes too: only one side may have it.
    """
    lines = [line.strip() for line in text.splitlines()]
    kept = [_plain_line(line) for line in lines if not _HEADING.match(line)]
    paragraphs = [one for one in "\n".join(kept).split("\n") if one]
    if len(paragraphs) > 1 and paragraphs[0][-1] not in ENDS_A_SENTENCE:
        paragraphs = paragraphs[1:]
    return "\n\n".join(paragraphs)


def alike(real: str, draft: str) -> tuple[str, str]:
    """Both in plain prose and cut to the same number of words, each with an ellipsis at its end."""
    one, other = plain_prose(real), plain_prose(draft)
    words = min(sum(map(_is_word, one.split())), sum(map(_is_word, other.split())), SHOWN_WORDS)
    return _first(one, words), _first(other, words)


def real_side(baseline_id: BaselineId, judge: str, number: int) -> Side:
    """Where the owner's text stands: another order for each judge, the same one whenever it is asked for."""
    return "A" if stable_hash("side", f"{baseline_id}\n{judge}\n{number}") % 2 else "B"


def _plain_line(line: str) -> str:
    said = _LINK.sub(r"\1", _LINE_MARK.sub("", line))
    return " ".join(_DASH.sub(" – ", _EMPHASIS.sub("", said).translate(_SIGNS)).split())


def _first(prose: str, words: int) -> str:
    kept: list[str] = []
    for paragraph in prose.split("\n\n"):
        said: list[str] = []
        for token in paragraph.split():
            words -= _is_word(token)
            if words < 0:
                break
            said.append(token)
        kept.append(" ".join(said))
    return "\n\n".join(filter(None, kept)).rstrip(".,;:– ") + " …"


def _is_word(token: str) -> bool:
    return any(map(str.isalnum, token))
