"""Which rules can find anything in a text: one pass over its bytes for all of them, by Hyperscan.

A rule names its signs beside its own expressions: patterns over UTF-8 of which one is in every text where the rule
finds something. Where a text has none, the rule is not asked. Signs may be in other texts too: that costs time and
changes nothing (docs/decisions/0019-signs-before-rules.md).
"""

import importlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from threading import local
from typing import Any, Final, NamedTuple

# Compiling costs a process as much as the signs save over some 600 texts: smaller sets never pay for it.
WORTH_TEXTS: Final = 600
# Characters outside ASCII are bytes from here on; a sign that means any letter must take them.
WIDE: Final = r"\x80-\xff"


class Sign(NamedTuple):
    """pattern: in Hyperscan's syntax, over bytes. least: bytes of a match. times: matches in a text that count."""

    pattern: str
    least: int = 0
    times: int = 1


def words(*said: str) -> tuple[Sign, ...]:
    """Signs that are these words as they stand."""
    return (Sign("|".join(map(_literally, said))),)


def in_bytes(expression: str) -> Sign:
    """An expression over characters as a sign: what it finds has it. Of looks around, \\b and $ alone are known."""
    return Sign(_PART.sub(_wider, expression))


_PART = re.compile(r"(\[\^?(?:\\.|[^\]\\])*\])((?:\{\d+,\d*\})?)|\\.|\$")
_LETTER: Final = f"[{WIDE}]{{2,4}}"
_WIDER: Final = {r"\b": "", "$": "", **{kind: f"(?:{kind}|{_LETTER})" for kind in (r"\d", r"\w", r"\s")}}


def _wider(part: re.Match[str]) -> str:
    """A character of a class may be several bytes, so how many at most is not told."""
    signs, counted = part[1], part[2]
    if not signs:
        return _WIDER.get(part[0], part[0])
    if signs == "['’]":
        return "(?:'|’)"
    if r"\w" in signs:
        signs = f"(?:{signs.replace('’', '')}|{_LETTER})"
    return f"{signs}*" if counted and signs.startswith(("(", "[^")) else signs + counted


def _literally(word: str) -> str:
    return "".join(sign if sign.isalnum() and sign.isascii() else _escaped(sign) for sign in word)


def _escaped(sign: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in sign.encode())


@dataclass(frozen=True)
class Signs:
    """Tells which rules to ask about a text; all of them where Hyperscan does not run.

    asked_before: texts about which all are asked, before compiling the signs is worth while.
    """

    by_rule: Mapping[str, Sequence[Sign]]
    engine: str = "hyperscan"
    asked_before: int = WORTH_TEXTS

    def __call__(self, text: str) -> Collection[str]:
        """Names of the rules with a sign in it, or of all."""
        if next(self._texts) < self.asked_before:
            return self.by_rule.keys()
        return self._told(text.encode("utf-8", "surrogatepass"))

    @cached_property
    def _texts(self) -> Iterator[int]:
        return count()

    @cached_property
    def _told(self) -> Callable[[bytes], Collection[str]]:
        names = frozenset(self.by_rule)
        try:
            hyperscan = importlib.import_module(self.engine)
        except ImportError:  # no wheel for this machine
            return lambda _: names
        try:
            return _Scanner(hyperscan, self.by_rule).told
        except hyperscan.ArchitectureError:  # a processor too old for it
            return lambda _: names


class _Scanner:
    """hyperscan: the module, which has no types of its own on machines without it."""

    def __init__(self, hyperscan: Any, by_rule: Mapping[str, Sequence[Sign]]) -> None:
        self._signs = [(rule, sign) for rule, signs in by_rule.items() for sign in signs]
        once = [hyperscan.HS_FLAG_SINGLEMATCH if sign.times == 1 else 0 for _, sign in self._signs]
        shorter = hyperscan.HS_EXT_FLAG_MIN_LENGTH
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=[sign.pattern.encode() for _, sign in self._signs],
            ids=list(range(len(self._signs))),
            flags=once,
            ext=[(shorter if sign.least else 0, 0, 0, sign.least, 0, 0) for _, sign in self._signs],
        )
        self._new_scratch: Callable[[], Any] = lambda: hyperscan.Scratch(self._database)
        self._own = local()

    def told(self, text: bytes) -> Collection[str]:
        found: list[int] = []

        def note(number: int, *_: object) -> None:
            found.append(number)

        self._database.scan(text, match_event_handler=note, scratch=self._scratch())
        return {
            self._signs[number][0] for number, times in Counter(found).items() if times >= self._signs[number][1].times
        }

    def _scratch(self) -> Any:
        """One for each thread: two scans must not share it."""
        if not hasattr(self._own, "scratch"):
            self._own.scratch = self._new_scratch()
        return self._own.scratch
