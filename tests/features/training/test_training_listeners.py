"""/voice jobs and the two buttons of a run that nobody can find."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from training_bench import STEWARD, TEAM, Bench, People

from bot.features.training.blame import Blame
from bot.features.training.listeners import TrainingListeners
from bot.features.training.retrying import LeaveOutRow, OpenRow, Retry
from bot.slack.commands import Commands
from bot.slack.grammar import Typed
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers
from pipeline.errors import ProviderUnavailable


def listeners_of(bench: Bench, commands: Commands, whispers: Whispers) -> TrainingListeners:
    blame = Blame(bench.db, bench.artifacts)
    return TrainingListeners(
        list_jobs=bench.list_jobs,
        send_now=bench.send_now,
        give_up=bench.give_up,
        cancel=bench.cancel,
        keep_waiting=bench.keep_waiting,
        retry=Retry(bench.db, People(), bench.clock),
        open_row=OpenRow(bench.db, blame),
        leave_out=LeaveOutRow(bench.db, blame, bench.clock),
        commands=commands,
        whispers=whispers,
    )


@dataclass
class Acks:
    said: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, **answer: Any) -> None:
        self.said.append(answer)


@pytest.fixture
def listeners(bench: Bench) -> TrainingListeners:
    whispers = Whispers(bench.db)
    commands = Commands("/voice", Modals(AsyncWebClient()), whispers)
    made = listeners_of(bench, commands, whispers)
    made.register(AsyncApp(token="xoxb-test", signing_secret="test"))
    return made


def pressed_by(user: str, stamp: str) -> tuple[dict[str, Any], dict[str, Any]]:
    action = {"value": "1", "action_ts": stamp}
    container = {"channel_id": "C1", "message_ts": "1.0", "thread_ts": "0.9"}
    body = {"team": {"id": TEAM}, "user": {"id": user}, "container": container, "actions": [action]}
    return body, action


async def whispered(bench: Bench) -> list[str]:
    return [facts["text"] for key, (_, facts) in (await bench.said()).items() if key.startswith("whisper:")]


async def test_jobs_lists_what_waits(bench: Bench, listeners: TrainingListeners) -> None:
    await bench.approve()
    reply = await listeners.commands.run(Typed(TEAM, "C1", STEWARD, "d", "jobs"))
    assert "founder" in reply.text and "queued, number 1" in reply.text


async def test_the_steward_sends_and_late_presses_are_told_so(bench: Bench, listeners: TrainingListeners) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.until_asked()
    acks: Any = Acks()
    await listeners.on_send(acks, *pressed_by("UBOSS", "1.1"))
    await listeners.on_send(acks, *pressed_by(STEWARD, "1.2"))
    await listeners.on_give_up(acks, *pressed_by(STEWARD, "1.3"))
    assert acks.said == [{}, {}, {}]
    other, late = await whispered(bench)
    assert "Only the steward" in other and "no longer waits" in late
    assert (await bench.until("ready")).provider_job == "ftjob-1"
