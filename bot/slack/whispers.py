"""Messages that only one person sees, said through the outbox so that a crash does not lose them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block

from bot.slack.message import Facts, Message, plain
from pipeline.domain.work import Place, Saying
from pipeline.ports import Database

WHISPER = "slack.whisper"


def render_whisper(facts: Facts) -> Message:
    """blocks: as Slack takes them, for what offers buttons too."""
    if blocks := facts.get("blocks"):
        return Message(str(facts["text"]), Block.parse_all(blocks))
    return plain(str(facts["text"]))


TEMPLATES = {WHISPER: render_whisper}


@dataclass(frozen=True, slots=True)
class Whisper:
    """An ephemeral sentence for `user`. delivery makes it once: the same delivery says nothing more."""

    team_id: str
    channel_id: str
    user: str
    delivery: str
    thread_ts: str | None = None

    def saying(self, template: str, facts: Facts) -> Saying:
        key = f"whisper:{self.delivery}:{self.user}"
        if not self.channel_id:  # pressed on the home tab, where nothing can be whispered
            direct = Place(team_id=self.team_id, user_id=self.user)
            return Saying(key=key, template=template, facts=facts, place=direct)
        place = Place(team_id=self.team_id, channel_id=self.channel_id, thread_ts=self.thread_ts)
        return Saying(key=key, template=template, facts=facts, place=place, only_for=self.user)


@dataclass(frozen=True, slots=True)
class Whispers:
    database: Database

    def to(self, whisper: Whisper) -> "Whispering":
        return Whispering(self, whisper)

    async def say(self, whisper: Whisper, template: str, facts: Facts) -> None:
        """Anything that has a template; plain sentences go through `to`."""
        async with self.database.begin() as tx:
            await tx.outbox.say(whisper.saying(template, facts))


@dataclass(frozen=True, slots=True)
class Whispering:
    """Awaitable teller for failures_told_by."""

    whispers: Whispers
    whisper: Whisper

    async def __call__(self, text: str) -> None:
        await self.whispers.say(self.whisper, WHISPER, {"text": text})

    async def reply(self, text: str, blocks: Sequence[Block] = ()) -> None:
        shown = [block.to_dict() for block in blocks]
        await self.whispers.say(self.whisper, WHISPER, {"text": text, "blocks": shown} if shown else {"text": text})


def pressed(body: dict[str, Any]) -> Whisper:
    """Where to whisper to the person who pressed a button (a block_actions payload)."""
    container = body.get("container", {})
    actions: Sequence[dict[str, Any]] = body.get("actions", [])
    stamp = actions[0].get("action_ts", "") if actions else ""
    return Whisper(
        team_id=body["team"]["id"],
        channel_id=container.get("channel_id") or body.get("channel", {}).get("id", ""),
        user=body["user"]["id"],
        delivery=f"{container.get('message_ts') or container.get('view_id', '')}:{stamp}",
        thread_ts=container.get("thread_ts") or body.get("message", {}).get("thread_ts"),
    )
