"""The cost card passes Slack's limits, mentions nobody by accident, and reads like a card."""

import json
from typing import Any

import pytest

from bot.features.costs.listeners import cost_question
from bot.features.costs.usecase import COST, CostQuestion
from bot.features.costs.views import TEMPLATES
from bot.slack.grammar import Typed
from pipeline.errors import MissingArgument

HOSTILE = "<!channel> *x* `y` <@U1> & " * 40

OFFER: dict[str, Any] = {
    "provider": "openai",
    "base": "gpt-4.1-mini-2025-04-14",
    "is_own": False,
    "epochs": 3,
    "low_microusd": 1_100_000,
    "expected_microusd": 1_221_180,
    "high_microusd": 1_230_000,
    "drafting_microusd": 310_000,
    "few_shot_microusd": 580_000,
    "source": "vendor page",
    "as_of": "2026-11-20",
    "is_exact": False,
    "shutdown_on": "2027-01-14",
    "days_left": 54,
    "age_days": 1,
    "is_stale": False,
}
CARD: dict[str, Any] = {
    "handle": "founder",
    "number": 1,
    "texts": 87,
    "train_texts": 80,
    "train_tokens": 81_412,
    "drafts": 40,
    "offers": [OFFER],
    "unpriced": [["openai", "gpt-x"]],
    "can_ask": True,
}
WORST_OFFER = OFFER | {"provider": HOSTILE, "base": HOSTILE, "source": HOSTILE, "is_stale": True, "days_left": -3}
RENDERED: list[tuple[str, dict[str, Any]]] = [
    (COST, CARD),
    (COST, CARD | {"offers": [WORST_OFFER] * 60, "unpriced": [[HOSTILE, HOSTILE]] * 60}),
    (COST, CARD | {"offers": [OFFER | {"shutdown_on": None, "days_left": None, "is_own": True}], "can_ask": False}),
]


def test_every_template_is_rendered_here() -> None:
    assert {template for template, _ in RENDERED} == set(TEMPLATES)


@pytest.mark.parametrize(("template", "facts"), RENDERED)
def test_messages_pass_slacks_limits_and_mention_nobody(template: str, facts: dict[str, Any]) -> None:
    payload = TEMPLATES[template](json.loads(json.dumps(facts))).payload()
    said = json.dumps(payload, ensure_ascii=False)
    assert payload["text"] and 1 <= len(payload["blocks"]) <= 45
    assert "<!channel>" not in said and "<@U1>" not in said and len(said) < 100_000


def test_the_cost_card_reads_like_a_card() -> None:
    said = json.dumps(TEMPLATES[COST](CARD).payload(), ensure_ascii=False)
    for words in (
        "founder, round 1",
        "*$1.22* ($1.10–$1.23), once",
        "40 drafts a month: $0.31",
        "5 posts in every prompt: $0.58",
        "*14 Jan 2027 — 54 days*",
        "after 6 Jan 2027",
        "Who sees the texts: openai",
        "Prices as of 20 Nov 2026; source: vendor page",
        "± 8 %",
        "No price for gpt-x at openai",
        "Ask for approval",
    ):
        assert words in said


def test_flags_of_the_cost_command() -> None:
    typed = Typed("T1", "C1", "U1", "d", "cost", ("Founder",), {"base": "gpt", "drafts": "400"})
    assert cost_question(typed) == CostQuestion("T1", "founder", "gpt", 400)
    for words, drafts in (((), "4"), (("founder",), "many"), (("founder",), "9" * 30)):
        with pytest.raises(MissingArgument):
            cost_question(Typed("T1", "C1", "U1", "d", "cost", words, {"drafts": drafts}))
