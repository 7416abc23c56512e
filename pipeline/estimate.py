"""What training would cost and what a month of drafts costs afterwards; whole micro-dollars, no floats."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pipeline.domain.prepared import Example
from pipeline.domain.spending import Estimate, MachineTime, OwnError, Price, Range, TrainingSpeed
from pipeline.hosting import hosting_cost
from pipeline.machine_time import machine_cost, machine_time
from pipeline.own_error import widened

# OpenAI's cookbook, Chat_finetuning_data_prep.ipynb: the only published approximation of "auto" epochs.
TARGET_EPOCHS: Final = 3
MIN_TARGET_EXAMPLES: Final = 100
MAX_TARGET_EXAMPLES: Final = 25_000
MAX_DEFAULT_EPOCHS: Final = 25
MIN_DEFAULT_EPOCHS: Final = 1

# The cookbook adds 3 tokens to each row that one published bill did not have (amitness.com, March 2025).
DISPUTED_ROW_TOKENS: Final = 3
# How far a near tokenizer may be off, either way.
NEAR_TOKENIZER_ERROR: Final = Fraction(8, 100)
TOKENS_PER_RATE: Final = 1_000_000  # rates are per million tokens
MICROUSD_PER_CENT: Final = 10_000
DRAFTS_PER_MONTH: Final = 40  # what the cost card shows until somebody says otherwise
FEW_SHOT_POSTS: Final = 5  # posts put into the prompt of an untrained model
# A draft may be asked for shorter or longer than the texts are on average: half as long, or twice.
SHORT_DRAFT: Final = Fraction(1, 2)
LONG_DRAFT: Final = Fraction(2)
# Whole rows put into sequences one after the other leave less than half of each empty, whatever their order.
WORST_PACKING: Final = 2


@dataclass(frozen=True, slots=True)
class Workload:
    """What a price is applied to.

    examples, train_tokens: rows that are trained on and their billed tokens. validation_tokens: of the validation file.
    prompt_tokens, completion_tokens: of an average row, what one draft reads and writes. most_train_tokens: where
    billed tokens may be more than train_tokens; 0 where they are not.
    """

    examples: int
    train_tokens: int
    prompt_tokens: int
    completion_tokens: int
    validation_tokens: int = 0
    most_train_tokens: int = 0

    @property
    def row_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


def workload(examples: Iterable[Example], *, context_tokens: int) -> Workload:
    """Sum up a dataset. Rows over the context are cut by the provider, so they are billed at the context's size."""
    rows = train_rows = train_tokens = validation_tokens = tokens = prompts = 0
    for row in examples:
        billed = min(row.tokens, context_tokens)
        rows, tokens, prompts = rows + 1, tokens + billed, prompts + _prompt_share(row, context_tokens)
        if row.split == "train":
            train_rows, train_tokens = train_rows + 1, train_tokens + billed
        elif row.split == "validation":
            validation_tokens += billed
    average, prompt = _up(Fraction(tokens, max(1, rows))), _up(Fraction(prompts, max(1, rows)))
    return Workload(train_rows, train_tokens, prompt, max(0, average - prompt), validation_tokens)


def default_epochs(examples: int) -> int:
    """Passes over the rows that a provider's "auto" makes, about: small sets are read more often."""
    if examples <= 0:
        return TARGET_EPOCHS
    if examples * TARGET_EPOCHS < MIN_TARGET_EXAMPLES:
        return min(MAX_DEFAULT_EPOCHS, MIN_TARGET_EXAMPLES // examples)
    if examples * TARGET_EPOCHS > MAX_TARGET_EXAMPLES:
        return max(MIN_DEFAULT_EPOCHS, MAX_TARGET_EXAMPLES // examples)
    return TARGET_EPOCHS


@dataclass(frozen=True, slots=True)
class BilledTokens:
    """Of one pass: low <= expected <= high."""

    low: Fraction
    expected: Fraction
    high: Fraction


def billed_tokens(
    price: Price, *, train_tokens: int, validation_tokens: int, examples: int, most_train_tokens: int = 0
) -> BilledTokens:
    """low: the shorter way of counting a row, and a near tokenizer that counts too much; high: the opposite.

    Where nobody entered whether validation is billed, only the high end has it.
    """
    most = max(train_tokens, most_train_tokens)
    error = Fraction(0) if price.encoding_is_exact else NEAR_TOKENIZER_ERROR
    surely = validation_tokens if price.billing.validation else 0
    perhaps = 0 if price.billing.validation is False else validation_tokens
    return BilledTokens(
        low=Fraction(max(0, train_tokens - DISPUTED_ROW_TOKENS * examples) + surely) * (1 - error),
        expected=_filled(Fraction(train_tokens), price.billing.packed_tokens) + surely,
        high=_worst_filled(Fraction(most) * (1 + error), price.billing.packed_tokens, examples) + perhaps * (1 + error),
    )


def training_cost(
    price: Price,
    *,
    train_tokens: int,
    examples: int,
    epochs: int,
    validation_tokens: int = 0,
    most_train_tokens: int = 0,
) -> Range:
    """high is rounded up to a whole cent, as bills are. Nothing to train on costs nothing."""
    tokens = billed_tokens(
        price,
        train_tokens=train_tokens,
        validation_tokens=validation_tokens,
        examples=examples,
        most_train_tokens=most_train_tokens,
    )
    rate, least = price.train_microusd_per_million, price.billing.least_microusd if train_tokens else 0
    return Range(
        low_microusd=max(least, int(_microusd(tokens.low * epochs, rate))),
        expected_microusd=max(least, _up(_microusd(tokens.expected * epochs, rate))),
        high_microusd=_whole_cents(max(Fraction(least), _microusd(tokens.high * epochs, rate))),
    )


def draft_cost(price: Price, *, prompt_tokens: int, completion_tokens: int) -> Fraction:
    """Micro-dollars of one draft, not rounded: a single draft may cost less than one."""
    read = _microusd(Fraction(prompt_tokens), price.input_microusd_per_million)
    return read + _microusd(Fraction(completion_tokens), price.output_microusd_per_million)


def drafting_cost(price: Price, *, prompt_tokens: int, completion_tokens: int, drafts: int) -> Range:
    """A month of drafts; low and high: shorter and longer ones than the texts are, and a near tokenizer's error."""
    error = Fraction(0) if price.encoding_is_exact else NEAR_TOKENIZER_ERROR

    def month(length: Fraction, off: Fraction) -> Fraction:
        read = _microusd(Fraction(prompt_tokens), price.input_microusd_per_million)
        written = _microusd(completion_tokens * length, price.output_microusd_per_million)
        return (read + written) * off * drafts

    return Range(
        low_microusd=int(month(SHORT_DRAFT, 1 - error)),
        expected_microusd=_up(month(Fraction(1), Fraction(1))),
        high_microusd=_up(month(LONG_DRAFT, 1 + error)),
    )


def few_shot_prompt_tokens(work: Workload) -> int:
    """The request and FEW_SHOT_POSTS whole rows before it."""
    return work.prompt_tokens + FEW_SHOT_POSTS * work.row_tokens


def estimate(
    work: Workload,
    price: Price,
    *,
    drafts_per_month: int = DRAFTS_PER_MONTH,
    epochs: int | None = None,
    past: OwnError | None = None,
    speed: TrainingSpeed | None = None,
) -> Estimate:
    """The whole card. epochs: None takes what "auto" would. past: of earlier estimates at this provider.

    speed: of our own machine; None where nobody has measured it, or the provider is paid by the token.
    """
    passes = default_epochs(work.examples) if epochs is None else epochs
    time = time_of(work, passes, speed) if price.machine else None
    prompts = work.prompt_tokens, few_shot_prompt_tokens(work)
    drafting, few_shot = (
        drafting_cost(price, prompt_tokens=read, completion_tokens=work.completion_tokens, drafts=drafts_per_month)
        for read in prompts
    )
    return Estimate(
        provider=price.provider,
        base=price.base,
        examples=work.examples,
        train_tokens=work.train_tokens,
        validation_tokens=work.validation_tokens if price.billing.validation else 0,
        epochs=passes,
        training=machine_cost(price.machine, time) if price.machine else token_cost(work, price, passes, past),
        drafts_per_month=drafts_per_month,
        hosting=hosting_cost(price.hosting, drafts=drafts_per_month),
        drafting=drafting,
        few_shot=few_shot,
        price_source=price.source,
        price_as_of=price.as_of,
        encoding_is_exact=price.encoding_is_exact,
        shutdown_on=price.shutdown_on,
        own_error=None if price.machine else past,
        machine=price.machine,
        machine_time=time,
    )


def token_cost(work: Workload, price: Price, epochs: int, past: OwnError | None) -> Range:
    training = training_cost(
        price,
        train_tokens=work.train_tokens,
        validation_tokens=work.validation_tokens,
        examples=work.examples,
        epochs=epochs,
        most_train_tokens=work.most_train_tokens,
    )
    return widened(training, past)


def time_of(work: Workload, epochs: int, speed: TrainingSpeed | None) -> MachineTime | None:
    most = max(work.train_tokens, work.most_train_tokens)
    return machine_time(tokens=work.train_tokens * epochs, most_tokens=most * epochs, speed=speed)


def _prompt_share(row: Example, context_tokens: int) -> int:
    """A row's tokens before its completion, told by characters: only the row's total was counted."""
    before = len(row.system) + len(row.prompt)
    tokens = min(row.tokens, context_tokens)
    return tokens * before // max(1, before + len(row.completion))


def _microusd(tokens: Fraction, microusd_per_million: int) -> Fraction:
    return tokens * microusd_per_million / TOKENS_PER_RATE


def _filled(tokens: Fraction, packed_tokens: int) -> Fraction:
    """As many whole sequences as the tokens need."""
    return Fraction(_up(tokens / packed_tokens) * packed_tokens) if packed_tokens else tokens


def _worst_filled(tokens: Fraction, packed_tokens: int, examples: int) -> Fraction:
    """Rows that fit badly: a sequence for each, or twice the tokens, whichever is less."""
    if not packed_tokens:
        return tokens
    return max(
        _filled(tokens, packed_tokens),
        min(Fraction(examples * packed_tokens), _filled(WORST_PACKING * tokens, packed_tokens)),
    )


def _whole_cents(amount: Fraction) -> int:
    return _up(amount / MICROUSD_PER_CENT) * MICROUSD_PER_CENT


def _up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)
