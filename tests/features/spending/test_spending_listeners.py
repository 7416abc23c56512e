"""Slack's payloads in; acks, forms and whispers out."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.features.spending.listeners import SpendingListeners
from bot.slack.commands import Commands
from bot.slack.grammar import Typed
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers
from pipeline.errors import MissingArgument
from tests.fakes.money_bench import BOSS, MEMBER, STEWARD, TEAM, Bench


@dataclass(frozen=True, slots=True)
class OpenedModals(Modals):
    """Keeps what would be opened."""

    views: list[View] = field(default_factory=list)

    def open(self, trigger_id: str, view: View, **_: Any) -> None:
        assert trigger_id == "trigger"
        self.views.append(view)


@dataclass
class Acks:
    said: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, **answer: Any) -> None:
        self.said.append(answer)


@dataclass
class Slack:
    bench: Bench
    modals: OpenedModals = field(default_factory=lambda: OpenedModals(AsyncWebClient()))

    def __post_init__(self) -> None:
        whispers = Whispers(self.bench.db)
        self.commands = Commands("/voice", self.modals, whispers)
        b = self.bench
        self.listeners = SpendingListeners(
            b.form, b.ask, b.approve, b.check_decline, b.decline, self.commands, self.modals, whispers
        )
        self.listeners.register(AsyncApp(token="xoxb-test", signing_secret="test"))

    async def press(self, name: str, value: str, user: str, stamp: str = "1.1") -> list[dict[str, Any]]:
        acks, action = Acks(), {"value": value, "action_ts": stamp}
        body = {
            "team": {"id": TEAM},
            "user": {"id": user},
            "trigger_id": "trigger",
            "container": {"channel_id": "CSPEND", "message_ts": "1.0"},
            "actions": [action],
        }
        await getattr(self.listeners, name)(acks, body, action)
        return acks.said

    async def submit(self, name: str, view: View, values: dict[str, str], user: str) -> list[dict[str, Any]]:
        acks, sent = Acks(), view.to_dict()
        state = {block: {block: {"value": value}} for block, value in values.items()}
        for block in sent["blocks"]:
            initial = block.get("element", {}).get("initial_option")
            if initial:
                state[block["block_id"]] = {block["block_id"]: {"selected_option": initial}}
        body = {"team": {"id": TEAM}, "user": {"id": user}}
        await getattr(self.listeners, name)(acks, body, sent | {"state": {"values": state}})
        return acks.said

    async def whispered(self) -> list[str]:
        return [facts["text"] for key, (_, facts) in (await self.bench.said()).items() if key.startswith("whisper:")]


def typed(verb: str, *words: str, user: str = STEWARD, trigger: str | None = "trigger") -> Typed:
    return Typed(TEAM, "C1", user, "delivery", verb, words, trigger_id=trigger)


@pytest.fixture
def slack(bench: Bench) -> Slack:
    return Slack(bench)


async def test_the_way_from_the_command_to_the_approved_run(slack: Slack) -> None:
    await slack.bench.prepare(await slack.bench.add_voice())
    reply = await slack.commands.run(typed("train", "founder"))
    assert reply.modal is not None
    assert await slack.submit("on_asked", reply.modal, {"note": "please"}, STEWARD) == [{}]
    assert await slack.press("on_approve", "1", BOSS) == [{}]
    assert len(await slack.bench.jobs()) == 1 and await slack.whispered() == []


async def test_commands_without_a_name_say_how(slack: Slack) -> None:
    for incomplete in (typed("train"), typed("train", "founder", trigger=None)):
        with pytest.raises(MissingArgument):
            await slack.commands.run(incomplete)


async def test_the_button_opens_the_form_or_says_why_not(slack: Slack) -> None:
    voice = await slack.bench.add_voice()
    assert await slack.press("on_ask", "founder", STEWARD, "1.1") == [{}]
    await slack.bench.prepare(voice)
    assert await slack.press("on_ask", "founder", MEMBER, "1.2") == [{}]
    assert slack.modals.views == []
    first, second = await slack.whispered()
    assert "no texts yet" in first and "Only the steward" in second
    await slack.press("on_ask", "founder", STEWARD, "1.3")
    assert [view.callback_id for view in slack.modals.views] == ["spending.train"]


@pytest.mark.parametrize(
    ("values", "field_name"),
    [({"epochs": "many"}, "epochs"), ({"ceiling": "free"}, "ceiling"), ({"ceiling": "0.01"}, "ceiling")],
)
async def test_wrong_entries_are_told_at_their_field(slack: Slack, values: dict[str, str], field_name: str) -> None:
    await slack.bench.prepare(await slack.bench.add_voice())
    form = (await slack.commands.run(typed("train", "founder"))).modal
    assert form is not None
    (answer,) = await slack.submit("on_asked", form, values, STEWARD)
    assert answer["response_action"] == "errors" and list(answer["errors"]) == [field_name]


async def test_a_form_submitted_by_somebody_else_is_refused(slack: Slack) -> None:
    await slack.bench.prepare(await slack.bench.add_voice())
    form = (await slack.commands.run(typed("train", "founder"))).modal
    assert form is not None
    (answer,) = await slack.submit("on_asked", form, {}, MEMBER)
    assert "Only the steward" in answer["errors"]["base"]


async def test_everyone_who_presses_late_gets_a_truthful_whisper(slack: Slack) -> None:
    await slack.bench.asked()
    await slack.press("on_approve", "1", BOSS, "1.1")
    await slack.press("on_approve", "1", BOSS, "1.1")  # the same press, delivered again
    await slack.press("on_approve", "1", "UBOSS2", "1.2")
    await slack.press("on_approve", "1", MEMBER, "1.3")
    again, other, member = await slack.whispered()
    assert again.startswith("Already approved by <@UBOSS>") and other == again
    assert "aren't an approver" in member
    assert len(await slack.bench.jobs()) == 1


async def test_declining_asks_for_a_reason_first(slack: Slack) -> None:
    await slack.bench.asked()
    assert await slack.press("on_decline", "1", MEMBER) == [{}]
    assert slack.modals.views == [] and "aren't an approver" in (await slack.whispered())[0]
    await slack.press("on_decline", "1", BOSS, "1.2")
    (form,) = slack.modals.views
    assert await slack.submit("on_declined", form, {"reason": "too dear"}, BOSS) == [{}]
    (answer,) = await slack.submit("on_declined", form, {"reason": "too dear"}, BOSS)
    assert answer["errors"]["reason"].startswith("Already declined")
    assert (await slack.bench.said())["spend:1:decided"][1]["reason"] == "too dear"
