"""/voice jobs, and the buttons under what is said about runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.training.failure_views import LEAVE_OUT, OPEN_ROW, RETRY, opened
from bot.features.training.progress_views import CANCEL, KEEP_WAITING
from bot.features.training.retrying import LeaveOutRow, OpenRow, Retry, RowAnswer
from bot.features.training.stopping import CancelRun, KeepWaiting
from bot.features.training.usecase import Answer, GiveUp, ListJobs, SendNow, Taken, TooLate
from bot.features.training.views import GIVE_UP, SEND, job_blocks, job_list, no_longer, too_late
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.grammar import Typed
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.training import TuningJobId

Decide = Callable[[Answer], Awaitable[Taken | TooLate]]


@dataclass(frozen=True, slots=True)
class TrainingListeners:
    list_jobs: ListJobs
    send_now: SendNow
    give_up: GiveUp
    cancel: CancelRun
    keep_waiting: KeepWaiting
    retry: Retry
    open_row: OpenRow
    leave_out: LeaveOutRow
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        self.commands.add(Verb("jobs", "jobs [all]", "runs that wait or train", self.on_jobs))
        app.action(SEND)(self.on_send)
        app.action(GIVE_UP)(self.on_give_up)
        app.action(CANCEL)(self.on_cancel)
        app.action(KEEP_WAITING)(self.on_keep_waiting)
        app.action(RETRY)(self.on_retry)
        app.action(OPEN_ROW)(self.on_open_row)
        app.action(LEAVE_OUT)(self.on_leave_out)

    async def on_jobs(self, typed: Typed) -> Reply:
        lines = await self.list_jobs(typed.team_id, everything="all" in typed.words)
        return Reply(job_list(lines), job_blocks(lines))

    async def on_send(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.on_answer(self.send_now, ack, body, action, too_late)

    async def on_give_up(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.on_answer(self.give_up, ack, body, action, too_late)

    async def on_cancel(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.on_answer(self.cancel, ack, body, action, no_longer)

    async def on_keep_waiting(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.on_answer(self.keep_waiting, ack, body, action, no_longer)

    async def on_retry(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.on_answer(self.retry, ack, body, action, no_longer)

    async def on_answer(
        self,
        decide: Decide,
        ack: AsyncAck,
        body: dict[str, Any],
        action: dict[str, Any],
        late: Callable[[TooLate], str],
    ) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            outcome = await decide(answer(body, action))
            if isinstance(outcome, TooLate):
                await tell(late(outcome))
        await ack()

    async def on_open_row(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            found = await self.open_row(row_answer(body, action))
            await tell(no_longer(found) if isinstance(found, TooLate) else opened(*found))
        await ack()

    async def on_leave_out(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            outcome = await self.leave_out(row_answer(body, action))
            if isinstance(outcome, TooLate):
                await tell(no_longer(outcome))
        await ack()


def answer(body: dict[str, Any], action: dict[str, Any]) -> Answer:
    return Answer(body["team"]["id"], TuningJobId(int(action["value"])), body["user"]["id"])


def row_answer(body: dict[str, Any], action: dict[str, Any]) -> RowAnswer:
    """value: run, file and line, as the button was made."""
    job_id, split, number = action["value"].split(":")
    pressed_at = Answer(body["team"]["id"], TuningJobId(int(job_id)), body["user"]["id"])
    return RowAnswer(pressed_at, "validation" if split == "validation" else "train", int(number))
