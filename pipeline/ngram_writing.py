"""How an n-gram model writes: along what followed in the texts, without copying them and with its asides closed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.ngram_index import BEGIN, END, Followers, NgramIndex
from pipeline.ngram_tokens import OPENING, closes, opens, tokenize, words

MAX_SCANNED: Final = 3000  # occurrences looked at for one context while writing; beyond it, an even sample
# Chosen by reading drafts from about 190,000 words of one weblog.
WRITING_DISCOUNT: Final = 0.3
ASIDE_TOKENS: Final = 25  # a quotation or bracket open for longer no longer holds up a line end
COPY_LIMIT: Final = 8  # tokens after which a verbatim run is left when the author went on in other ways
COPY_HARD_LIMIT: Final = 14  # tokens after which it is left at any join
TOPIC_WEIGHT: Final = 40.0  # how much more an occurrence in the most related text counts
PROMPT_WORD_WEIGHT: Final = 2.0  # how much more a word of the prompt counts
REPEAT_LIMIT: Final = 4  # a text does not write the same run of so many tokens twice
SENTENCE_ENDS: Final = frozenset({".", "!", "?"})


@dataclass(frozen=True)
class Generation:
    """What one call of `generate` wrote. Token counts are in this model's tokens."""

    text: str
    finish_reason: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int


class Writer:
    """One text being written. related: how much each text of the index has to do with the prompt, 0 to 1."""

    def __init__(
        self, index: NgramIndex, prompt: str, related: Sequence[float], rng: random.Random, temperature: float
    ) -> None:
        self._index, self._rng, self._prompt = index, rng, prompt
        self._sharpness = 1 / max(temperature, 0.02)
        self._weight_of = [1 + TOPIC_WEIGHT * share for share in related]
        asked = words(prompt) if any(related) else set()
        self._favoured = {
            known for known, token in enumerate(index.vocabulary) if token.strip().lower() in asked and len(token) > 4
        }
        self._target = rng.choices(index.lengths, weights=self._weight_of)[0] if index.lengths else 0
        self._cache: dict[tuple[int, ...], Followers | None] = {}
        self._written: list[int] = [BEGIN]
        self._copied: list[int] = []  # where in the training text the verbatim run goes on
        self._run = 0
        self._open: list[str] = []
        self._opened_at = 0
        self._runs: set[tuple[int, ...]] = set()

    def write(self, max_tokens: int, stop: Sequence[str]) -> Generation:
        text = ""
        reason: Literal["stop", "length"] = "length"
        reach = max(map(len, stop), default=0)
        while len(self._written) <= max_tokens:
            token = self._next_token()
            if token == END:
                reason = "stop"
                break
            self._append(token)
            start = max(0, len(text) - reach)
            text += self._index.vocabulary[token]
            cuts = [cut for s in stop if (cut := text.find(s, start)) >= 0]
            if cuts:
                text, reason = text[: min(cuts)], "stop"
                break
        return Generation(text.strip(), reason, len(tokenize(self._prompt)), len(self._written) - 1)

    def _followers(self, context: tuple[int, ...]) -> Followers | None:
        """What followed a context, occurrences in related texts counting more."""
        if context not in self._cache:
            index = self._index
            low, high = index.places(context)
            weights: dict[int, float] = {}
            for place in range(low, high, max(1, (high - low) // MAX_SCANNED)):
                position = index.positions[place]
                token = index.stream[position + len(context)]
                weights[token] = weights.get(token, 0.0) + self._weight_of[index.text_of[position]]
            weights = index.tasted(weights)
            for token in weights.keys() & self._favoured:
                weights[token] *= PROMPT_WORD_WEIGHT
            self._cache[context] = Followers(weights, high - low, END) if weights else None
        return self._cache[context]

    def _next_token(self) -> int:
        if not self._index.lengths:
            return END
        if self._may_end() and len(self._written) > self._target:
            return END
        history = tuple(self._written[1 - self._index.order :])
        copied_on = {self._index.stream[position] for position in self._copied}
        for size in range(len(history), 0, -1):
            followers = self._followers(history[-size:])
            if followers is None:
                continue
            banned = copied_on if self._run >= (COPY_LIMIT if size > 1 else COPY_HARD_LIMIT) else set()
            choices = {t: w for t, w in followers.weights.items() if t not in banned and self._fits(t)}
            backing_off = WRITING_DISCOUNT * len(followers.weights) / followers.total
            last = size == 1 or (size == 2 and len(choices) > 1)
            if choices and (last or self._rng.random() >= backing_off**self._sharpness):
                return self._choose(choices)
        self._open.clear()
        return END if self._may_end() else min(copied_on, default=END)

    def _may_end(self) -> bool:
        last = self._index.vocabulary[self._written[-1]].strip(" ")
        return not self._open and (last in SENTENCE_ENDS or last.startswith("\n"))

    def _fits(self, token: int) -> bool:
        """Whether a token keeps brackets balanced and does not end the text far too early."""
        if token == END:
            return not self._open and len(self._written) * 2 > self._target
        if (*self._written[1 - REPEAT_LIMIT :], token) in self._runs:
            return False
        name = self._index.vocabulary[token]
        if name.startswith("\n"):
            return not self._open or len(self._written) - self._opened_at > ASIDE_TOKENS
        if opens(name):
            return OPENING[opens(name)] not in self._open
        return closes(name) in ("", *self._open[-1:])

    def _choose(self, choices: dict[int, float]) -> int:
        best = max(choices.values())
        weights = [(weight / best) ** self._sharpness for weight in choices.values()]
        return self._rng.choices(list(choices), weights=weights)[0]

    def _append(self, token: int) -> None:
        stream = self._index.stream
        going_on = [position + 1 for position in self._copied if stream[position] == token]
        self._written.append(token)
        self._runs.add(tuple(self._written[-REPEAT_LIMIT:]))
        if going_on:
            self._copied, self._run = going_on, self._run + 1
        else:
            self._restart_run()
        name = self._index.vocabulary[token]
        if opens(name):
            self._open.append(OPENING[opens(name)])
            self._opened_at = len(self._written)
        elif name.startswith("\n"):
            self._open.clear()
        elif self._open and closes(name) == self._open[-1]:
            self._open.pop()

    def _restart_run(self) -> None:
        for size in range(min(self._index.order - 1, len(self._written)), 0, -1):
            low, high = self._index.places(self._written[-size:])
            if high > low:
                step = max(1, (high - low) // MAX_SCANNED)
                places = self._index.positions[low:high:step]
                self._copied, self._run = [position + size for position in places], size
                return
        self._copied, self._run = [], 0
