"""What people remember of the texts they know; by that they tell what sounds like the owner."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Memory = frozenset[tuple[str, ...]]
Said = Literal["A", "B", "equal"]

RUN_WORDS: Final = 3
SURE: Final = 0.02  # two texts by one model differ by 0.03, those of a tuned and an untrained one by 0.08
SURE_OF_NEW: Final = 0.008  # two runs of a text that no other could have
WORD: Final = re.compile(r"\w+")
CODE: Final = re.compile(r"<[^<>]{1,400}>|&\w{2,8};")


@dataclass(frozen=True, slots=True)
class Ear:
    """memory: what is listened for. sure: of a text's runs; whoever hears less of a difference says both are equal."""

    memory: Memory
    sure: float = SURE

    def prefers(self, a: str, b: str) -> Said:
        """The text with more of it."""
        difference = known_share(a, self.memory) - known_share(b, self.memory)
        if abs(difference) < self.sure:
            return "equal"
        return "A" if difference > 0 else "B"


def memory_of(texts: Iterable[str]) -> Memory:
    return frozenset(run for text in texts for run in runs(text))


def texts_in(paths: Iterable[Path]) -> Iterator[str]:
    """As they stand in the files, code and all; of an archive each file."""
    for path in paths:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
        else:
            yield path.read_text("utf-8", "replace")


def known_share(text: str, memory: Memory) -> float:
    said = list(runs(text))
    return sum(run in memory for run in said) / max(1, len(said))


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = WORD.findall(CODE.sub(" ", text).lower())
    return zip(*(words[start:] for start in range(RUN_WORDS)), strict=False)
