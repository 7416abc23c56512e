"""What a reader said of real texts, and how a rule's findings compare with it.

A file of labels is a table without a head: rule, verdict, document, place. Verdicts are "yes", "no", "unsure", and
"found" for a "yes" that was only looked at because the cleaner had found it, so that it says nothing of misses.
The place is there for rules that point at words; it is a hash of them, so that no text of a corpus is kept here.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

FOLDER: Final = Path(__file__).parent / "labels"
ANY_DOCUMENT: Final = "*"
READ: Final = "read"  # not a rule: the document was read from its first word to its last
Z_95: Final = 1.96
PLACE_DIGITS: Final = 12

Verdict = Literal["yes", "no", "unsure", "found"]


class Key(NamedTuple):
    """A document, two for near-duplicates ("a b"), with the place in it for rules that point at one."""

    document: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """verdicts: by rule. read: documents read in full, where whatever is not labelled is a "no"."""

    verdicts: Mapping[str, Mapping[Key, Verdict]]
    read: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Labels":
        verdicts: dict[str, dict[Key, Verdict]] = {}
        for line in lines:
            rule, verdict, *key = line.split("\t")
            if verdict not in get_args(Verdict):
                raise ValueError(f"no verdict: {line!r}")
            verdicts.setdefault(rule, {})[Key(*key)] = verdict  # type: ignore[assignment]  # tested above
        return cls(verdicts, frozenset(key.document for key in verdicts.pop(READ, ())))

    @classmethod
    def from_file(cls, path: Path) -> "Labels":
        return cls.of(path.read_text("utf-8").splitlines())


@dataclass(frozen=True, slots=True)
class Score:
    """hits, false_alarms, misses and quiet: labelled cases. confirmed: hits that were judged because they were found.
    unlabelled: findings that nobody judged.
    """

    hits: int = 0
    false_alarms: int = 0
    misses: int = 0
    quiet: int = 0
    unlabelled: int = 0
    confirmed: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def labels(self) -> int:
        return self.hits + self.confirmed + self.false_alarms + self.misses + self.quiet

    @property
    def found(self) -> int:
        return self.hits + self.confirmed + self.false_alarms

    @property
    def precision(self) -> str:
        return share(self.hits + self.confirmed, self.found)

    @property
    def recall(self) -> str:
        return share(self.hits, self.hits + self.misses)


def place_of(words: str) -> str:
    """The same words are the same place, whatever stands between them."""
    spoken = " ".join(re.findall(r"\w+", words.casefold()))
    return hashlib.sha256(spoken.encode("utf-8", "surrogatepass")).hexdigest()[:PLACE_DIGITS]


def score(found: Collection[Key], said: Mapping[Key, Verdict], read: Collection[str] = ()) -> Score:
    """read: documents of which silence is a "no"; "unsure" counts nowhere."""
    silent = {Key(document) for document in read} - said.keys()
    yes = {key for key, verdict in said.items() if verdict == "yes"}
    no = {key for key, verdict in said.items() if verdict == "no"} | silent
    confirmed = {key for key, verdict in said.items() if verdict == "found"}.intersection(found)
    hits, false_alarms = yes.intersection(found), no.intersection(found)
    unlabelled = set(found) - said.keys() - silent
    quiet = len(no) - len(false_alarms)
    return Score(len(hits), len(false_alarms), len(yes) - len(hits), quiet, len(unlabelled), len(confirmed))


def share(part: int, whole: int) -> str:
    """With Wilson's interval at 95 %: "0.90 (0.60–0.98)"; a dash where nothing was counted."""
    if not whole:
        return "–"
    low, high = wilson(part, whole)
    return f"{part / whole:.2f} ({low:.2f}–{high:.2f})"


def wilson(part: int, whole: int) -> tuple[float, float]:
    rate, square = part / whole, Z_95 * Z_95
    middle = (rate + square / (2 * whole)) / (1 + square / whole)
    reach = Z_95 * sqrt(rate * (1 - rate) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    return max(0.0, middle - reach), min(1.0, middle + reach)
