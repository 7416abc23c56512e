"""What training would cost and what a month of drafts costs afterwards; whole micro-dollars, no floats."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pipeline.domain.prepared import Example
from pipeline.domain.spending import Estimate, Price, Range

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


@dataclass(frozen=True, slots=True)
class Workload:
    """What a price is applied to.

    examples, train_tokens: rows that are trained on and their billed tokens.
    prompt_tokens, completion_tokens: of an average row, what one draft reads and writes.
    """

    examples: int
    train_tokens: int
    prompt_tokens: int
    completion_tokens: int

    @property
    def row_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


def workload(examples: Iterable[Example], *, context_tokens: int) -> Workload:
    """Sum up a dataset. Rows over the context are cut by the provider, so they are billed at the context's size."""
    rows = train_rows = train_tokens = tokens = prompts = 0
    for row in examples:
        billed = min(row.tokens, context_tokens)
        rows, tokens, prompts = rows + 1, tokens + billed, prompts + _prompt_share(row, context_tokens)
        if row.split == "train":
            train_rows, train_tokens = train_rows + 1, train_tokens + billed
    average, prompt = _up(Fraction(tokens, max(1, rows))), _up(Fraction(prompts, max(1, rows)))
    return Workload(train_rows, train_tokens, prompt, max(0, average - prompt))


def default_epochs(examples: int) -> int:
    """Passes over the rows that a provider's "auto" makes, about: small sets are read more often."""
    if examples <= 0:
        return TARGET_EPOCHS
    if examples * TARGET_EPOCHS < MIN_TARGET_EXAMPLES:
        return min(MAX_DEFAULT_EPOCHS, MIN_TARGET_EXAMPLES // examples)
    if examples * TARGET_EPOCHS > MAX_TARGET_EXAMPLES:
        return max(MIN_DEFAULT_EPOCHS, MAX_TARGET_EXAMPLES // examples)
    return TARGET_EPOCHS


def training_cost(price: Price, *, train_tokens: int, examples: int, epochs: int) -> Range:
    """low: the shorter way of counting a row, and a near tokenizer that counts too much; high: the opposite,
    rounded up to a whole cent, as bills are."""
    error = Fraction(0) if price.encoding_is_exact else NEAR_TOKENIZER_ERROR
    fewest = Fraction(max(0, train_tokens - DISPUTED_ROW_TOKENS * examples)) * (1 - error)
    most = Fraction(train_tokens) * (1 + error)
    rate = price.train_microusd_per_million
    return Range(
        low_microusd=int(_microusd(fewest * epochs, rate)),
        expected_microusd=_up(_microusd(Fraction(train_tokens * epochs), rate)),
        high_microusd=_up(_microusd(most * epochs, rate) / MICROUSD_PER_CENT) * MICROUSD_PER_CENT,
    )


def draft_cost(price: Price, *, prompt_tokens: int, completion_tokens: int) -> Fraction:
    """Micro-dollars of one draft, not rounded: a single draft may cost less than one."""
    read = _microusd(Fraction(prompt_tokens), price.input_microusd_per_million)
    return read + _microusd(Fraction(completion_tokens), price.output_microusd_per_million)


def estimate(
    work: Workload, price: Price, *, drafts_per_month: int = DRAFTS_PER_MONTH, epochs: int | None = None
) -> Estimate:
    """The whole card. epochs: None takes what "auto" would; the few-shot prompt holds FEW_SHOT_POSTS whole rows."""
    passes = default_epochs(work.examples) if epochs is None else epochs
    draft = draft_cost(price, prompt_tokens=work.prompt_tokens, completion_tokens=work.completion_tokens)
    few_shot_prompt = work.prompt_tokens + FEW_SHOT_POSTS * work.row_tokens
    few_shot = draft_cost(price, prompt_tokens=few_shot_prompt, completion_tokens=work.completion_tokens)
    return Estimate(
        provider=price.provider,
        base=price.base,
        examples=work.examples,
        train_tokens=work.train_tokens,
        epochs=passes,
        training=training_cost(price, train_tokens=work.train_tokens, examples=work.examples, epochs=passes),
        drafts_per_month=drafts_per_month,
        drafting_microusd=_up(draft * drafts_per_month),
        few_shot_microusd=_up(few_shot * drafts_per_month),
        price_source=price.source,
        price_as_of=price.as_of,
        encoding_is_exact=price.encoding_is_exact,
        shutdown_on=price.shutdown_on,
    )


def _prompt_share(row: Example, context_tokens: int) -> int:
    """A row's tokens before its completion, told by characters: only the row's total was counted."""
    before = len(row.system) + len(row.prompt)
    tokens = min(row.tokens, context_tokens)
    return tokens * before // max(1, before + len(row.completion))


def _microusd(tokens: Fraction, microusd_per_million: int) -> Fraction:
    return tokens * microusd_per_million / TOKENS_PER_RATE


def _up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)
