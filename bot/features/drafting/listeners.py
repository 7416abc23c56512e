"""/voice draft, and the buttons under a draft."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.drafting.untrained import DraftUntrained
from bot.features.drafting.usecase import (
    DEFAULT_TEMPERATURE,
    DEFAULT_WORDS,
    WORDS,
    AskForDraft,
    Change,
    Redraft,
    Wish,
)
from bot.features.drafting.views import (
    ANOTHER,
    CALMER,
    FEW_SHOT,
    SHORTER,
    few_shot_offer,
    started,
    wish_in,
)
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by, sentence_for
from bot.slack.grammar import Typed, parse_model
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.drafting import DraftId
from pipeline.errors import MissingArgument, VoiceNotTrained

USAGE = "/voice draft founder why we repair tools words=500 temp=0.4 n=2"
LIMITS = "/voice draft founder <brief>, with words= from 50 to 2000, temp= from 0 to 1.5, n= from 1 to 3"
MAX_TEMPERATURE = 1.5
MAX_COUNT = 3
CHANGE_OF: dict[str, Change] = {ANOTHER: "another", CALMER: "calmer", SHORTER: "shorter"}


@dataclass(frozen=True, slots=True)
class DraftingListeners:
    ask: AskForDraft
    redraft: Redraft
    untrained: DraftUntrained
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        usage, says = "draft <name> <brief> words=600 temp=0.7 n=1", "write in that voice"
        self.commands.add(Verb("draft", usage, says, self.on_draft, flags=("words", "temp", "n")))
        for action_id in CHANGE_OF:
            app.action(action_id)(self.on_change)
        app.action(FEW_SHOT)(self.on_few_shot)

    async def on_draft(self, typed: Typed) -> Reply:
        wish = wish_of(typed)
        try:
            return Reply(started(await self.ask(wish)))
        except VoiceNotTrained as error:
            return Reply(sentence_for(error), few_shot_offer(sentence_for(error), wish))

    async def on_few_shot(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        tell = self.whispers.to(where)
        async with failures_told_by(tell):
            wish = wish_in(action["value"], where.team_id, where.user, f"few-shot:{where.delivery}")
            await tell(started(await self.untrained(wish)))
        await ack()

    async def on_change(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        async with failures_told_by(self.whispers.to(where)):
            await self.redraft(
                DraftId(int(action["value"])),
                CHANGE_OF[action["action_id"]],
                team_id=where.team_id,
                user=where.user,
                thread_ts=where.thread_ts or body["container"]["message_ts"],
                delivery=f"redraft:{where.delivery}:{where.user}",
            )
        await ack()


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
        thread_ts=typed.thread_ts,
    )


def number(entered: str | float, least: float, most: float) -> float:
    """Raises MissingArgument when it is none, or out of range."""
    try:
        value = float(str(entered).replace(",", "."))
    except ValueError as error:
        raise MissingArgument(LIMITS) from error
    if not least <= value <= most:
        raise MissingArgument(LIMITS)
    return value
