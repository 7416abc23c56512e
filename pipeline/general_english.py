"""How often words and pairs of words come up in general English, from a table that ships with the code.

The table, general_english.tsv.gz, was counted from public-domain text only; its head names the sources. Phrases of
three words and more are estimated from their pairs, and a pair that the table lacks from its two words.
"""

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final

TABLE: Final = "general_english.tsv.gz"
MIN_WORD: Final = 5  # times in the sources; rarer words are told from unknown ones by luck alone
MIN_PAIR: Final = 8
UNKNOWN: Final = 0.5  # times that a word counts which the table lacks
# The share of a pair's chance that its two words explain by themselves, for pairs the table has (Jelinek-Mercer).
BACK_OFF: Final = 0.1
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# What may stand between two words of one phrase: a blank, a line break inside a paragraph, or a hyphen.
_JOINT = re.compile(r"[ \t]+|[ \t]*\n[ \t]*|[-‑]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, in small letters with a plain apostrophe, and where it stands."""

    form: str
    start: int
    end: int


def runs(text: str) -> Iterator[list[Word]]:
    """Words that stand side by side, up to the next comma, full stop, number, sign or paragraph."""
    run: list[Word] = []
    for match in _WORD.finditer(text):
        if run and not _JOINT.fullmatch(text, run[-1].end, match.start()):
            yield run
            run = []
        run.append(Word(match[0].lower().replace("’", "'"), match.start(), match.end()))
    if run:
        yield run


@dataclass(frozen=True, slots=True)
class GeneralEnglish:
    """Counts in a sample of `size` words."""

    size: int
    words: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]

    def chance(self, phrase: Sequence[str]) -> float:
        """How likely this phrase begins at any one word of general English, in (0, 1)."""
        chance = self._word(phrase[0])
        for left, right in pairwise(phrase):
            chance *= self._after(left, right)
        return chance

    def knows(self, word: str) -> bool:
        return word in self.words

    def _word(self, word: str) -> float:
        return self.words.get(word, UNKNOWN) / self.size

    def _after(self, left: str, right: str) -> float:
        """The chance of a word after another; pairs too rare for the table share what its pairs leave over."""
        alone = self._word(right)
        together = self.pairs.get((left, right), 0)
        return (1 - BACK_OFF) * together / self.words.get(left, UNKNOWN) + BACK_OFF * alone if together else alone


@lru_cache(maxsize=1)
def general_english() -> GeneralEnglish:
    """The table that ships; reading it takes 40 ms, once per process."""
    return read_table(gzip.decompress(resources.files("pipeline").joinpath(TABLE).read_bytes()).decode())


def read_table(table: str) -> GeneralEnglish:
    size, words, pairs = 0, dict[str, int](), dict[tuple[str, str], int]()
    for line in table.splitlines():
        if line.startswith("#"):
            continue
        form, _, count = line.rpartition("\t")
        left, _, right = form.partition(" ")
        if right:
            pairs[left, right] = int(count)
        elif left:
            words[left] = int(count)
        else:
            size = int(count)
    return GeneralEnglish(size, words, pairs)


def make_table(samples: Iterable[Iterable[str]], head: str) -> str:
    """Count samples of text, each weighing the same whatever its length, into the form that read_table reads.

    head: lines that say where the text is from. Names and numbers of every kind go in as they stand.
    """
    counted = [_count(texts) for texts in samples]
    largest = max(size for size, _ in counted)
    total: Counter[str] = Counter()
    for size, counts in counted:
        total.update({form: round(count * largest / size) for form, count in counts.items()})
    least = {form: count for form, count in total.items() if count >= (MIN_PAIR if " " in form else MIN_WORD)}
    rows = sorted(least.items(), key=lambda row: (" " in row[0], -row[1], row[0]))
    lines = [*(f"# {line}" for line in head.splitlines()), f"\t{largest * len(counted)}"]
    return "\n".join([*lines, *(f"{form}\t{count}" for form, count in rows)]) + "\n"


def _count(texts: Iterable[str]) -> tuple[int, Counter[str]]:
    size, counts = 0, Counter[str]()
    for text in texts:
        for run in runs(text):
            forms = [word.form for word in run]
            size += len(forms)
            counts.update(forms)
            counts.update(f"{left} {right}" for left, right in pairwise(forms))
    return size, counts
