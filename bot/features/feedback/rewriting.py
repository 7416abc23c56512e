"""Better versions that people write: kept, revised when edited, withdrawn when deleted or unwanted."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.draft_places import newest_in_thread, thread_of, wait_for_record
from bot.features.feedback.usecase import FIX_HOW, fits_form
from bot.lookup import only_steward
from pipeline.domain.drafting import Draft, NewRewrite, Rewrite, RewriteId
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import NotADraft
from pipeline.ports import Clock, Database, People, Transaction
from pipeline.rewrites import Submission, change_kind, changed_share, diff_text, is_fix, read_submission

FIXED: Final = "feedback.fixed"
SAME: Final = "feedback.same"


@dataclass(frozen=True, slots=True)
class Said:
    """A message in a thread as Slack has it. text: as sent, escaped. delivery_id: unique per delivery."""

    team_id: str
    channel_id: str
    thread_ts: str
    ts: str
    user: str
    text: str
    delivery_id: str

    @property
    def seen_key(self) -> str:
        """Marks that this message was dealt with: an older delivery that comes late changes nothing."""
        return f"fix:{self.team_id}:{self.channel_id}:{self.ts}"


@dataclass(frozen=True, slots=True)
class KeepRewrite:
    """`fix: …` in a draft's thread. Raises NotADraft under a draft's card when no draft stands there yet."""

    database: Database
    people: People
    clock: Clock

    async def __call__(self, said: Said) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            if not await tx.deliveries.first_time(said.seen_key, now=now):
                return
            await wait_for_record(tx, said.team_id, said.channel_id, now=now)
            draft = await newest_in_thread(tx, said.team_id, said.channel_id, said.thread_ts, before_ts=said.ts)
            if draft is None:
                key = await tx.outbox.key_at(said.team_id, said.channel_id, said.thread_ts)
                if key is not None and key.startswith("draft:"):
                    raise NotADraft
                return  # people write "fix:" elsewhere too
            submission = read_submission(said.text)
            if self.people.is_guest(said.team_id, said.user):
                entry = AuditEntry(said.team_id, said.user, "feedback.guest_not_counted", draft.label)
                await tx.audit.record(entry, now=now)
            elif not submission.text:
                await tell_how(tx, draft, said)
            else:
                await keep(tx, draft, said_rewrite(said, draft), submission, now=now)


@dataclass(frozen=True, slots=True)
class ReviseRewrite:
    """The message was edited. An edit that leaves the text as it was (a link unfurled) changes nothing."""

    database: Database
    clock: Clock
    keep: KeepRewrite

    async def __call__(self, said: Said) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            known = await rewrite_at(tx, said)
            if known is not None:
                if not known.withdrawn and await tx.deliveries.first_time(said.delivery_id, now=now):
                    await self.revise(tx, known, said, now)
                return
        if is_fix(said.text):
            await self.keep(said)

    async def revise(self, tx: Transaction, known: Rewrite, said: Said, now: datetime) -> None:
        draft = await tx.drafts.by_id(known.facts.draft_id)
        submission = read_submission(said.text)
        if not is_fix(said.text) or not submission.text:
            await withdraw(tx, known, by=said.user, now=now)
        elif submission.text != known.facts.text:
            await keep(tx, draft, said_rewrite(said, draft), submission, now=now)


@dataclass(frozen=True, slots=True)
class DropRewrite:
    """Its message was deleted: the rewrite is withdrawn, and its message arriving late no longer counts."""

    database: Database
    clock: Clock

    async def __call__(self, said: Said) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            await tx.deliveries.first_time(said.seen_key, now=now)
            known = await rewrite_at(tx, said)
            if known is not None and not known.withdrawn:
                await withdraw(tx, known, by=said.user, now=now)


@dataclass(frozen=True, slots=True)
class WithdrawRewrite:
    """[Don't use], by its writer, the owner or the steward. Raises NotSteward, NotADraft."""

    database: Database
    clock: Clock

    async def __call__(self, rewrite_id: RewriteId, *, team_id: str, user: str) -> None:
        async with self.database.begin() as tx:
            known = await tx.rewrites.by_id(rewrite_id)
            if known.facts.team_id != team_id:
                raise NotADraft
            draft = await tx.drafts.by_id(known.facts.draft_id)
            if user != known.facts.user:
                only_steward(await tx.voices.by_id(draft.asked.voice_id), user)
            if not known.withdrawn:
                await withdraw(tx, known, by=user, now=self.clock())


@dataclass(frozen=True, slots=True)
class ShowChange:
    """[See diff]: the two versions in one, in Slack's words. Raises NotADraft."""

    database: Database

    async def __call__(self, rewrite_id: RewriteId, *, team_id: str) -> str:
        async with self.database.read() as tx:
            known = await tx.rewrites.by_id(rewrite_id)
            draft = await tx.drafts.by_id(known.facts.draft_id)
        if known.facts.team_id != team_id or draft.written is None:
            raise NotADraft
        return diff_text(draft.written.text, known.facts.text)


async def rewrite_at(tx: Transaction, said: Said) -> Rewrite | None:
    """The rewrite this message became, whatever thread or draft it belongs to."""
    for voice in await tx.voices.of_team(said.team_id):
        for rewrite in await tx.rewrites.of_voice(voice.voice_id):
            if (rewrite.facts.channel_id, rewrite.facts.ts) == (said.channel_id, said.ts):
                return rewrite
    return None


def said_rewrite(said: Said, draft: Draft) -> NewRewrite:
    return new_rewrite(said.team_id, draft, said.user, said.channel_id, said.ts)


def new_rewrite(team_id: str, draft: Draft, user: str, channel_id: str, ts: str) -> NewRewrite:
    return NewRewrite(team_id, draft.draft_id, user, channel_id, ts, text="", changed_share=0.0)


async def keep(
    tx: Transaction, draft: Draft, new: NewRewrite, submission: Submission, *, now: datetime, shown: bool = False
) -> None:
    """shown: nobody has seen the text yet (it came by a form), so the thread gets to see it."""
    if draft.written is None:
        raise NotADraft
    share = changed_share(draft.written.text, submission.text)
    rewrite = await tx.rewrites.add(replace(new, text=submission.text, changed_share=share), now=now)
    after = {"draft": draft.label, "changed_share": round(share, 3), "revision": rewrite.revision}
    await record(tx, rewrite, "rewrite.kept", new.user, after, now)
    await tell(tx, draft, rewrite, links=len(submission.links), shown=submission.text if shown else None)


async def tell_how(tx: Transaction, draft: Draft, said: Said) -> None:
    """A `fix:` with nothing behind it."""
    facts = {"draft_id": draft.draft_id, "fits_form": fits_form(draft)}
    saying = Saying(f"{FIX_HOW}:{said.delivery_id}", FIX_HOW, facts, thread_of(draft), only_for=said.user)
    await tx.outbox.say(saying)


async def withdraw(tx: Transaction, known: Rewrite, *, by: str, now: datetime) -> None:
    facts = known.facts
    await tx.rewrites.withdraw(facts.team_id, facts.channel_id, facts.ts)
    await record(tx, known, "rewrite.withdrawn", by, {"withdrawn": True}, now)
    await tell(tx, await tx.drafts.by_id(facts.draft_id), replace(known, withdrawn=True))


async def tell(tx: Transaction, draft: Draft, rewrite: Rewrite, *, links: int = 0, shown: str | None = None) -> None:
    """The same text is whispered to its writer; anything else the thread may object to. An edit edits the answer."""
    kind, key = change_kind(rewrite.facts.changed_share), f"rewrite:{rewrite.rewrite_id}:fixed"
    facts = {
        "rewrite_id": rewrite.rewrite_id,
        "share": rewrite.facts.changed_share,
        "kind": kind,
        "links": links,
        "withdrawn": rewrite.withdrawn,
        "round": await next_round(tx, draft),
        "user": rewrite.facts.user,
        "shown": shown,
    }
    if kind == "same" and not rewrite.withdrawn:
        whisper = Saying(f"{key}:same", SAME, {}, thread_of(draft), only_for=rewrite.facts.user)
        await tx.outbox.say(whisper)
    if kind != "same" or await tx.outbox.posted(key) is not None:
        await tx.outbox.say(Saying(key, FIXED, facts, thread_of(draft)))


async def next_round(tx: Transaction, draft: Draft) -> int:
    """What is said now counts for the round after the one the newest model was trained on."""
    newest = (await tx.voice_models.of_voice(draft.asked.voice_id))[-1]
    if newest.tuning_job_id is None:  # nothing was trained yet
        return 1
    job = await tx.tuning_jobs.by_id(newest.tuning_job_id)
    return (await tx.rounds.by_id(job.round_id)).number + 1


async def record(tx: Transaction, rewrite: Rewrite, what: str, who: str, after: dict[str, Any], now: datetime) -> None:
    entry = AuditEntry(rewrite.facts.team_id, who, what, f"rewrite {rewrite.rewrite_id}", after=after)
    await tx.audit.record(entry, now=now)
