"""Conversations whose speakers are named before what they say: "Ann Moor: …", later "Ann: …" or "AM: …"."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.stages.signs import WIDE, Sign

# Lists of terms have names before colons too; a conversation comes back to both of its speakers.
MIN_TURNS: Final = 6
MIN_TURNS_EACH: Final = 2
# Who asks says little: between two that talk alike, a by-line that is neither's only reports.
MOST_OF_ASKING: Final = 0.25
_INITIALS: Final = (2, 3)
_WORD: Final = r"[A-Z][\w.'’-]*"
_LABEL = re.compile(rf"^(?:#{{1,6}} |> )?({_WORD}(?: {_WORD}){{0,3}})(?: \([^()\n]{{2,60}}\))?: ?(?=\S)", re.MULTILINE)
_SIGN_WORD: Final = rf"[A-Z][\w{WIDE}.'-]*"
SIGNS: Final = (
    Sign(
        rf"(?m)^(?:#{{1,6}} |> )?{_SIGN_WORD}(?: {_SIGN_WORD}){{0,3}}(?: \([^()\n]{{2,240}}\))?: ?\S", times=MIN_TURNS
    ),
)
_FULL_NAME = re.compile(rf"\b(?=({_WORD} {_WORD}))")
_PARTS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Turn:
    """speaker: as first named in full; words: until somebody else is named."""

    speaker: str
    words: int


def others_share(text: str, authors: Iterable[str | None]) -> float:
    """How much of a conversation is said by others than the author, 0.0 where nobody converses.

    Where the author is none of the speakers, somebody who says little asks the questions for them.
    """
    turns = list(_turns(text))
    times, said = Counter(turn.speaker for turn in turns), Counter[str]()
    for turn in turns:
        said[turn.speaker] += turn.words
    if len(turns) < MIN_TURNS or sum(times[one] >= MIN_TURNS_EACH for one in times) < 2:
        return 0.0
    least = min(said, key=lambda one: said[one])
    asking = {least} if said[least] <= MOST_OF_ASKING * said.total() else set()
    own = {one for one in said if _is_author(one, authors)} or asking
    return sum(words for one, words in said.items() if one not in own) / len(text.split())


def _turns(text: str) -> Iterator[_Turn]:
    labels = list(_LABEL.finditer(text))
    if len(labels) < MIN_TURNS:
        return
    speakers = _speakers(text, [label[1] for label in labels])
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        if speaker := speakers.get(label[1]):
            yield _Turn(speaker, len(text[label.end() : end].split()))


def _speakers(text: str, labels: Sequence[str]) -> dict[str, str]:
    """The full name for every label that is a person's: a first name or initials of somebody named in the text.

    Initials that come back are a person's even where the name is nowhere.
    """
    full = dict.fromkeys(label for label in labels if " " in label and not label.isupper())
    by_short: dict[str, str] = {}
    for name in (*full, *(match[1] for match in _FULL_NAME.finditer(text))):
        parts = name.split()
        by_short.setdefault(parts[0], name)
        by_short.setdefault("".join(part[0] for part in parts), name)
    times = Counter(labels)
    for label in times:
        if label.isupper() and len(label) in _INITIALS and times[label] > MIN_TURNS_EACH:
            by_short.setdefault(label, label)
    return {label: label if label in full else by_short[label] for label in times if label in full or label in by_short}


def _is_author(speaker: str, authors: Iterable[str | None]) -> bool:
    """Whether a login or name of the author holds the speaker's first or last name ("boone" is Greg Boone)."""
    names = {part.casefold() for part in _PARTS.findall(speaker)}
    return any(names.intersection(part.casefold() for part in _PARTS.findall(author)) for author in authors if author)
