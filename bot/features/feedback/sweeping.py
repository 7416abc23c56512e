"""Emoji read again from Slack, so that no lost event stays lost: every hour, and when the bot starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, Protocol

from bot.draft_places import thread_of
from bot.editors import editors_of
from bot.emoji_meanings import meanings_in_force
from bot.features.feedback.deleting import gone_from_slack
from pipeline.domain.drafting import Draft, Reaction
from pipeline.domain.work import AuditEntry, PostedMessage, Saying, WorkItem
from pipeline.erasures import person_key
from pipeline.ports import Clock, Database, People, Transaction
from pipeline.verdicts import VerdictState, Voters, canonical, mended, verdict

FIXED_BY_SWEEP: Final = "feedback.swept"
ACTIVE_FOR: Final = timedelta(days=30)
EVERY: Final = timedelta(hours=1)
# reactions.get may be asked 50 times a minute (Tier 3); the rest is left to what people do meanwhile.
BATCH: Final = 30
PAUSE: Final = timedelta(minutes=1)

There = Mapping[str, Sequence[str]]


class EmojiThere(Protocol):
    """Slack's side. What may succeed later is raised as it came."""

    async def on(self, channel_id: str, ts: str) -> There | Literal["gone", "closed"]:
        """Who reacted, by emoji name. gone: the message is; closed: we are no longer let in."""
        ...


@dataclass(frozen=True, slots=True)
class AskForSweep:
    """Has the worker read every workspace's drafts of the last month again."""

    database: Database
    clock: Clock

    async def __call__(self) -> None:
        async with self.database.begin() as tx:
            for team_id in await tx.voices.teams():
                await tx.work.enqueue("sweep", team_id, team_id, run_at=self.clock())

    async def at_start(self) -> None:
        """After a while offline no earlier look counts."""
        async with self.database.begin() as tx:
            await tx.drafts.forget_sweeps()
        await self()


@dataclass(frozen=True, slots=True)
class SweepReactions:
    """The worker's side, some drafts at a time. item.subject: the workspace. bot_user: our own id."""

    database: Database
    emoji: EmojiThere
    people: People
    clock: Clock
    bot_user: str

    async def __call__(self, item: WorkItem) -> None:
        now = self.clock()
        async with self.database.read() as tx:
            due = await tx.drafts.to_sweep(item.team_id, since=now - ACTIVE_FOR, before=now - EVERY, most=BATCH)
        for draft in due:
            await self.look(draft)
        async with self.database.begin() as tx:
            if len(due) == BATCH:
                await tx.work.again(item, run_at=self.clock() + PAUSE)
            else:
                await tx.work.finish(item)

    async def look(self, draft: Draft) -> None:
        """What Slack shows now is the truth as of before it was asked: an event that came later stands."""
        async with self.database.read() as tx:
            posted = await tx.outbox.posted(draft.text_key)
        at = self.clock()
        there = await self.emoji.on(posted.channel_id, posted.ts) if posted is not None else "closed"
        async with self.database.begin() as tx:
            await tx.drafts.swept(draft.draft_id, at=at)
            if there == "gone":
                await gone_from_slack(tx, draft, now=at)
            elif posted is not None and there != "closed":
                await self.mend(tx, draft, posted, there, f"{at.timestamp():.6f}")

    async def mend(self, tx: Transaction, draft: Draft, posted: PostedMessage, there: There, at: str) -> None:
        team_id = draft.asked.team_id
        before = await tx.reactions.on_message(team_id, posted.channel_id, posted.ts)
        gone = await tx.erasures.people(draft.asked.voice_id)
        counted = {
            name: [user for user in users if self.counts(team_id, user) and person_key(team_id, user) not in gone]
            for name, users in there.items()
        }
        # What meant something once is kept up to date too: rounds keep the map of their day.
        names = {*await meanings_in_force(tx, team_id), *(canonical(one.name) for one in before)}
        meant = {name: users for name, users in counted.items() if canonical(name) in names}
        missed = mended(before, meant, message=(team_id, posted.channel_id, posted.ts), at=at)
        if not missed:
            return
        await tx.reactions.record(missed)
        after = await tx.reactions.on_message(team_id, posted.channel_id, posted.ts)
        was, state = await self.state(tx, draft, before), await self.state(tx, draft, after)
        told = {"verdict": state, "events": len(missed)}
        entry = AuditEntry(team_id, "understudy", "sweep.fixed", draft.label, {"verdict": was}, told)
        await tx.audit.record(entry, now=self.clock())
        if was != state:
            facts = {"label": draft.label, "events": len(missed), "verdict": state}
            await tx.outbox.say(Saying(f"sweep:{draft.draft_id}:{at}", FIXED_BY_SWEEP, facts, thread_of(draft)))

    def counts(self, team_id: str, user: str) -> bool:
        return user != self.bot_user and not self.people.is_guest(team_id, user)

    async def state(self, tx: Transaction, draft: Draft, reactions: Sequence[Reaction]) -> VerdictState:
        voice = await tx.voices.by_id(draft.asked.voice_id)
        ignored = {one.user for one in reactions if not self.counts(voice.team_id, one.user)}
        voters = Voters(voice.owner, frozenset(await editors_of(tx, voice)), frozenset(ignored))
        return verdict(reactions, voters=voters, meanings=await meanings_in_force(tx, voice.team_id)).state
