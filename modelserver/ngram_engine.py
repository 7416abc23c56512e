"""The built-in engine: the small n-gram model of `pipeline.ngram`, trained in seconds without a GPU."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Final

from modelserver.engine import Conversation, Judged, Piece, Preference, Report, Row, Sampling, Step, TrainingPlan
from modelserver.ngram_taste import learn_taste
from modelserver.records import Method, Metrics
from pipeline.ngram import NgramModel
from pipeline.ngram_tokens import tokenize

MAX_REPORTS: Final = 100  # steps that are measured in one run; the others only count
MEASURED_TOKENS: Final = 400  # of one batch, for its loss
MEASURED_HELD_OUT: Final = 2000  # of the validation file, at each measured step
FIRST_DISCOUNT: Final = 0.95  # of the first epoch; each further epoch trusts the counts more
DISCOUNT_STEP: Final = 0.1  # per epoch, times the learning rate multiplier
LEAST_DISCOUNT: Final = 0.3
TURN_TOKENS: Final = 3  # counted for each message on top of its text

Pair = tuple[str, str]


class NgramEngine:
    """Epochs and learning rate lower the discount: more of them copy the training texts more closely."""

    base = "understudy-ngram"
    context_tokens = 16_384
    methods: frozenset[Method] = frozenset({"supervised", "dpo"})
    folder = None
    suffix = ".ngram"
    resumes = False  # it trains in seconds
    continues = True
    tells_probabilities = False

    def train(
        self,
        rows: Sequence[Row],
        held_out: Sequence[Row],
        plan: TrainingPlan,
        folder: Path,
        report: Callable[[Report], None],
    ) -> int:
        tokens = plan.n_epochs * sum(_count(row) for row in rows)
        if plan.method == "dpo":
            before = opened(plan.start)
            learn_taste(before, _preferences(rows), _preferences(held_out), plan, folder, report, tokens)
            return tokens
        pairs = [pair for row in rows for pair in _pairs(row)]
        random.Random(plan.seed).shuffle(pairs)
        validation = "\n\n".join(text for row in held_out for _, text in _pairs(row))
        start = opened(plan.start) if plan.start is not None else None
        _Run(pairs, validation, plan, folder, report, tokens, start).run()
        return tokens

    def load(self, path: Path | None) -> NgramChat:
        return NgramChat(opened(path))


def opened(path: Path | None) -> NgramModel:
    """A finished model; None: the base. Raises ValueError."""
    if path is not None:
        return NgramModel.from_bytes(path.read_bytes())
    text = resources.files("modelserver").joinpath("base_text.txt").read_text(encoding="utf-8")
    return NgramModel.train(part.strip() for part in text.split("\n===\n"))


class NgramChat:
    """A conversation is answered by its last user turns: what they are about decides what is written about.

    Answers that stand before them are few-shot examples: the model learns them for this one request.
    """

    def __init__(self, model: NgramModel) -> None:
        self._model = model

    def count_tokens(self, messages: Conversation) -> int:
        return _count(messages)

    def write(self, messages: Conversation, sampling: Sampling) -> Iterator[Piece]:
        """Whole: a text is written faster than it could be passed on word by word."""
        prompt = asked_last(messages)
        # Examples count as being about the request, or the base's own texts would drown them.
        shots = [(prompt, text) for _, text in _pairs(messages)]
        model = self._model.with_rows(shots) if shots else self._model
        written = model.generate(
            prompt,
            seed=sampling.seed,
            temperature=sampling.temperature,
            max_tokens=sampling.max_tokens,
            stop=sampling.stop,
        )
        yield Piece(written.text, written.completion_tokens, written.finish_reason)


def asked_last(messages: Conversation) -> str:
    """The user turns after the last answer; all of them when the conversation ends with one."""
    last = max((at for at, message in enumerate(messages) if message.role == "assistant"), default=-1)
    asked = [message.content for message in messages[last + 1 :] if message.role == "user"]
    return "\n\n".join(asked or [message.content for message in messages if message.role == "user"])


class _Run:
    """One training run. In the first epoch the model grows batch by batch, measured on each batch before it.

    start: a finished model to go on from: its texts and its taste stay, each text once, and the discount goes on
    falling from where it was.
    """

    def __init__(
        self,
        pairs: list[Pair],
        validation: str,
        plan: TrainingPlan,
        folder: Path,
        report: Callable[[Report], None],
        tokens: int,
        start: NgramModel | None,
    ) -> None:
        self._pairs, self._validation, self._plan = pairs, validation, plan
        self._folder, self._report, self._tokens = folder, report, tokens
        self._batches = max(1, -(-len(pairs) // plan.batch_size))
        self._steps = self._batches * plan.n_epochs
        read_now = {text.strip() for _, text in pairs}
        self._known = [row for row in start.rows() if row[1] not in read_now] if start else []
        self._taste = start.taste if start else {}
        self._first_discount = start.discount if start else FIRST_DISCOUNT
        self._epoch, self._learned, self._model = 1, 0, start or NgramModel.train([])

    def run(self) -> None:
        stride = max(1, self._steps // MAX_REPORTS)
        for epoch in range(1, self._plan.n_epochs + 1):
            for batch in range(self._batches):
                step = (epoch - 1) * self._batches + batch + 1
                ends_epoch = batch == self._batches - 1
                if not ends_epoch and step % stride:
                    continue
                self._learn(epoch, batch)
                metrics = self._measure(step, batch, full=ends_epoch)
                kept = self._keep(step, epoch) if ends_epoch else None
                self._report(Step(metrics, self._steps, kept, self._tokens * step // self._steps))

    def _learn(self, epoch: int, batch: int) -> None:
        """Rebuild the model when the texts seen have doubled, and once in each later epoch."""
        seen = len(self._pairs) if epoch > 1 else batch * self._plan.batch_size
        if epoch > self._epoch or seen >= 2 * max(1, self._learned):
            self._epoch, self._learned = epoch, seen
            self._model = self._trained(seen, epoch)

    def _trained(self, seen: int, epoch: int) -> NgramModel:
        rows = [*self._known, *self._pairs[:seen]]
        return NgramModel.train(rows, discount=self._discount(epoch), taste=self._taste)

    def _discount(self, epoch: int) -> float:
        lower = DISCOUNT_STEP * (epoch - 1) * self._plan.learning_rate_multiplier
        return max(LEAST_DISCOUNT, self._first_discount - lower)

    def _measure(self, step: int, batch: int, *, full: bool) -> Metrics:
        first = batch * self._plan.batch_size
        text = "\n\n".join(answer for _, answer in self._pairs[first : first + self._plan.batch_size])
        trained = self._model.evaluate(text, max_tokens=MEASURED_TOKENS)
        metrics = Metrics(
            step=step,
            train_loss=round(-trained.log_probability / trained.tokens, 5),
            train_mean_token_accuracy=round(trained.correct / trained.tokens, 5),
        )
        if not self._validation:
            return metrics
        valid = self._model.evaluate(self._validation, max_tokens=None if full else MEASURED_HELD_OUT)
        loss, accuracy = round(-valid.log_probability / valid.tokens, 5), round(valid.correct / valid.tokens, 5)
        measured = {"valid_loss": loss, "valid_mean_token_accuracy": accuracy}
        if full:
            measured |= {"full_valid_loss": loss, "full_valid_mean_token_accuracy": accuracy}
        return metrics.model_copy(update=measured)

    def _keep(self, step: int, epoch: int) -> str:
        model = self._trained(len(self._pairs), epoch)
        name = f"{step}.ngram"
        (self._folder / name).write_bytes(model.to_bytes())
        return name


def _pairs(row: Row) -> Iterator[Pair]:
    """(what was asked, what was answered) for each trained assistant turn."""
    asked: list[str] = []
    if isinstance(row, Preference | Judged):
        return
    for message in row:
        if message.role == "user":
            asked.append(message.content)
        elif message.role == "assistant" and message.trained and message.content:
            yield "\n\n".join(asked), message.content


def _preferences(rows: Sequence[Row]) -> list[Preference]:
    return [row for row in rows if isinstance(row, Preference)]


def _count(row: Row) -> int:
    """Of a pair: what was asked, once, and both answers."""
    match row:
        case Preference():
            answers = (row.preferred, row.rejected)
            return _count(row.asked) + sum(TURN_TOKENS + len(tokenize(answer)) for answer in answers)
        case Judged():
            return 0
        case _:
            return sum(TURN_TOKENS + len(tokenize(message.content)) for message in row)
