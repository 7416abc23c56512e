"""/voice jobs, and what the steward answers when a run cannot be found."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.training.usecase import Answer, GiveUp, ListJobs, SendNow, TooLate
from bot.features.training.views import GIVE_UP, SEND, job_list, too_late
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.grammar import Typed
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.training import TuningJobId


@dataclass(frozen=True, slots=True)
class TrainingListeners:
    list_jobs: ListJobs
    send_now: SendNow
    give_up: GiveUp
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        self.commands.add(Verb("jobs", "jobs [all]", "runs that wait or train", self.on_jobs))
        app.action(SEND)(self.on_send)
        app.action(GIVE_UP)(self.on_give_up)

    async def on_jobs(self, typed: Typed) -> Reply:
        return Reply(job_list(await self.list_jobs(typed.team_id, everything="all" in typed.words)))

    async def on_send(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.on_answer(self.send_now, ack, body, action)

    async def on_give_up(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.on_answer(self.give_up, ack, body, action)

    async def on_answer(
        self, decide: SendNow | GiveUp, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]
    ) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            outcome = await decide(answer(body, action))
            if isinstance(outcome, TooLate):
                await tell(too_late(outcome))
        await ack()


def answer(body: dict[str, Any], action: dict[str, Any]) -> Answer:
    return Answer(body["team"]["id"], TuningJobId(int(action["value"])), body["user"]["id"])
