"""Collects what people said about a voice's drafts and previews the next round."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.cards import round_thread
from bot.dislikes import count_dislikes
from bot.editors import editors_of
from bot.emoji_meanings import meanings_in_force
from bot.lookup import find_voice
from bot.owners import Staff
from pipeline.domain.drafting import Draft, DraftId, Reaction, Rewrite
from pipeline.domain.feedback import Decided
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import Dataset, Round, Voice, VoiceId
from pipeline.domain.work import Place, Saying
from pipeline.duels import closed_duels
from pipeline.errors import NoFeedback, VoiceNotReady
from pipeline.ports import Clock, Database, Transaction
from pipeline.rewrites import as_thumbs_up, change_kind
from pipeline.round_rows import Contradiction, DatasetCounts, JudgedDraft, JudgedRewrite, RoundPreview
from pipeline.rounds import preview
from pipeline.verdicts import Meaning, Voters, verdict

PREVIEW: Final = "rounds.preview"


@dataclass(frozen=True, slots=True)
class Asked:
    """`/voice round founder`, wherever it was typed. thread_ts: of a thread it was typed in."""

    team_id: str
    channel_id: str
    user: str
    delivery: str
    handle: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the feedback would become, the rewrites it was made of, and what emoji meant then."""

    seen: RoundPreview
    rewrites: tuple[Rewrite, ...]
    meanings: Mapping[str, Meaning]


@dataclass(frozen=True, slots=True)
class PreviewRound:
    """Says the preview, once per delivery. Raises UnknownVoice, VoiceNotReady before there is a dataset.

    bot_user: our own Slack user id, whose emoji never count.
    """

    database: Database
    people: Staff
    clock: Clock
    bot_user: str

    async def __call__(self, asked: Asked) -> Round | None:
        """The round whose thread gets the answer; None when the thread of the voice's channel it was asked in does."""
        async with self.database.read() as tx:
            voice = await find_voice(tx, asked.team_id, asked.handle)
            latest = await tx.rounds.latest(voice.voice_id)
            if latest is None:
                raise VoiceNotReady(voice.handle, "no texts yet")
            gathered = await self.gather(tx, voice)
            facts = facts_of(voice, gathered.seen, await trained_round(tx, voice))
            facts["compared"] = await compared(tx, latest)
            facts["voice_id"] = voice.voice_id
            facts["consent_ended"] = await ended_on(tx, voice, self.clock())
            facts["owner"] = voice.owner
            facts["can_take"] = bool(gathered.seen.sft or gathered.seen.pairs)
        here = asked.thread_ts is not None and asked.channel_id == voice.channel_id
        in_thread = Place(asked.team_id, channel_id=asked.channel_id, thread_ts=asked.thread_ts)
        place = in_thread if here else round_thread(latest)
        async with self.database.begin() as tx:
            await tx.outbox.say(Saying(f"round-preview:{asked.delivery}", PREVIEW, facts, place))
        return None if here else latest

    async def gather(self, tx: Transaction, voice: Voice) -> Gathered:
        """All feedback of the voice as it stands now, and what it would become."""
        consent = await tx.consents.newest(voice.voice_id)
        writes = voice.state == "active" and consent is not None and consent.covers(self.clock())
        rewrites = await tx.rewrites.of_voice(voice.voice_id)
        meanings = await meanings_in_force(tx, voice.team_id)
        voters, judged = await self.judgements(tx, voice, rewrites, meanings)
        closed = [duel for duel in await tx.duels.of_voice(voice.voice_id) if duel.state == "closed"]
        dataset = await dataset_counts(tx, voice)
        seen = preview(
            judged,
            dataset=dataset,
            voters=voters,
            duels=[bout for duel in closed for bout in closed_duels(duel)],
            paused=not writes,
        )
        return Gathered(seen, tuple(rewrites), meanings)

    async def judged(
        self, tx: Transaction, voice: Voice, meanings: Mapping[str, Meaning] | None = None
    ) -> list[JudgedDraft]:
        """Each draft with its verdict, its rewrites and the owner's word. meanings: None takes those in force."""
        return (await self.judgements(tx, voice, await tx.rewrites.of_voice(voice.voice_id), meanings))[1]

    async def judgements(
        self, tx: Transaction, voice: Voice, rewrites: list[Rewrite], meanings: Mapping[str, Meaning] | None = None
    ) -> tuple[Voters, list[JudgedDraft]]:
        meanings = meanings or await meanings_in_force(tx, voice.team_id)
        decided = {one.draft_id: one.decided for one in await tx.decisions.of_voice(voice.voice_id)}
        drafts = await tx.drafts.of_voice(voice.voice_id)
        on_drafts = {draft.draft_id: await on_message(tx, voice, draft.text_key) for draft in drafts}
        on_rewrites = [await on_rewrite(tx, voice, rewrite) for rewrite in rewrites]
        editors = await editors_of(tx, voice)
        voters = self.voters(voice, [*on_drafts.values(), *on_rewrites], rewrites, editors)
        versions = list(zip(rewrites, on_rewrites, strict=True))
        return voters, judge(drafts, on_drafts, versions, voters, meanings, decided)

    def decider(self, voice: Voice) -> str:
        """Who says what becomes of contested drafts: the owner, or the steward for one who is not here."""
        return voice.owner if self.people.is_active(voice.team_id, voice.owner) else voice.steward

    def voters(
        self, voice: Voice, reactions: Iterable[list[Reaction]], rewrites: list[Rewrite], editors: Iterable[str]
    ) -> Voters:
        """Editors are those who were asked to look at texts; who is a guest now never counts."""
        people = {reaction.user for on_one in reactions for reaction in on_one}
        people |= {rewrite.facts.user for rewrite in rewrites}
        guests = {user for user in people if self.people.is_guest(voice.team_id, user)}
        return Voters(voice.owner, frozenset(editors), frozenset(guests | {self.bot_user}))


@dataclass(frozen=True, slots=True)
class CountDislikes:
    """What people said is wrong with the voice's drafts, and how often; never who. Raises UnknownVoice."""

    database: Database

    async def __call__(self, team_id: str, handle: str) -> dict[str, int]:
        async with self.database.read() as tx:
            voice = await find_voice(tx, team_id, handle)
            labels = [draft.label for draft in await tx.drafts.of_voice(voice.voice_id)]
            return count_dislikes(one.entry for one in await tx.audit.about(team_id, labels))


@dataclass(frozen=True, slots=True)
class LookAtContradictions:
    """Briefs of which people say both that A is better and that B is. Raises NoFeedback."""

    database: Database
    preview: PreviewRound

    async def __call__(self, voice_id: VoiceId, team_id: str) -> tuple[Contradiction, ...]:
        async with self.database.read() as tx:
            voice = await tx.voices.by_id(voice_id)
            if voice.team_id != team_id:
                raise NoFeedback(voice.handle)
            return (await self.preview.gather(tx, voice)).seen.contradictions


def judge(
    drafts: list[Draft],
    on_drafts: dict[DraftId, list[Reaction]],
    rewrites: list[tuple[Rewrite, list[Reaction]]],
    voters: Voters,
    meanings: Mapping[str, Meaning],
    decided: Mapping[DraftId, Decided],
) -> list[JudgedDraft]:
    """Each draft with its verdict and its rewrites; a rewrite that is the same text is its writer's 👍 (pure)."""
    judged = []
    for draft in drafts:
        mine = [(rewrite, reactions) for rewrite, reactions in rewrites if rewrite.facts.draft_id == draft.draft_id]
        thumbs = [thumbs_up(rewrite) for rewrite, _ in mine if change_kind(rewrite.facts.changed_share) == "same"]
        of_draft = verdict([*on_drafts.get(draft.draft_id, []), *thumbs], voters=voters, meanings=meanings)
        versions = tuple(
            JudgedRewrite(rewrite, verdict(on_it, voters=voters, meanings=meanings) if on_it else None)
            for rewrite, on_it in mine
        )
        judged.append(JudgedDraft(draft, of_draft, versions, decided.get(draft.draft_id)))
    return judged


def thumbs_up(rewrite: Rewrite) -> Reaction:
    """Dated by the row: a version from a form has no Slack time."""
    return replace(as_thumbs_up(rewrite), event_ts=f"{rewrite.created_at.timestamp():.6f}")


async def on_message(tx: Transaction, voice: Voice, key: str) -> list[Reaction]:
    posted = await tx.outbox.posted(key)
    return await tx.reactions.on_message(voice.team_id, posted.channel_id, posted.ts) if posted is not None else []


async def on_rewrite(tx: Transaction, voice: Voice, rewrite: Rewrite) -> list[Reaction]:
    """On its own message, and on our answer to it, which is all there is of a version from a form."""
    facts = rewrite.facts
    on_own = await tx.reactions.on_message(voice.team_id, facts.channel_id, facts.ts)
    return [*on_own, *await on_message(tx, voice, f"rewrite:{rewrite.rewrite_id}:fixed")]


async def dataset_counts(tx: Transaction, voice: Voice) -> DatasetCounts:
    """Examples of the newest model, and texts prepared for a round after it; better versions counted by themselves."""
    latest = await tx.rounds.latest(voice.voice_id)
    current = await tx.datasets.by_id(latest.dataset_id) if latest and latest.dataset_id is not None else None
    job = await newest_job(tx, voice)
    now = examples_in(current) - await versions_in(tx, latest)
    if job is None or latest is None or latest.round_id == job.round_id:
        return DatasetCounts(now)
    trained = examples_in(await tx.datasets.by_id(job.dataset_id))
    trained -= await versions_in(tx, await tx.rounds.by_id(job.round_id))
    return DatasetCounts(trained, max(0, now - trained), max(0, trained - now) if current else 0)


async def versions_in(tx: Transaction, round_: Round | None) -> int:
    """Better versions and starred drafts among a round's examples."""
    taken = await tx.round_feedbacks.of_round(round_.round_id) if round_ is not None else None
    return taken.examples if taken is not None else 0


async def compared(tx: Transaction, latest: Round) -> dict[str, int] | None:
    """The round whose texts can be compared with those of the round before; None while there is nothing to compare."""
    before = await tx.rounds.before(latest)
    if latest.dataset_id is None or before is None or before.dataset_id is None:
        return None
    return {"round_id": latest.round_id, "before": before.number}


def examples_in(dataset: Dataset | None) -> int:
    return dataset.facts.examples if dataset is not None else 0


async def newest_job(tx: Transaction, voice: Voice) -> TuningJob | None:
    trained = [one.tuning_job_id for one in await tx.voice_models.of_voice(voice.voice_id) if one.tuning_job_id]
    return await tx.tuning_jobs.by_id(trained[-1]) if trained else None


async def trained_round(tx: Transaction, voice: Voice) -> int:
    """The round the newest model was trained on; 0 before the first."""
    job = await newest_job(tx, voice)
    return (await tx.rounds.by_id(job.round_id)).number if job is not None else 0


def facts_of(voice: Voice, seen: RoundPreview, trained: int) -> dict[str, Any]:
    """The preview in numbers, as JSON (pure)."""
    own = [row for row in seen.sft if row.by is None]
    return {
        "handle": voice.handle,
        "number": trained + 1,
        "drafts": len(seen.used) + len(seen.not_used),
        "dataset": seen.dataset.examples,
        "new_documents": seen.dataset.new_documents,
        "withdrawn_documents": seen.dataset.withdrawn,
        "rewrites": len(seen.sft) - len(own),
        "own": len(own),
        "own_waiting": len(seen.own_waiting),
        "different_articles": seen.different_articles,
        "pairs": dict(Counter("rewrite" if "rewrite" in pair.source else pair.source for pair in seen.pairs)),
        "good": sum(row.good for row in seen.kto),
        "bad": sum(not row.good for row in seen.kto),
        "examples": seen.examples,
        "method": seen.method,
        "not_used": {str(reason): count for reason, count in seen.count_not_used().items()},
        "undecided": len(seen.undecided),
        "contradictions": [[one.brief, one.one_says, one.other_says] for one in seen.contradictions],
        "longer_share": seen.watch.longer_share if seen.watch.teaches_longer else None,
        "main_person": seen.watch.main_person if seen.watch.one_persons_taste else None,
        "main_person_share": seen.watch.main_person_share,
    }


async def ended_on(tx: Transaction, voice: Voice, now: datetime) -> str | None:
    """When consent ended by its date, as it is kept in facts."""
    consent = await tx.consents.newest(voice.voice_id)
    has_ended = consent is not None and consent.state == "given" and consent.has_ended(now)
    return consent.expires_at.isoformat() if has_ended and consent and consent.expires_at else None
