"""/voice and @Understudy: one grammar, one table of verbs that the features fill."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.failures import failures_told_by
from bot.slack.grammar import MENTIONED_USER, Typed, nearest, split_flags, split_verb
from bot.slack.modals import Fill, Modals
from bot.slack.mrkdwn import unescape
from bot.slack.whispers import Whisper, Whispers
from pipeline.errors import UnknownVerb


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person who typed sees, and only they: words, or a modal.

    modal_needs_channel: what the form makes is posted in this channel, so the bot must be a member of it.
    fill: what the modal shows once that is known.
    """

    text: str = ""
    blocks: tuple[Block, ...] = ()
    modal: View | None = None
    modal_needs_channel: bool = False
    fill: Fill | None = None


Handler = Callable[[Typed], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Verb:
    """usage: as typed after the command. flags: names taken as flags; all else stays in the brief.

    switches: flags that need no value.
    """

    name: str
    usage: str
    says: str
    handler: Handler
    flags: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()


@dataclass(slots=True)
class Commands:
    """Parses, finds the verb's handler, and answers. Unknown verbs get the nearest one offered."""

    command: str
    modals: Modals
    whispers: Whispers
    verbs: dict[str, Verb] = field(default_factory=dict)

    def add(self, verb: Verb) -> None:
        self.verbs[verb.name] = verb

    def register(self, app: AsyncApp) -> None:
        app.command(self.command)(self.on_command)
        app.event("app_mention")(self.on_mention)

    async def on_command(self, ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond) -> None:
        async with failures_told_by(ack):
            typed = self.typed(
                unescape_outside_mentions(command.get("text") or "") or "help",
                team_id=command["team_id"],
                channel_id=command["channel_id"],
                user=command["user_id"],
                delivery=command["trigger_id"],
                trigger_id=command["trigger_id"],
            )
            reply = await self.run(typed)
            if reply.modal is not None:
                needed = typed.channel_id if reply.modal_needs_channel else None
                self.modals.open(command["trigger_id"], reply.modal, only_in=needed, respond=respond, fill=reply.fill)
            await ack(text=reply.text, blocks=reply.blocks) if reply.text else await ack()

    async def on_mention(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        thread_ts = event.get("thread_ts") or event["ts"]
        whisper = Whisper(body["team_id"], event["channel"], event["user"], body["event_id"], thread_ts)
        tell = self.whispers.to(whisper)
        async with failures_told_by(tell):
            words = MENTIONED_USER.sub("", event["text"], count=1)
            typed = self.typed(
                unescape_outside_mentions(words) or "help",
                team_id=body["team_id"],
                channel_id=event["channel"],
                user=event["user"],
                delivery=body["event_id"],
                thread_ts=thread_ts,
            )
            reply = await self.run(typed)
            if reply.text:
                await tell.reply(reply.text, reply.blocks)

    def typed(self, text: str, *, delivery: str, team_id: str, channel_id: str, user: str, **more: str) -> Typed:
        verb, rest = split_verb(text)
        known = self.verbs.get(verb)
        words, flags = split_flags(rest, known.flags, known.switches) if known else split_flags(rest, ())
        return Typed(team_id, channel_id, user, delivery, verb, words, flags, **more)

    async def run(self, typed: Typed) -> Reply:
        verb = self.verbs.get(typed.verb)
        if verb is None:
            raise UnknownVerb(typed.verb, nearest(typed.verb, self.verbs))
        return await verb.handler(typed)


def unescape_outside_mentions(text: str) -> str:
    """Slack escapes what people type but not the mentions it makes of @names; both come out as they were."""
    return unescape(text).strip()
