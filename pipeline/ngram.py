"""A small n-gram model of one person's writing: trained in a second, exact, deterministic.

Every order up to `order` is read from one sorted index of the training text (Nagao and Mori 1994), so nothing is
counted ahead. Probabilities are interpolated with absolute discounting (Ney, Essen and Kneser 1994). Tokens keep
their own leading space, so that joining them rebuilds the text: quotes, casing and paragraphs need no rules.
"""

from __future__ import annotations

import json
import math
import random
import re
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

# Line ends; then what must not be torn apart (link target, footnote, HTML tag, code, address), a word with inner
# apostrophes or hyphens, or a mark. Blanks before a token belong to it.
TOKEN: Final = re.compile(
    r"""\n+|[^\S\n]*(?:\]\([^()\s]*\)|\[\^\w+\]:?|</?[A-Za-z][^<>\n]*>|`[^`\n]+`|(?:https?://|www\.)[^\s()<>\[\]"]+"""
    r"""|\w+(?:['’\-]\w+)*|\*\*|[^\w\s])|[^\S\n]+"""
)
WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
FORMAT: Final = "understudy-ngram/1"
MAX_MODEL_BYTES: Final = 1 << 30  # unpacked; a model of 180,000 words is about 1.5 MB
ID_BITS: Final = 21  # up to two million different tokens in one sort key
BEGIN: Final = 0
END: Final = 1
UNSEEN: Final = 0.5  # pseudo-count of each token of the vocabulary, and of all unknown tokens together
MAX_SCANNED: Final = 3000  # occurrences looked at for one context while writing; beyond it, an even sample
# Chosen by reading drafts from about 190,000 words of one weblog.
WRITING_DISCOUNT: Final = 0.3
ASIDE_TOKENS: Final = 25  # a quotation or bracket open for longer no longer holds up a line end
COPY_LIMIT: Final = 8  # tokens after which a verbatim run is left when the author went on in other ways
COPY_HARD_LIMIT: Final = 14  # tokens after which it is left at any join
TOPIC_WEIGHT: Final = 40.0  # how much more an occurrence in the most related text counts
PROMPT_WORD_WEIGHT: Final = 2.0  # how much more a word of the prompt counts
OPENING: Final = {"(": ")", "[": "]", "“": "”", ' "': '"', " **": "**"}
CLOSING: Final = frozenset(OPENING.values())
REPEAT_LIMIT: Final = 4  # a text does not write the same run of so many tokens twice
SENTENCE_ENDS: Final = frozenset({".", "!", "?"})


@dataclass(frozen=True)
class Generation:
    """What one call of `generate` wrote. Token counts are in this model's tokens."""

    text: str
    finish_reason: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Evaluation:
    """How well a text was predicted. log_probability: natural logarithm, summed over `tokens`."""

    log_probability: float
    tokens: int
    correct: int


@dataclass(frozen=True)
class _Followers:
    """What came after a context. total: how often it occurred; weights: counts, which may favour a topic or taste."""

    weights: dict[int, float]
    total: float
    likeliest: int


def tokenize(text: str) -> list[str]:
    """Split a text without losing a character: joining the tokens gives the text back."""
    return TOKEN.findall(text)


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)}


class NgramModel:
    """Predicts the next token from the `order - 1` before it."""

    def __init__(
        self,
        vocabulary: Sequence[str],
        stream: Sequence[int],
        prompts: Sequence[str],
        *,
        order: int,
        discount: float,
        taste: Mapping[str, float] | None = None,
    ) -> None:
        """stream: token ids, each text between BEGIN and END; vocabulary[BEGIN] and [END] stand for no text.

        taste: by token, how many times likelier it is than the texts alone make it.
        """
        if not 2 <= order <= 8 or not 0 < discount < 1:
            raise ValueError("order must be 2 to 8 and discount between 0 and 1")
        self.order, self.discount = order, discount
        self._vocabulary, self._stream, self._prompts = list(vocabulary), list(stream), list(prompts)
        self._ids = {token: index for index, token in enumerate(self._vocabulary) if index > END}
        self.taste = dict(taste or {})
        if not all(0 < factor < math.inf for factor in self.taste.values()):
            raise ValueError("a taste is made of factors above 0")
        self._factors = {self._ids[token]: factor for token, factor in self.taste.items() if token in self._ids}
        self._positions, self._keys = _sorted_index(self._stream, order)
        self._unigrams = self._tasted(Counter(token for token in self._stream if token != BEGIN))
        self._predicted = sum(self._unigrams.values())
        self._map_documents()
        self._seen: dict[tuple[int, ...], _Followers | None] = {}

    @classmethod
    def train(
        cls,
        texts: Iterable[str | tuple[str, str]],
        *,
        order: int = 5,
        discount: float = 0.75,
        progress: Callable[[float], None] | None = None,
        taste: Mapping[str, float] | None = None,
    ) -> Self:
        """Learn from texts, or from (prompt, text) pairs: the prompts tell which texts are about what.

        progress: called with the share done, from above 0 to 1, once per text. taste: see __init__.
        """
        rows = [("", text) if isinstance(text, str) else text for text in texts]
        vocabulary = {"": BEGIN, "\0end": END}
        stream: list[int] = []
        for number, (_, text) in enumerate(rows, start=1):
            _learn(text, vocabulary, stream)
            if progress is not None:
                progress(number / len(rows))
        prompts = [prompt for prompt, _ in rows]
        return cls(list(vocabulary), stream, prompts, order=order, discount=discount, taste=taste)

    def with_rows(self, rows: Iterable[tuple[str, str]]) -> Self:
        """A model that knows these (prompt, text) pairs too. It sorts everything anew: 0.2 s for 100,000 words."""
        vocabulary = {token: index for index, token in enumerate(self._vocabulary)}
        stream, prompts = list(self._stream), list(self._prompts)
        for prompt, text in rows:
            _learn(text, vocabulary, stream)
            prompts.append(prompt)
        return type(self)(list(vocabulary), stream, prompts, order=self.order, discount=self.discount, taste=self.taste)

    def with_taste(self, taste: Mapping[str, float]) -> Self:
        """The same texts, weighed by another taste."""
        return type(self)(
            self._vocabulary, self._stream, self._prompts, order=self.order, discount=self.discount, taste=taste
        )

    def rows(self) -> list[tuple[str, str]]:
        """The (prompt, text) pairs that it knows."""
        texts = (
            "".join(map(self._vocabulary.__getitem__, self._stream[start + 1 : end - 1]))
            for start, end in self._spans()
        )
        return list(zip(self._prompts, texts, strict=True))

    def _spans(self) -> list[tuple[int, int]]:
        starts = [index for index, token in enumerate(self._stream) if token == BEGIN]
        return list(zip(starts, [*starts[1:], len(self._stream)], strict=False))

    # Reading the index

    def _map_documents(self) -> None:
        spans = self._spans()
        self._lengths = [end - start - 2 for start, end in spans]
        self._document_of = [document for document, (start, end) in enumerate(spans) for _ in range(start, end)]
        self._topics = [_words(text) | _words(prompt) for prompt, text in self.rows()]

    def _tasted(self, counts: Mapping[int, float]) -> dict[int, float]:
        """Counts with the taste in them."""
        return {token: count * self._factors.get(token, 1.0) for token, count in counts.items()}

    def _range(self, context: Sequence[int]) -> tuple[int, int]:
        """Where the occurrences of a context (1 to order - 1 tokens) lie in the index."""
        packed = 0
        for token in context:
            packed = (packed << ID_BITS) | token
        shift = ID_BITS * (self.order - len(context))
        low = bisect_left(self._keys, packed << shift)
        return low, bisect_left(self._keys, (packed + 1) << shift, low)

    def _followers(self, context: tuple[int, ...]) -> _Followers | None:
        """Exact counts of what followed a context; None when it never occurred."""
        if context not in self._seen:
            low, high = self._range(context)
            shift, mask = ID_BITS * (self.order - len(context) - 1), (1 << ID_BITS) - 1
            counts = Counter((key >> shift) & mask for key in self._keys[low:high])
            weights = self._tasted(counts)
            likeliest = max(weights, key=weights.__getitem__) if weights else END
            total = sum(weights.values()) if self._factors else high - low
            self._seen[context] = _Followers(weights, total, likeliest) if weights else None
        return self._seen[context]

    # Scoring

    def _probability(self, history: tuple[int, ...], token: int | None) -> tuple[float, int]:
        """Probability of a token (None: not in the vocabulary) and the likeliest token here."""
        slots = len(self._vocabulary)  # every token but BEGIN, and one slot for all unknown tokens
        known = self._unigrams.get(token, 0.0) if token is not None else 0.0
        probability = (known + UNSEEN) / (self._predicted + UNSEEN * slots)
        likeliest = END
        for size in range(1, min(self.order - 1, len(history)) + 1):
            followers = self._followers(history[-size:])
            if followers is None:
                break
            count = followers.weights.get(token, 0.0) if token is not None else 0.0
            spread = self._discounted(followers) * probability
            probability = (max(count - self.discount, 0.0) + spread) / followers.total
            likeliest = followers.likeliest
        return probability, likeliest

    def _discounted(self, followers: _Followers) -> float:
        """What is taken from the counts of a context in all; a weight below the discount gives only itself."""
        if not self._factors:
            return self.discount * len(followers.weights)
        return sum(min(weight, self.discount) for weight in followers.weights.values())

    def evaluate(self, text: str, *, max_tokens: int | None = None) -> Evaluation:
        """Predict a text token by token, its end included. max_tokens: look at so many from the start."""
        wanted: list[int | None] = [*map(self._ids.get, tokenize(text.strip())), END][:max_tokens]
        history: tuple[int, ...] = (BEGIN,)
        total, correct = 0.0, 0
        for token in wanted:
            probability, likeliest = self._probability(history, token)
            total += math.log(probability)
            correct += token == likeliest
            history = (*history, token)[1 - self.order :] if token is not None else ()
        return Evaluation(total, len(wanted), correct)

    def log_probability(self, text: str) -> float:
        """Natural logarithm of the probability of a whole text, its end included."""
        return self.evaluate(text).log_probability

    def perplexity(self, text: str) -> float:
        """Perplexity per token; lower means that the text is more like the training texts."""
        evaluation = self.evaluate(text)
        return math.exp(-evaluation.log_probability / evaluation.tokens)

    # Writing

    def relevance(self, prompt: str) -> list[float]:
        """How related each training text is to a prompt, 0 to 1; the most related has 1 unless none is.

        Shared words, weighted by how rare they are among the texts (Sparck Jones 1972), squared to sharpen.
        """
        asked = _words(prompt)
        frequency = Counter(word for words in self._topics for word in words & asked)
        rarity = {word: math.log(len(self._topics) / count) for word, count in frequency.items()}
        scores = [math.fsum(rarity[word] for word in sorted(words & asked)) for words in self._topics]
        best = max(scores, default=0.0)
        return [(score / best) ** 2 if best else 0.0 for score in scores]

    def generate(
        self,
        prompt: str,
        *,
        seed: int | None = None,
        temperature: float = 1.0,
        max_tokens: int = 1024,
        stop: Sequence[str] = (),
    ) -> Generation:
        """Write a text as the author might on the prompt's subject; equal arguments give equal texts.

        temperature: 0 takes the likeliest way on, whatever the seed; 1 follows the counts; 2 wanders. The text ends
        near a length drawn from the lengths of related training texts, or at max_tokens, or before a stop string.
        """
        rng = random.Random(seed if temperature else 0)
        return _Writer(self, prompt, rng, temperature).write(max_tokens, [ending for ending in stop if ending])

    # Keeping

    def to_bytes(self) -> bytes:
        """Compressed JSON; the training texts can be read back from it, so it is as private as they are."""
        content = {
            "format": FORMAT,
            "order": self.order,
            "discount": self.discount,
            "vocabulary": self._vocabulary,
            "stream": self._stream,
            "prompts": self._prompts,
            "taste": self.taste,
        }
        return zlib.compress(json.dumps(content, separators=(",", ":")).encode(), level=6)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote. Raises ValueError for anything else."""
        try:
            unpacker = zlib.decompressobj()
            loaded = json.loads(unpacker.decompress(content, MAX_MODEL_BYTES))
            vocabulary, stream = loaded["vocabulary"], loaded["stream"]
            if loaded["format"] != FORMAT or not all(0 <= token < len(vocabulary) for token in stream):
                raise ValueError(loaded["format"])
            taste = {token: float(factor) for token, factor in loaded.get("taste", {}).items()}
            order, discount = loaded["order"], loaded["discount"]
            return cls(vocabulary, stream, loaded["prompts"], order=order, discount=discount, taste=taste)
        except (zlib.error, ValueError, KeyError, TypeError, IndexError, AttributeError) as err:
            raise ValueError("not an n-gram model") from err


def _learn(text: str, vocabulary: dict[str, int], stream: list[int]) -> None:
    """Append one text to a stream, its new tokens to the vocabulary."""
    stream.append(BEGIN)
    stream.extend(vocabulary.setdefault(token, len(vocabulary)) for token in tokenize(text.strip()))
    stream.append(END)


def _sorted_index(stream: Sequence[int], order: int) -> tuple[list[int], list[int]]:
    """Positions of the stream ordered by the `order` tokens that start there, and those tokens packed in one int."""
    keys = [0] * len(stream)
    top, key = ID_BITS * (order - 1), 0
    for position in range(len(stream) - 1, -1, -1):
        key = (stream[position] << top) | (key >> ID_BITS)
        keys[position] = key
    positions = sorted(range(len(stream)), key=keys.__getitem__)
    return positions, [keys[position] for position in positions]


def _opens(token: str) -> str:
    """The mark that a token opens, as OPENING names it, or ''. A plain quote opens when a blank stands before it."""
    return next((mark for mark in (token, token.strip(" ")) if mark in OPENING), "")


def _closes(token: str) -> str:
    """The mark that a token closes, or ''; `](address)` closes a bracket."""
    name = token.strip(" ")
    return next((mark for mark in (name, name[:1]) if mark in CLOSING), "")


class _Writer:
    """One text being written."""

    def __init__(self, model: NgramModel, prompt: str, rng: random.Random, temperature: float) -> None:
        self._model, self._rng, self._prompt = model, rng, prompt
        self._sharpness = 1 / max(temperature, 0.02)
        related = model.relevance(prompt)
        self._weight_of = [1 + TOPIC_WEIGHT * share for share in related]
        asked = _words(prompt) if any(related) else set()
        self._favoured = {
            index for index, token in enumerate(model._vocabulary) if token.strip().lower() in asked and len(token) > 4
        }
        self._target = rng.choices(model._lengths, weights=self._weight_of)[0] if model._lengths else 0
        self._cache: dict[tuple[int, ...], _Followers | None] = {}
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
            text += self._model._vocabulary[token]
            cuts = [cut for s in stop if (cut := text.find(s, start)) >= 0]
            if cuts:
                text, reason = text[: min(cuts)], "stop"
                break
        return Generation(text.strip(), reason, len(tokenize(self._prompt)), len(self._written) - 1)

    def _followers(self, context: tuple[int, ...]) -> _Followers | None:
        """What followed a context, occurrences in related texts counting more."""
        if context not in self._cache:
            model = self._model
            low, high = model._range(context)
            weights: dict[int, float] = {}
            for place in range(low, high, max(1, (high - low) // MAX_SCANNED)):
                position = model._positions[place]
                token = model._stream[position + len(context)]
                weights[token] = weights.get(token, 0.0) + self._weight_of[model._document_of[position]]
            weights = model._tasted(weights)
            for token in weights.keys() & self._favoured:
                weights[token] *= PROMPT_WORD_WEIGHT
            self._cache[context] = _Followers(weights, high - low, END) if weights else None
        return self._cache[context]

    def _next_token(self) -> int:
        if not self._model._lengths:
            return END
        if self._may_end() and len(self._written) > self._target:
            return END
        history = tuple(self._written[1 - self._model.order :])
        copied_on = {self._model._stream[position] for position in self._copied}
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
        last = self._model._vocabulary[self._written[-1]].strip(" ")
        return not self._open and (last in SENTENCE_ENDS or last.startswith("\n"))

    def _fits(self, token: int) -> bool:
        """Whether a token keeps brackets balanced and does not end the text far too early."""
        if token == END:
            return not self._open and len(self._written) * 2 > self._target
        if (*self._written[1 - REPEAT_LIMIT :], token) in self._runs:
            return False
        name = self._model._vocabulary[token]
        if name.startswith("\n"):
            return not self._open or len(self._written) - self._opened_at > ASIDE_TOKENS
        if _opens(name):
            return OPENING[_opens(name)] not in self._open
        return _closes(name) in ("", *self._open[-1:])

    def _choose(self, choices: dict[int, float]) -> int:
        best = max(choices.values())
        weights = [(weight / best) ** self._sharpness for weight in choices.values()]
        return self._rng.choices(list(choices), weights=weights)[0]

    def _append(self, token: int) -> None:
        stream = self._model._stream
        going_on = [position + 1 for position in self._copied if stream[position] == token]
        self._written.append(token)
        self._runs.add(tuple(self._written[-REPEAT_LIMIT:]))
        if going_on:
            self._copied, self._run = going_on, self._run + 1
        else:
            self._restart_run()
        name = self._model._vocabulary[token]
        if _opens(name):
            self._open.append(OPENING[_opens(name)])
            self._opened_at = len(self._written)
        elif name.startswith("\n"):
            self._open.clear()
        elif self._open and _closes(name) == self._open[-1]:
            self._open.pop()

    def _restart_run(self) -> None:
        for size in range(min(self._model.order - 1, len(self._written)), 0, -1):
            low, high = self._model._range(self._written[-size:])
            if high > low:
                step = max(1, (high - low) // MAX_SCANNED)
                places = self._model._positions[low:high:step]
                self._copied, self._run = [position + size for position in places], size
                return
        self._copied, self._run = [], 0
