"""What people read of a comparison: the outcome in plain words, and nothing that Slack refuses or that rings a bell."""

from typing import Any

import pytest

from bot.features.baseline.views import TEMPLATES
from sandbox.rules.messages import check_blocks
from tests.fakes.bot_process import words_of

HOSTILE = "<!channel> *bold* `code` <@U1> " * 60


def outcome(right: int, fooled: int, unsure: int, *, is_worth: bool, by_chance: float) -> str:
    facts = {
        "baseline_id": 1,
        "handle": "founder",
        "owner": "U0OWNER",
        "judges": ["U0OWNER", "U0EDITOR"],
        "dataset_id": 1,
        "right": right,
        "answers": right + fooled + unsure,
        "fooled": fooled,
        "unsure": unsure,
        "by": None,
        "reason": None,
        "by_chance": by_chance,
        "is_worth_training": is_worth,
        "bill_microusd": 100,
    }
    return words_of(TEMPLATES["baseline.result"](facts).payload())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (outcome(11, 1, 0, is_worth=True, by_chance=0.003), "told the draft from the real post in 11 of 12 cases. *Tr"),
        (outcome(9, 2, 1, is_worth=False, by_chance=0.073), "in 9 of 12 cases, which may be chance. *Training may not"),
        (outcome(4, 6, 2, is_worth=False, by_chance=0.93), "for real in 6 of 12 cases and couldn't tell in 2. *Tr"),
        (outcome(4, 6, 2, is_worth=False, by_chance=0.93), "in 93 of 100 tries. So few answers don't show that"),
        (outcome(12, 0, 0, is_worth=True, by_chance=0.0002), "less than 1 of 100 tries. Owners may remember"),
    ],
)
def test_the_outcome_says_what_was_found_and_how_sure_it_is(words: str, said: str) -> None:
    assert said in words


def pair(**more: Any) -> dict[str, Any]:
    known = {"baseline_id": 1, "number": 2, "place": 1, "pairs": 6, "prompt": HOSTILE, "a": HOSTILE, "b": HOSTILE}
    return known | {"guess": None, "is_open": True, "real": None} | more


@pytest.mark.parametrize("facts", [pair(), pair(guess="unsure"), pair(is_open=False, real="B", guess="A")])
def test_a_pair_of_any_texts_fits_slack_and_calls_nobody(facts: dict[str, Any]) -> None:
    payload = TEMPLATES["baseline.pair"](facts).payload()
    check_blocks(payload["blocks"])
    assert "<!channel>" not in words_of(payload) and "<@U1>" not in words_of(payload)
    assert ("baseline.guess" in str(payload)) == facts["is_open"]
