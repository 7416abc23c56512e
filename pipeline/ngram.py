"""A small n-gram model of one person's writing: trained in a second, exact, deterministic.

Every order up to `order` is read from one sorted index of the training text (Nagao and Mori 1994), so nothing is
counted ahead. Probabilities are interpolated with absolute discounting (Ney, Essen and Kneser 1994). Tokens keep
their own leading space, so that joining them rebuilds the text: quotes, casing and paragraphs need no rules.
"""

from __future__ import annotations

import json
import math
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from pipeline.ngram_index import BEGIN, END, Followers, NgramIndex, learn
from pipeline.ngram_tokens import tokenize, words
from pipeline.ngram_writing import Generation, Writer

FORMAT: Final = "understudy-ngram/1"
MAX_MODEL_BYTES: Final = 1 << 30  # unpacked; a model of 180,000 words is about 1.5 MB
UNSEEN: Final = 0.5  # pseudo-count of each token of the vocabulary, and of all unknown tokens together


@dataclass(frozen=True)
class Evaluation:
    """How well a text was predicted. log_probability: natural logarithm, summed over `tokens`."""

    log_probability: float
    tokens: int
    correct: int


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
        """vocabulary, stream, taste: as of NgramIndex. prompts: by text."""
        if not 2 <= order <= 8 or not 0 < discount < 1:
            raise ValueError("order must be 2 to 8 and discount between 0 and 1")
        self.order, self.discount, self.taste = order, discount, dict(taste or {})
        self.index, self._prompts = NgramIndex(vocabulary, stream, order, self.taste), list(prompts)
        self._unigrams = self.index.unigrams()
        self._predicted = sum(self._unigrams.values())
        self._topics = [words(text) | words(prompt) for prompt, text in self.rows()]

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
            learn(text, vocabulary, stream)
            if progress is not None:
                progress(number / len(rows))
        prompts = [prompt for prompt, _ in rows]
        return cls(list(vocabulary), stream, prompts, order=order, discount=discount, taste=taste)

    def with_rows(self, rows: Iterable[tuple[str, str]]) -> Self:
        """A model that knows these (prompt, text) pairs too. It sorts everything anew: 0.2 s for 100,000 words."""
        vocabulary = {token: index for index, token in enumerate(self.index.vocabulary)}
        stream, prompts = list(self.index.stream), list(self._prompts)
        for prompt, text in rows:
            learn(text, vocabulary, stream)
            prompts.append(prompt)
        return type(self)(list(vocabulary), stream, prompts, order=self.order, discount=self.discount, taste=self.taste)

    def with_taste(self, taste: Mapping[str, float]) -> Self:
        """The same texts, weighed by another taste."""
        return type(self)(
            self.index.vocabulary,
            self.index.stream,
            self._prompts,
            order=self.order,
            discount=self.discount,
            taste=taste,
        )

    def rows(self) -> list[tuple[str, str]]:
        """The (prompt, text) pairs that it knows."""
        return list(zip(self._prompts, self.index.texts(), strict=True))

    # Scoring

    def _probability(self, history: tuple[int, ...], token: int | None) -> tuple[float, int]:
        """Probability of a token (None: not in the vocabulary) and the likeliest token here."""
        slots = len(self.index.vocabulary)  # every token but BEGIN, and one slot for all unknown tokens
        known = self._unigrams.get(token, 0.0) if token is not None else 0.0
        probability = (known + UNSEEN) / (self._predicted + UNSEEN * slots)
        likeliest = END
        for size in range(1, min(self.order - 1, len(history)) + 1):
            followers = self.index.followers(history[-size:])
            if followers is None:
                break
            count = followers.weights.get(token, 0.0) if token is not None else 0.0
            spread = self._discounted(followers) * probability
            probability = (max(count - self.discount, 0.0) + spread) / followers.total
            likeliest = followers.likeliest
        return probability, likeliest

    def _discounted(self, followers: Followers) -> float:
        """What is taken from the counts of a context in all; a weight below the discount gives only itself."""
        if not self.index.factors:
            return self.discount * len(followers.weights)
        return sum(min(weight, self.discount) for weight in followers.weights.values())

    def evaluate(self, text: str, *, max_tokens: int | None = None) -> Evaluation:
        """Predict a text token by token, its end included. max_tokens: look at so many from the start."""
        wanted: list[int | None] = [*map(self.index.ids.get, tokenize(text.strip())), END][:max_tokens]
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
        asked = words(prompt)
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
        writer = Writer(self.index, prompt, self.relevance(prompt), rng, temperature)
        return writer.write(max_tokens, [ending for ending in stop if ending])

    # Keeping

    def to_bytes(self) -> bytes:
        """Compressed JSON; the training texts can be read back from it, so it is as private as they are."""
        content = {
            "format": FORMAT,
            "order": self.order,
            "discount": self.discount,
            "vocabulary": self.index.vocabulary,
            "stream": self.index.stream,
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
