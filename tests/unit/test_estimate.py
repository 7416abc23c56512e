"""What training and drafting would cost."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import DocumentId, ExampleId, Split
from pipeline.domain.prepared import Example
from pipeline.domain.spending import Billing, OwnError, Price, Range
from pipeline.estimate import Workload, default_epochs, drafting_cost, estimate, training_cost, workload
from pipeline.report import dollars

DAVINCI = Price(
    provider="openai",
    base="davinci",
    train_microusd_per_million=30_000_000,  # $0.03 per 1,000
    input_microusd_per_million=120_000_000,
    output_microusd_per_million=120_000_000,
    source="the vendor's page of 2023",
    as_of=date(2026, 11, 21),
    context_tokens=2048,
    encoding="o200k_base",
)
NEAR = replace(DAVINCI, encoding_is_exact=False)
TOKENS = st.integers(0, 50_000_000)
prices = st.sampled_from([DAVINCI, NEAR, replace(DAVINCI, train_microusd_per_million=1)])


def test_the_example_costs_eight_dollars_eighty() -> None:
    cost = training_cost(DAVINCI, train_tokens=73_333, examples=87, epochs=4)
    assert cost.expected_microusd == 8_799_960  # 73,333 * 4 * 30
    assert dollars(cost.expected_microusd) == "$8.80"
    assert cost.low_microusd == (73_333 - 3 * 87) * 4 * 30
    assert cost.high_microusd == 8_800_000


def test_a_near_tokenizer_widens_the_range_by_eight_percent() -> None:
    cost = training_cost(NEAR, train_tokens=100_000, examples=0, epochs=1)
    assert (cost.low_microusd, cost.expected_microusd, cost.high_microusd) == (2_760_000, 3_000_000, 3_240_000)


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [(4, 25), (5, 20), (10, 10), (20, 5), (33, 3), (50, 3), (8_333, 3), (8_334, 2), (12_500, 2), (25_000, 1), (0, 3)],
)
def test_epochs_follow_the_cookbook(examples: int, epochs: int) -> None:
    assert default_epochs(examples) == epochs


@given(prices, TOKENS, st.integers(0, 10_000), st.integers(1, 25))
def test_low_expected_high_are_in_order(price: Price, tokens: int, examples: int, epochs: int) -> None:
    cost = training_cost(price, train_tokens=tokens, examples=examples, epochs=epochs)
    assert 0 <= cost.low_microusd <= cost.expected_microusd <= cost.high_microusd


@given(prices, TOKENS, TOKENS, st.integers(0, 10_000), st.integers(1, 25))
def test_more_tokens_never_cost_less(price: Price, one: int, other: int, examples: int, epochs: int) -> None:
    fewer, more = (training_cost(price, train_tokens=n, examples=examples, epochs=epochs) for n in sorted((one, other)))
    assert fewer.low_microusd <= more.low_microusd
    assert fewer.expected_microusd <= more.expected_microusd
    assert fewer.high_microusd <= more.high_microusd


@given(prices, st.integers(0, 8_000), st.integers(0, 8_000), st.integers(0, 1_000), st.integers(0, 1_000))
def test_more_drafts_never_cost_less(price: Price, prompt: int, written: int, some: int, extra: int) -> None:
    work = Workload(10, 1_000, prompt, written)
    fewer = estimate(work, price, drafts_per_month=some)
    more = estimate(work, price, drafts_per_month=some + extra)
    assert fewer.drafting.high_microusd <= more.drafting.high_microusd
    assert fewer.drafting.expected_microusd <= fewer.few_shot.expected_microusd


def test_a_month_of_drafts_is_read_and_written_tokens() -> None:
    price = replace(DAVINCI, input_microusd_per_million=1_000_000, output_microusd_per_million=3_000_000)
    card = estimate(Workload(100, 50_000, prompt_tokens=50, completion_tokens=450), price, drafts_per_month=40)
    assert card.drafting.expected_microusd == 40 * (50 * 1 + 450 * 3)
    assert card.few_shot.expected_microusd == 40 * ((50 + 5 * 500) * 1 + 450 * 3)
    assert card.epochs == 3


def test_epochs_can_be_chosen() -> None:
    assert estimate(Workload(100, 50_000, 50, 450), DAVINCI, epochs=1).epochs == 1


def _row(split: Split, tokens: int) -> Example:
    return Example(ExampleId("e"), DocumentId("d"), "s" * 10, "p" * 10, "c" * 80, split, tokens, 10)


def test_only_training_rows_are_billed_and_at_most_the_context() -> None:
    work = workload([_row("train", 100), _row("train", 9_000), _row("test", 400)], context_tokens=1_000)
    assert (work.examples, work.train_tokens) == (2, 1_100)
    assert work.row_tokens == 500  # (100 + 1,000 + 400) / 3
    assert work.prompt_tokens == 100  # a fifth of the characters


def test_an_empty_set_costs_nothing() -> None:
    card = estimate(workload([], context_tokens=1_000), DAVINCI)
    assert (card.training.high_microusd, card.drafting.high_microusd, card.few_shot.high_microusd) == (0, 0, 0)


@pytest.mark.parametrize(
    ("microusd", "shown"),
    [(0, "$0.00"), (4_999, "under $0.01"), (5_000, "$0.01"), (8_799_960, "$8.80"), (1_234_567_890, "$1,234.57")],
)
def test_dollars_are_shown_to_the_cent(microusd: int, shown: str) -> None:
    assert dollars(microusd) == shown


BILLINGS = st.builds(
    Billing,
    validation=st.sampled_from([None, True, False]),
    packed_tokens=st.sampled_from([0, 1, 100, 8_192]),
    least_microusd=st.sampled_from([0, 4_000_000]),
)


def test_validation_is_billed_where_the_provider_bills_it() -> None:
    billed = replace(DAVINCI, billing=Billing(validation=True))
    cost = training_cost(billed, train_tokens=1_000, validation_tokens=100, examples=0, epochs=3)
    assert cost.expected_microusd == 1_100 * 3 * 30
    free = replace(DAVINCI, billing=Billing(validation=False))
    cost = training_cost(free, train_tokens=1_000, validation_tokens=100, examples=0, epochs=3)
    assert (cost.expected_microusd, cost.high_microusd) == (90_000, 90_000)


def test_where_nobody_entered_whether_validation_is_billed_only_the_high_end_has_it() -> None:
    cost = training_cost(DAVINCI, train_tokens=1_000, validation_tokens=1_000, examples=0, epochs=1)
    assert (cost.low_microusd, cost.expected_microusd, cost.high_microusd) == (30_000, 30_000, 60_000)


def test_packed_rows_are_billed_by_whole_sequences() -> None:
    packed = replace(DAVINCI, billing=Billing(validation=False, packed_tokens=1_000))
    cost = training_cost(packed, train_tokens=2_500, examples=4, epochs=1)
    assert cost.expected_microusd == 3_000 * 30
    assert cost.high_microusd == 4_000 * 30  # four rows, each in a sequence of its own: fewer than twice the tokens


def test_a_run_costs_at_least_the_least() -> None:
    least = replace(DAVINCI, billing=Billing(validation=False, least_microusd=4_000_000))
    cost = training_cost(least, train_tokens=1_000, examples=10, epochs=1)
    assert (cost.low_microusd, cost.expected_microusd, cost.high_microusd) == (4_000_000, 4_000_000, 4_000_000)
    assert training_cost(least, train_tokens=0, examples=0, epochs=1).high_microusd == 0


@given(prices, BILLINGS, TOKENS, TOKENS, st.integers(0, 10_000), st.integers(1, 24))
def test_however_a_provider_bills_the_range_is_in_order_and_grows_with_tokens_and_passes(
    price: Price, billing: Billing, tokens: int, more: int, examples: int, epochs: int
) -> None:
    billed = replace(price, billing=billing)

    def cost(train: int, validation: int, passes: int) -> Range:
        return training_cost(billed, train_tokens=train, validation_tokens=validation, examples=examples, epochs=passes)

    usual = cost(tokens, tokens // 9, epochs)
    assert 0 <= usual.low_microusd <= usual.expected_microusd <= usual.high_microusd
    for dearer in (
        cost(tokens + more, tokens // 9, epochs),
        cost(tokens, tokens // 9 + more, epochs),
        cost(tokens, tokens // 9, epochs + 1),
    ):
        assert usual.low_microusd <= dearer.low_microusd
        assert usual.expected_microusd <= dearer.expected_microusd
        assert usual.high_microusd <= dearer.high_microusd


@given(prices, st.integers(0, 8_000), st.integers(0, 8_000), st.integers(0, 1_000))
def test_a_month_of_drafts_is_in_order(price: Price, prompt: int, written: int, drafts: int) -> None:
    month = drafting_cost(price, prompt_tokens=prompt, completion_tokens=written, drafts=drafts)
    assert 0 <= month.low_microusd <= month.expected_microusd <= month.high_microusd


def test_past_errors_widen_the_card() -> None:
    off = OwnError(5, Fraction(-1, 10), Fraction(1, 10))
    work = Workload(100, 50_000, 50, 450)
    plain, learned = estimate(work, DAVINCI, epochs=1), estimate(work, DAVINCI, epochs=1, past=off)
    assert learned.training.expected_microusd == plain.training.expected_microusd
    assert learned.training.high_microusd == plain.training.high_microusd * 11 // 10
    assert learned.own_error == off
