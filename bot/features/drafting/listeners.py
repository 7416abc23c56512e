"""/voice draft, the buttons under a draft, and the same as mentions in its thread."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.drafting.files import AskForFile
from bot.features.drafting.numbers import MAX_COUNT, MAX_TEMPERATURE, number
from bot.features.drafting.untrained import DraftUntrained
from bot.features.drafting.usecase import (
    DEFAULT_TEMPERATURE,
    DEFAULT_WORDS,
    WORDS,
    Accepted,
    AskForDraft,
    Change,
    Press,
    Redraft,
    Wish,
)
from bot.features.drafting.views import (
    ANOTHER,
    CALMER,
    CONTINUE,
    COPY,
    FEW_SHOT,
    FILE_COMES,
    SHORTER,
    WRITE,
    offer,
    started,
    wish_in,
)
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by, sentence_for
from bot.slack.grammar import Typed, parse_model
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.drafting import DraftId
from pipeline.errors import CommandError, DraftError, MissingArgument, NotADraft

USAGE = "/voice draft founder why we repair tools words=500 temp=0.4 n=2 private"
CHANGE_OF: dict[str, Change] = {ANOTHER: "another", CALMER: "calmer", SHORTER: "shorter", CONTINUE: "continue"}
SAYS: dict[Change, str] = {
    "another": "in a draft's thread: the same brief once more",
    "calmer": "in a draft's thread: with less risk",
    "shorter": "in a draft's thread: in fewer words",
    "continue": "in a draft's thread: go on where it stops",
}
NO = frozenset({"no", "off", "false", "0"})

Asking = Callable[[Wish], Awaitable[Accepted]]


@dataclass(frozen=True, slots=True)
class DraftingListeners:
    ask: AskForDraft
    redraft: Redraft
    untrained: DraftUntrained
    ask_for_file: AskForFile
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        usage, says = "draft <name> <brief> words=600 temp=0.7 n=1 private", "write in that voice"
        self.commands.add(Verb("draft", usage, says, self.on_draft, ("words", "temp", "n"), ("private",)))
        for change, what in SAYS.items():
            self.commands.add(Verb(change, change, what, partial(self.on_mentioned, change)))
        for action_id in CHANGE_OF:
            app.action(action_id)(self.on_change)
        app.action(FEW_SHOT)(self.on_few_shot)
        app.action(WRITE)(self.on_write)
        app.action(COPY)(self.on_copy)

    async def on_draft(self, typed: Typed) -> Reply:
        return await answer(self.ask, wish_of(typed))

    async def on_mentioned(self, change: Change, typed: Typed) -> Reply:
        if typed.thread_ts is None:
            raise NotADraft
        press = Press(typed.team_id, typed.user, typed.thread_ts, typed.delivery)
        return Reply(started(await self.redraft.of_thread(typed.channel_id, change, press)))

    async def on_few_shot(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.write(self.untrained, "few-shot", body, action)
        await ack()

    async def on_write(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await self.write(self.ask, "write", body, action)
        await ack()

    async def write(self, ask: Asking, name: str, body: dict[str, Any], action: dict[str, Any]) -> None:
        """A wish that was asked back about."""
        where = pressed(body)
        tell = self.whispers.to(where)
        async with failures_told_by(tell):
            wish = wish_in(action["value"], where.team_id, where.user, f"{name}:{where.delivery}")
            reply = await answer(ask, wish)
            await tell.reply(reply.text, reply.blocks)

    async def on_change(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        thread_ts = where.thread_ts or body["container"]["message_ts"]
        async with failures_told_by(self.whispers.to(where)):
            press = Press(where.team_id, where.user, thread_ts, f"redraft:{where.delivery}:{where.user}")
            await self.redraft(DraftId(int(action["value"])), CHANGE_OF[action["action_id"]], press)
        await ack()

    async def on_copy(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        tell = self.whispers.to(where)
        async with failures_told_by(tell):
            await self.ask_for_file(DraftId(int(action["value"])), team_id=where.team_id, user=where.user)
            await tell(FILE_COMES)
        await ack()


async def answer(ask: Asking, wish: Wish) -> Reply:
    """A refusal that one press mends comes with that button; others go up."""
    try:
        return Reply(started(await ask(wish)))
    except (DraftError, CommandError) as error:
        return Reply(sentence_for(error), offer(error, wish))


def wish_of(typed: Typed) -> Wish:
    """Raises MissingArgument, BadHandle."""
    if not typed.words:
        raise MissingArgument(USAGE)
    handle, version = parse_model(typed.words[0])
    words = number(typed.flags.get("words", DEFAULT_WORDS), WORDS[0], WORDS[-1])
    count = number(typed.flags.get("n", 1), 1, MAX_COUNT)
    return Wish(
        team_id=typed.team_id,
        channel_id=typed.channel_id,
        user=typed.user,
        delivery=typed.delivery,
        handle=handle,
        version=version,
        brief=typed.rest,
        words=round(words),
        temperature=number(typed.flags.get("temp", DEFAULT_TEMPERATURE), 0, MAX_TEMPERATURE),
        count=round(count),
        # A private draft leaves the thread it was asked for in.
        thread_ts=None if is_private(typed) else typed.thread_ts,
        private=is_private(typed),
    )


def is_private(typed: Typed) -> bool:
    return typed.flags.get("private", "no").lower() not in NO
