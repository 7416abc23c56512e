"""Preferences for the built-in model: which words people choose when they choose between two answers."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from modelserver.engine import Preference, Report, Step, TrainingPlan
from modelserver.records import Metrics
from pipeline.ngram import NgramModel
from pipeline.ngram_tokens import tokenize

RATE: Final = 0.3  # so that a word that a third of 100 pairs turn on gets near its bound in three passes
STRONGEST: Final = math.log(4)  # no word becomes more than four times as likely, or as unlikely, as it was
LEAST_PAIRS: Final = 2  # a word that one pair turns on may be an accident
PER_WORDS: Final = 100  # they are counted per so many: a longer answer is not a better one
MAX_REPORTS: Final = 100

Words = Mapping[str, float]  # token -> how much oftener it stands in the preferred answer


def learn_taste(
    before: NgramModel,
    pairs: Sequence[Preference],
    held_out: Sequence[Preference],
    plan: TrainingPlan,
    folder: Path,
    report: Callable[[Report], None],
    tokens: int,
) -> None:
    """DPO (Rafailov et al. 2023) for a model whose answers gain and lose by their words alone.

    How far an answer gained on what the model wrote before is the sum of its words' weights; what they are divided by
    is left out, as it is nearly the same for both answers.
    """
    compared, measured = [_words(pair) for pair in pairs], [_words(pair) for pair in held_out]
    seen = Counter(word for words in compared for word in words)
    compared = [{word: more for word, more in words.items() if seen[word] >= LEAST_PAIRS} for words in compared]
    weights: dict[str, float] = {}
    batches = max(1, -(-len(compared) // plan.batch_size))
    steps = batches * plan.n_epochs
    stride = max(1, steps // MAX_REPORTS)
    for step, batch in enumerate(_order(compared, plan), start=1):
        loss, right = _measured(weights, batch, plan.beta)
        _learn(weights, batch, plan)
        ends_epoch = step % batches == 0
        if not ends_epoch and step % stride:
            continue
        metrics = Metrics(step=step, train_loss=loss, train_mean_token_accuracy=right)
        if measured:
            loss, right = _measured(weights, measured, plan.beta)
            whole = {"full_valid_loss": loss, "full_valid_mean_token_accuracy": right} if ends_epoch else {}
            metrics = metrics.model_copy(
                update={"valid_loss": loss, "valid_mean_token_accuracy": right, **whole},
            )
        kept = _keep(before, weights, folder, step) if ends_epoch else None
        report(Step(metrics, steps, kept, tokens * step // steps))


def _words(pair: Preference) -> Words:
    """Words that both answers have as often are not among them."""
    preferred, rejected = _counted(pair.preferred), _counted(pair.rejected)
    long, other = max(1, preferred.total()), max(1, rejected.total())
    more = {word: PER_WORDS * (preferred[word] / long - rejected[word] / other) for word in preferred | rejected}
    return {word: share for word, share in more.items() if share}


def _counted(text: str) -> Counter[str]:
    return Counter(token for token in tokenize(text) if any(map(str.isalpha, token)))


def _order(compared: Sequence[Words], plan: TrainingPlan) -> list[list[Words]]:
    """The pairs of each step."""
    order = []
    for epoch in range(plan.n_epochs):
        shuffled = list(compared)
        random.Random(f"{plan.seed}/{epoch}").shuffle(shuffled)
        order += [shuffled[first : first + plan.batch_size] for first in range(0, len(shuffled), plan.batch_size)]
    return order


def _margin(weights: Mapping[str, float], words: Words, beta: float) -> float:
    return beta * math.fsum(weights.get(word, 0.0) * more for word, more in words.items())


def _measured(weights: Mapping[str, float], batch: Sequence[Words], beta: float) -> tuple[float, float]:
    """Loss in nats, and the share of pairs whose preferred answer has gained."""
    margins = [_margin(weights, words, beta) for words in batch]
    loss = math.fsum(math.log1p(math.exp(-margin)) for margin in margins) / len(margins)
    return round(loss, 5), round(sum(margin > 0 for margin in margins) / len(margins), 5)


def _learn(weights: dict[str, float], batch: Sequence[Words], plan: TrainingPlan) -> None:
    doubts = [1 / (1 + math.exp(_margin(weights, words, plan.beta))) for words in batch]
    pace = RATE * plan.learning_rate_multiplier * plan.beta
    for words, doubt in zip(batch, doubts, strict=True):
        for word, more in words.items():
            moved = weights.get(word, 0.0) + pace * doubt * more
            weights[word] = min(STRONGEST, max(-STRONGEST, moved))


def _keep(before: NgramModel, weights: Mapping[str, float], folder: Path, step: int) -> str:
    """The model before, with its taste and the new one in it."""
    taste = dict(before.taste)
    for word, weight in weights.items():
        taste[word] = taste.get(word, 1.0) * math.exp(weight)
    name = f"{step}.ngram"
    (folder / name).write_bytes(before.with_taste(taste).to_bytes())
    return name
