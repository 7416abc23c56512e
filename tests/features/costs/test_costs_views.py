"""The cost card passes Slack's limits, mentions nobody by accident, and reads like a card."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.costs.listeners import cost_question
from bot.features.costs.usecase import COST, CostQuestion
from bot.features.costs.views import TEMPLATES
from bot.slack.grammar import Typed
from pipeline.errors import MissingArgument
from sandbox.rules.messages import check_message

HOSTILE = "<!channel> *x* `y` <@U1> & " * 40

OFFER: dict[str, Any] = {
    "provider": "openai",
    "base": "gpt-4.1-mini-2025-04-14",
    "is_own": False,
    "epochs": 3,
    "train_tokens": 81_412,
    "validation_tokens": 0,
    "training": [1_100_000, 1_221_180, 1_230_000],
    "hosting": [0, 0, 0],
    "drafting": [210_000, 310_000, 520_000],
    "few_shot": [480_000, 580_000, 790_000],
    "break_even_drafts": 101,
    "source": "vendor page",
    "as_of": "2026-11-20",
    "is_exact": False,
    "shutdown_on": "2027-01-14",
    "days_left": 54,
    "day_of_life_microusd": 22_615,
    "closes_on": "2027-01-06",
    "is_closed": False,
    "age_days": 1,
    "is_stale": False,
    "leash_minutes": 0,
    "preflight": {"key": "ok", "training": "ok", "base": "ok", "life": "ok", "funds": "unknown"},
    "own_error": None,
}
HOSTED = OFFER | {
    "provider": "elsewhere",
    "base": "openmodel-8b",
    "validation_tokens": 8_100,
    "hosting": [8_000_000, 26_000_000, 52_000_000],
    "leash_minutes": 20,
    "break_even_drafts": None,
    "is_exact": True,
    "shutdown_on": None,
    "days_left": None,
    "day_of_life_microusd": None,
    "closes_on": None,
    "own_error": {"runs": 5, "lowest_percent": -3, "highest_percent": 6},
}
CARD: dict[str, Any] = {
    "handle": "founder",
    "number": 1,
    "texts": 87,
    "train_texts": 80,
    "train_tokens": 81_412,
    "like": "",
    "drafts": 40,
    "offers": [OFFER],
    "unpriced": [["openai", "gpt-x"]],
    "can_ask": True,
}
WORST_OFFER = OFFER | {"provider": HOSTILE, "base": HOSTILE, "source": HOSTILE, "is_stale": True, "days_left": -3}
RENDERED: list[tuple[str, dict[str, Any]]] = [
    (COST, CARD),
    (COST, CARD | {"offers": [WORST_OFFER] * 60, "unpriced": [[HOSTILE, HOSTILE]] * 60}),
    (COST, CARD | {"offers": [HOSTED]}),
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


def said_of(*offers: dict[str, Any], **more: Any) -> str:
    return json.dumps(TEMPLATES[COST](CARD | {"offers": list(offers)} | more).payload(), ensure_ascii=False)


def test_the_cost_card_reads_like_a_card() -> None:
    said = said_of(OFFER)
    for words in (
        "founder, round 1",
        "Training: *$1.22* ($1.10–$1.23), once · 244,236 tokens in 3 passes",  # 81,412 x 3
        "Hosting: none",
        "40 drafts a month: *$0.31* ($0.21–$0.52)",
        "with 5 posts in every prompt: *$0.58*",
        "Cheaper than posts in every prompt: from 101 drafts a month",
        "*14 Jan 2027 — 54 days*, $0.0226 of training a day",
        "openai takes no new fine-tunes after 6 Jan 2027 and turns this base off on 14 Jan 2027. "
        "You'd pay for 54 days.",
        "Who sees the texts: openai",
        "Prices as of 20 Nov 2026; source: vendor page",
        "I count with a near tokenizer, not the vendor's; ± 8 %.",
        "I have no price for `gpt-x` at openai. An approver can add it. I won't guess.",
        "Ask for approval",
    ):
        assert words in said


def test_a_hosted_base_says_what_it_costs_awake_and_that_it_never_pays_off() -> None:
    said = said_of(HOSTED)
    for words in (
        "244,236 + 24,300 tokens in 3 passes",  # and 8,100 x 3 of validation
        "Hosting: ≈ *$26.00* ($8.00–$52.00) a month, asleep 20 minutes after a draft",
        "Cheaper than posts in every prompt: never",
        "Lifetime: no end announced",
        "My estimates were off by −3 … +6 % over the last 5 runs.",
    ):
        assert words in said
    assert "takes no new" not in said and "tokenizer" not in said


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ((1, 6, 6), "My estimates were off by +6 % over the last run."),
        ((2, 0, 0), "My estimates were off by 0 % over the last 2 runs."),
        ((3, -12, 0), "My estimates were off by −12 … 0 % over the last 3 runs."),
    ],
)
def test_past_errors_are_said_in_a_sentence(known: tuple[int, int, int], sentence: str) -> None:
    facts = dict(zip(("runs", "lowest_percent", "highest_percent"), known, strict=True))
    assert sentence in said_of(OFFER | {"own_error": facts})


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (None, "⏳ I'm asking openai whether it would train this …"),
        ({"key": "ok", "training": "ok", "base": "ok"}, "✅ Asked openai: key valid, may train, base offered"),
        ({"key": "ok", "training": "unknown"}, "✅ Asked openai: key valid · It doesn't say: may train"),
        ({"key": "ok", "life": "warning"}, "⚠️ This model would live less than 30 days"),
        ({"key": "refused"}, "🛑 openai doesn't accept our key any more."),
        ({"key": "ok", "training": "refused"}, "🛑 Your openai organisation can't start fine-tunes."),
        ({"key": "ok", "funds": "refused"}, "🛑 openai says that the balance is too low."),
    ],
)
def test_what_the_provider_answered_is_said(answers: dict[str, str] | None, words: str) -> None:
    assert words in said_of(OFFER | {"preflight": answers})


def test_a_stale_price_says_that_approval_is_closed() -> None:
    said = said_of(OFFER | {"is_stale": True, "age_days": 94})
    assert "This price is 94 days old. Treat the amount as a rough guess; approval is closed until someone " in said


@given(st.lists(st.sampled_from([OFFER, HOSTED, WORST_OFFER]), min_size=1, max_size=60), st.text(max_size=300))
def test_a_card_of_any_offers_passes_slacks_limits(offers: list[dict[str, Any]], handle: str) -> None:
    unpriced = [[HOSTILE, HOSTILE]] * len(offers)
    payload = TEMPLATES[COST](CARD | {"handle": handle, "offers": offers, "unpriced": unpriced}).payload()
    check_message(payload["text"], payload["blocks"], [])
    assert len(payload["blocks"]) <= 45 and payload["text"]


def test_flags_of_the_cost_command() -> None:
    typed = Typed("T1", "C1", "U1", "d", "cost", ("Founder",), {"base": "gpt", "drafts": "400"})
    assert cost_question(typed) == CostQuestion("T1", "founder", "gpt", 400)
    for words, drafts in (((), "4"), (("founder",), "many"), (("founder",), "9" * 30)):
        with pytest.raises(MissingArgument):
            cost_question(Typed("T1", "C1", "U1", "d", "cost", words, {"drafts": drafts}))
