"""Everything that is said about money passes Slack's limits and mentions nobody by accident."""

import json
from typing import Any

import pytest

from bot.cards import APPROVAL_CARD
from bot.features.spending.asking import ASKED, AskedBefore, CeilingTooLow, TrainForm
from bot.features.spending.forms import (
    asking_errors,
    decline_decision,
    decline_form,
    epochs_in,
    spend_wish,
    train_form,
)
from bot.features.spending.sayings import SETTLED
from bot.features.spending.signing import APPROVED
from bot.features.spending.usecase import DECLINED
from bot.features.spending.views import TEMPLATES
from bot.slack.amounts import WrongEntry, amount_in
from tests.fakes.money_bench import BOSS, MEMBER, TEAM, Bench, press, wish

HOSTILE = "<!channel> *x* `y` <@U1> & " * 40

ASKING: dict[str, Any] = {
    "request_id": 1,
    "label": "ap-001",
    "handle": "founder",
    "number": 1,
    "user": "USTEWARD",
    "ceiling_microusd": 40_000_000,
    "low_microusd": 100_000,
    "expected_microusd": 120_000,
    "high_microusd": 150_000,
    "texts": 87,
    "open_blockers": [],
    "rehearsal": {"verdict": "pass", "by": None, "reason": None},
    "provider": "openai",
    "is_own": False,
    "base": "gpt-mini",
    "epochs": 3,
    "shutdown_on": None,
    "days_left": None,
    "month": "2026-11",
    "spent_microusd": 12_100_000,
    "limit_microusd": 150_000_000,
    "dataset_hash": "9f3c9f3c9f3c",
    "note": "",
}
DONE: dict[str, Any] = {
    "label": "ap-001",
    "handle": "founder",
    "number": 1,
    "user": "USTEWARD",
    "ceiling_microusd": 40_000_000,
    "provider": "private",
    "base": "small",
    "epochs": 3,
    "dataset_hash": "9f3c9f3c9f3c",
    "state": "approved",
    "by": BOSS,
    "at": "2026-11-21T09:30:00+00:00",
    "reason": None,
    "texts_then": 87,
    "texts_now": 91,
}
RENDERED: list[tuple[str, dict[str, Any]]] = [
    (APPROVAL_CARD, ASKING),
    (
        APPROVAL_CARD,
        ASKING | {"note": HOSTILE, "base": HOSTILE, "provider": HOSTILE, "open_blockers": ["email", HOSTILE]},
    ),
    (APPROVAL_CARD, ASKING | {"rehearsal": {"verdict": "refuse", "by": HOSTILE, "reason": HOSTILE}}),
    *[(SETTLED, DONE | {"state": state}) for state in ("approved", "declined", "void", "expired")],
    (SETTLED, DONE | {"state": "declined", "reason": HOSTILE, "by": HOSTILE, "base": HOSTILE, "provider": HOSTILE}),
    (SETTLED, DONE | {"state": "void", "by": None, "at": None}),
    (ASKED, {"label": "ap-001", "user": HOSTILE, "ceiling_microusd": 1, "channel": "C1", "approvers": [BOSS] * 50}),
    (APPROVED, {"user": BOSS, "ceiling_microusd": 30_000, "handle": "founder", "place_in_queue": 1}),
    (DECLINED, {"user": BOSS, "label": "ap-001", "reason": HOSTILE}),
    (DECLINED, {"user": BOSS, "label": "ap-001", "reason": ""}),
]


def test_every_template_is_rendered_here() -> None:
    assert {template for template, _ in RENDERED} == set(TEMPLATES)


@pytest.mark.parametrize(("template", "facts"), RENDERED)
def test_messages_pass_slacks_limits_and_mention_nobody(template: str, facts: dict[str, Any]) -> None:
    payload = TEMPLATES[template](json.loads(json.dumps(facts))).payload()
    said = json.dumps(payload, ensure_ascii=False)
    assert payload["text"] and 1 <= len(payload["blocks"]) <= 45
    assert "<!channel>" not in said and "<@U1>" not in said and len(said) < 100_000


def test_the_approval_card_says_what_is_approved() -> None:
    said = json.dumps(TEMPLATES[APPROVAL_CARD](ASKING).payload(), ensure_ascii=False)
    for words in ("ap-001", "up to $40.00", "Approve $40.00", "$12.10 of $150.00", "9f3c9f3c9f3c", "3 passes"):
        assert words in said
    settled = json.dumps(TEMPLATES[SETTLED](DONE).payload(), ensure_ascii=False)
    assert "Approved by <@UBOSS>" in settled and "actions" not in settled


async def test_the_forms_come_back_as_what_was_entered(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    form = await bench.form(TEAM, "founder", "UOWNER")
    assert isinstance(form, TrainForm)
    view = train_form(form).to_dict()
    options = view["blocks"][1]["element"]["options"]
    assert [option["value"] for option in options] == ["private/small", "openai/gpt-mini"]
    wished = spend_wish(TEAM, MEMBER, view | {"state": {"values": entered(options[1], "", "0.5", " why  not ")}})
    assert (wished.provider, wished.base, wished.epochs, wished.ceiling_microusd) == (
        "openai",
        "gpt-mini",
        None,
        500_000,
    )
    assert (wished.handle, wished.user, wished.note) == ("founder", MEMBER, "why not")


def entered(option: dict[str, Any], epochs: str, ceiling: str, note: str) -> dict[str, Any]:
    texts = {"epochs": epochs, "ceiling": ceiling, "note": note}
    return {"base": {"base": {"selected_option": option}}} | {
        name: {name: {"value": value}} for name, value in texts.items()
    }


async def test_the_reason_goes_to_the_request_it_is_about(bench: Bench) -> None:
    request = await bench.asked()
    view = decline_form(request).to_dict() | {"state": {"values": {"reason": {"reason": {"value": "too dear"}}}}}
    assert decline_decision(TEAM, BOSS, view) == press(request, reason="too dear")


@pytest.mark.parametrize(
    ("text", "microusd"),
    [("", None), (" $0.50 ", 500_000), ("40", 40_000_000), ("0.0000001", 1), ("1e-3", 1_000)],
)
def test_amounts_are_read_and_rounded_up(text: str, microusd: int | None) -> None:
    assert amount_in(text, "ceiling") == microusd


@pytest.mark.parametrize("text", ["free", "0", "-1", "nan", "inf", "1e99", "1,5", "1_000x"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(WrongEntry):
        amount_in(text, "ceiling")


def test_passes_are_a_small_number_or_auto() -> None:
    assert [epochs_in(text) for text in ("", " Auto ", "3", "25")] == [None, None, 3, 25]
    for text in ("0", "26", "-1", "2.5", "many", "²", "99999999"):
        with pytest.raises(WrongEntry):
            epochs_in(text)


async def test_field_errors_fit_a_form(bench: Bench) -> None:
    request = await bench.asked()
    for outcome in (AskedBefore(request), CeilingTooLow(20_000)):
        assert all(0 < len(sentence) <= 150 for sentence in asking_errors(outcome).values())
    assert asking_errors(await bench.ask(wish()))
