"""Slack's payloads in; replies and whispers out."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.features.costs.listeners import CostListeners
from bot.slack.commands import Commands
from bot.slack.grammar import Typed
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers
from pipeline.errors import MissingArgument, TextsNotReady
from tests.fakes.money_bench import STEWARD, TEAM, Bench


@dataclass
class Acks:
    said: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, **answer: Any) -> None:
        self.said.append(answer)


@dataclass
class Slack:
    bench: Bench

    def __post_init__(self) -> None:
        whispers = Whispers(self.bench.db)
        self.commands = Commands("/voice", Modals(AsyncWebClient()), whispers)
        self.listeners = CostListeners(self.bench.cost, self.commands, whispers)
        self.listeners.register(AsyncApp(token="xoxb-test", signing_secret="test"))

    async def press(self, name: str, value: str, user: str, stamp: str = "1.1") -> list[dict[str, Any]]:
        acks, action = Acks(), {"value": value, "action_ts": stamp}
        body = {
            "team": {"id": TEAM},
            "user": {"id": user},
            "trigger_id": "trigger",
            "container": {"channel_id": "C1", "message_ts": "1.0"},
            "actions": [action],
        }
        await getattr(self.listeners, name)(acks, body, action)
        return acks.said

    async def whispered(self) -> list[str]:
        return [facts["text"] for key, (_, facts) in (await self.bench.said()).items() if key.startswith("whisper:")]


def typed(*words: str) -> Typed:
    return Typed(TEAM, "C1", STEWARD, "delivery", "cost", words, trigger_id="trigger")


@pytest.fixture
def slack(bench: Bench) -> Slack:
    return Slack(bench)


async def test_the_cost_command_points_at_the_thread(slack: Slack) -> None:
    voice = await slack.bench.add_voice()
    with pytest.raises(TextsNotReady):
        await slack.commands.run(typed("founder"))
    await slack.bench.prepare(voice)
    assert (await slack.commands.run(typed("founder"))).text == "Cost card: see the dataset thread."


async def test_the_button_says_the_card_or_why_not(slack: Slack) -> None:
    voice = await slack.bench.add_voice()
    assert await slack.press("on_show_cost", "founder", STEWARD) == [{}]
    assert "There are no texts yet" in (await slack.whispered())[0]
    await slack.bench.prepare(voice)
    await slack.press("on_show_cost", "founder", STEWARD, "1.2")
    assert "round:1:cost" in await slack.bench.said()


async def test_a_command_without_a_name_says_how(slack: Slack) -> None:
    with pytest.raises(MissingArgument):
        await slack.commands.run(typed())
