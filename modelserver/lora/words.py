"""Tokens to text, piece by piece: never half a letter, never the beginning of a stop string."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

HALF_A_LETTER: Final = "�"  # what a tokenizer writes for bytes that are not yet a letter


class Words:
    """stopped: a stop string has come; it and what follows are not given out."""

    def __init__(self, tokenizer: Any, stop: Sequence[str]) -> None:
        self._tokenizer, self._stop = tokenizer, [text for text in stop if text]
        self._ids: list[int] = []
        self._from = self._given = 0  # tokens: where decoding begins, and up to where text was given out
        self._held = ""
        self.stopped = False

    def add(self, token: int) -> str:
        """The text that is certain now."""
        self._ids.append(token)
        before = self._decoded(self._ids[self._from : self._given])
        text = self._decoded(self._ids[self._from :])
        if text.endswith(HALF_A_LETTER) or len(text) <= len(before):
            return ""
        self._from, self._given = self._given, len(self._ids)
        return self._certain(self._held + text[len(before) :])

    def rest(self) -> str:
        """What was held back, when no more comes."""
        text = self._decoded(self._ids[self._from :])[len(self._decoded(self._ids[self._from : self._given])) :]
        return self._held + text

    def _certain(self, text: str) -> str:
        found = [place for place in map(text.find, self._stop) if place >= 0]
        if found:
            self.stopped, self._held = True, ""
            return text[: min(found)]
        held = max((_overlap(text, stop) for stop in self._stop), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def _decoded(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of a text may be the beginning of a stop string."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if stop.startswith(text[-size:])), 0)
