"""What people read of the ways to the next version: short enough for Slack, and without trade words."""

from typing import get_args

import pytest

from bot.courses import Closed, Way
from bot.readiness import MIN_TRAIN_EXAMPLES
from bot.slack.course_words import FEWEST, auto_words, closed_words, course_meaning, course_words
from bot.versions import and_what_came_of_them
from pipeline.domain.spending import Price
from pipeline.domain.training import TuningJobId, VoiceModel, VoiceModelId
from pipeline.domain.voices import VoiceId
from pipeline.estimate import training_cost
from tests.fakes.money_bench import NOW, price

OPTION_CHARS = 75  # of a select's option


@pytest.mark.parametrize("why", get_args(Closed))
def test_every_closed_way_says_what_to_do_in_words_of_its_own(why: str) -> None:
    said = closed_words(why, "openai", "gpt-4.1-mini-2025-04-14", version=2, pairs=7)
    others = {closed_words(one, "p", "b", version=2, pairs=7) for one in get_args(Closed) if one != why}
    assert said not in others and len(said) <= 150
    assert any(word in said.lower() for word in ("train on", "take", "choose"))


@pytest.mark.parametrize("way", get_args(Way))
def test_a_way_fits_an_option_and_has_no_trade_words(way: str) -> None:
    said = f"Auto: {course_words(way, version=12, pairs=12_345)}"
    assert len(said) <= OPTION_CHARS
    told = said + course_meaning(way, 12) + auto_words(12_345, version=12, takes_pairs=True)
    assert not any(word in told.lower() for word in ("dpo", "sft", "preference", "supervised", "fine-tun"))


def test_the_least_that_is_said_is_the_least_that_is_taken() -> None:
    assert FEWEST == MIN_TRAIN_EXAMPLES


def test_pairs_cost_what_was_asked_once_at_least_and_with_either_answer_at_most() -> None:
    rate: Price = price("openai", "gpt", train_microusd_per_million=1_000_000)
    cost = training_cost(rate, train_tokens=100_000, most_train_tokens=120_000, examples=1_000, epochs=2)
    # 3 disputed marks a row less: 97,000 x 2; 100,000 x 2; 120,000 x 2
    assert (cost.low_microusd, cost.expected_microusd, cost.high_microusd) == (194_000, 200_000, 240_000)


def model(version: int, parent: int | None) -> VoiceModel:
    ids = VoiceModelId(version), VoiceId(1), version, TuningJobId(version)
    return VoiceModel(*ids, "private", "small", f"ft:{version}", "trial", NOW, parent_version=parent)


def test_what_went_on_from_a_version_knows_what_it_knew_through_any_number_of_steps() -> None:
    models = [model(1, None), model(2, 1), model(3, None), model(4, 2), model(5, 3)]
    assert and_what_came_of_them(models, {1}) == {1, 2, 4}
    assert and_what_came_of_them(models, {3}) == {3, 5}
    assert and_what_came_of_them(models, set()) == set()
