"""How texts come into a round: its thread is opened, files are dropped, the next round takes them over."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.adding import Incoming, add_sources
from bot.cards import say_round_card
from bot.features.datasets.changing import append
from bot.lookup import find_voice, only_collecting, only_steward, only_unlocked, round_at
from bot.next_round import NOT_SAVED, open_next
from pipeline.domain.documents import Filters
from pipeline.domain.voices import RecipeStep, Round, RoundId
from pipeline.ports import Clock, Database, Transaction

OPENED = "datasets.opened"
LINK_WAIT_S = 0.7  # a post takes Slack about 0.2 s; the whole answer has to be there within 3
LINK_LOOKS_S = 0.05


@dataclass(frozen=True, slots=True)
class DroppedInThread:
    """A file as Slack tells of it, before a byte of it was fetched."""

    slack_file_id: str
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Opened:
    """Where files can be dropped. link: to the thread; None while its card is not posted.

    upload_link: to a page of our own, for this person only; None where there is none.
    """

    round_id: RoundId
    handle: str
    number: int
    channel_id: str
    link: str | None
    upload_link: str | None


@dataclass(frozen=True, slots=True)
class OpenDataset:
    """Opens (or finds) the dataset thread. Raises UnknownVoice, NotSteward. workspace_url: ends with a slash."""

    database: Database
    clock: Clock
    workspace_url: str
    upload_link: Callable[[Round, str], str | None]

    async def __call__(self, team_id: str, user: str, handle: str, filters: Filters | None) -> Opened:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_steward(voice, user)
            await only_collecting(tx, voice)
            round_ = await open_next(tx, voice, self.clock)
            await say_round_card(tx, round_, voice)
            if filters is not None:
                step = RecipeStep(NOT_SAVED, round_.round_id, by=user, at=now, filters=filters)
                await append(tx, step, round_, self.clock)
        upload_link = self.upload_link(round_, user)
        link = await self.link_to(round_)
        return Opened(round_.round_id, voice.handle, round_.number, round_.channel_id, link, upload_link)

    async def link_to(self, round_: Round) -> str | None:
        """A new thread's card is posted in a moment; the answer waits for it, but never long."""
        until = time.monotonic() + LINK_WAIT_S
        while True:
            async with self.database.read() as tx:
                posted = await tx.outbox.posted(round_.card_key)
            if posted is not None:
                return f"{self.workspace_url}archives/{posted.channel_id}/p{posted.ts.replace('.', '')}"
            if time.monotonic() > until:
                return None
            await asyncio.sleep(LINK_LOOKS_S)


@dataclass(frozen=True, slots=True)
class DropFiles:
    """Files dropped in a dataset thread become sources to be read, one after the other. Raises NotSteward."""

    database: Database
    clock: Clock

    async def round_of(self, team_id: str, channel_id: str, thread_ts: str) -> RoundId | None:
        """Whose thread it is; None anywhere else. Raises NotRecordedYet."""
        async with self.database.read() as tx:
            round_ = await round_at(tx, team_id, channel_id, thread_ts, now=self.clock())
        return round_.round_id if round_ else None

    async def __call__(self, round_id: RoundId, user: str, delivery: str, files: Sequence[DroppedInThread]) -> None:
        async with self.database.begin() as tx:
            if await tx.deliveries.first_time(delivery, now=self.clock()):
                await self.add(tx, await tx.rounds.by_id(round_id), user, files)

    async def add(self, tx: Transaction, round_: Round, user: str, files: Sequence[DroppedInThread]) -> None:
        now = self.clock()
        voice = await tx.voices.by_id(round_.voice_id)
        only_steward(voice, user)
        await only_collecting(tx, voice)
        only_unlocked(round_, voice)
        incoming = [
            Incoming(file.name, file.size_bytes, "slack_file", "slack", slack_file_id=file.slack_file_id)
            for file in files
        ]
        await add_sources(tx, round_, voice, user, incoming, now=now)
