"""Rows emptied of what is to be forgotten. A row that others count on stays, without the words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, delete, or_, tuple_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.drafting import DraftId, RewriteId
from pipeline.domain.erasures import FORGOTTEN_FILE, SOMEBODY
from pipeline.domain.voices import DatasetId, RoundId, SourceId, VoiceId
from pipeline.ports.erasures import TracesOfPerson
from storage.repositories.outbox import AT_ONCE
from storage.rows import a_statement_each
from storage.tables import (
    AuditRow,
    BaselinePairRow,
    BaselineRow,
    DatasetRow,
    DecisionRow,
    DraftRow,
    DuelRow,
    DuelTextRow,
    DuelVoteRow,
    EvaluationRow,
    OutboxRow,
    PictureRow,
    ReactionRow,
    RehearsalRow,
    RewriteRow,
    RoundFeedbackRow,
    SignoffRowTable,
    SignoffTable,
    SourceRow,
    TuningJobRow,
    VoiceModelRow,
)
from storage.tables.base import Row
from storage.voice_tables import blobs_of

NO_SOURCE: Final[dict[str, Any]] = {
    "name": FORGOTTEN_FILE,
    "state": "withdrawn",
    "withdrawn_by": FORGOTTEN_FILE,
    **dict.fromkeys(("slack_file_id", "sha256", "refusal", "readings", "facts", "url", "catalogue_blob")),
}
NO_SAMPLE: Final = {"document_key": "", "title": "", "prompt": "", "opening": "", "text_blob": ""}


@dataclass(frozen=True, slots=True)
class SqlForgetting:
    session: AsyncSession

    async def of_person(self, voice_id: VoiceId, user: str) -> TracesOfPerson:
        drafts = await self._ids(DraftRow, col(DraftRow.voice_id) == voice_id, col(DraftRow.requested_by) == user)
        rewrites = await self._ids(RewriteRow, self._rewrite_of(voice_id), col(RewriteRow.user) == user)
        emoji = sum([len(await self._ids(ReactionRow, *where)) for where in await self._emoji_of(voice_id, user)])
        votes = len(await self._ids(DuelVoteRow, self._vote_of(voice_id), col(DuelVoteRow.voter) == user))
        return TracesOfPerson(emoji + votes, tuple(map(RewriteId, rewrites)), tuple(map(DraftId, drafts)))

    async def person(self, voice_id: VoiceId, user: str) -> None:
        traces = await self.of_person(voice_id, user)
        for where in await self._emoji_of(voice_id, user):
            await self.session.exec(delete(ReactionRow).where(*where))
        await self.session.exec(delete(DuelVoteRow).where(self._vote_of(voice_id), col(DuelVoteRow.voter) == user))
        for duel in (await self.session.exec(select(DuelRow).where(col(DuelRow.voice_id) == voice_id))).all():
            voters = [SOMEBODY if voter == user else voter for voter in duel.voters]
            await self._set(DuelRow, [duel.id], voters=voters)
        drafts = select(DraftRow.id).where(col(DraftRow.voice_id) == voice_id)
        theirs = (col(DecisionRow.draft_id).in_(drafts), col(DecisionRow.by) == user)
        await self.session.exec(update(DecisionRow).where(*theirs).values(by=SOMEBODY))
        emptied = {"user": SOMEBODY, "text": "", "withdrawn": True}
        await self._set(RewriteRow, traces.rewrites, **emptied)
        gone = {"brief": "", "brief_key": "", "requested_by": SOMEBODY, "state": "withdrawn", "deleted_at": None}
        await self._set(DraftRow, traces.drafts, **gone)
        await self._forget_in_audit(voice_id, user)

    async def sources(self, sources: Collection[SourceId]) -> set[str]:
        named = await self._named(SourceRow, col(SourceRow.id).in_(sorted(sources)))
        await self._set(SourceRow, sorted(sources), **NO_SOURCE)
        return named

    async def datasets(self, datasets: Collection[DatasetId]) -> set[str]:
        ids = sorted(datasets)
        named = await self._named(DatasetRow, col(DatasetRow.id).in_(ids))
        signoffs = await self._ids(SignoffTable, col(SignoffTable.dataset_id).in_(ids))
        named |= await self._emptied(SignoffRowTable, col(SignoffRowTable.signoff_id).in_(signoffs), **NO_SAMPLE)
        of_these = col(RehearsalRow.dataset_id).in_(ids)
        named |= await self._emptied(RehearsalRow, of_these, shown_blob="", problems=[])
        baselines = await self._ids(BaselineRow, col(BaselineRow.dataset_id).in_(ids))
        pairs = col(BaselinePairRow.baseline_id).in_(baselines)
        named |= await self._emptied(BaselinePairRow, pairs, prompt="", shown_blob=None)
        jobs = await self._ids(TuningJobRow, col(TuningJobRow.dataset_id).in_(ids))
        learned = or_(col(VoiceModelRow.dataset_id).in_(ids), col(VoiceModelRow.tuning_job_id).in_(jobs))
        models = await self._ids(VoiceModelRow, learned)
        named |= await self._emptied(EvaluationRow, col(EvaluationRow.voice_model_id).in_(models), tries=[])
        await self._empty_duels(models)
        pictures = col(PictureRow.dataset_id).in_(ids)
        named |= await self._named(PictureRow, pictures)
        await self.session.exec(delete(PictureRow).where(pictures))
        return named

    async def feedback(self, rounds: Collection[RoundId]) -> set[str]:
        of_these = col(RoundFeedbackRow.round_id).in_(sorted(rounds))
        return await self._emptied(RoundFeedbackRow, of_these, sft_blob="", pairs_blob="", kto_blob="")

    async def messages(self, team_id: str, keys: Collection[str], template: str) -> None:
        erased = {"template": template, "facts": {}, "revision": col(OutboxRow.revision) + 1}
        to_edit = and_(col(OutboxRow.ts).is_not(None), col(OutboxRow.only_for).is_(None))
        due = {"state": case((to_edit, "due"), else_="done"), "run_at": AT_ONCE, "attempts": 0}
        for some in a_statement_each(sorted(keys)):
            ours = or_(
                *(col(OutboxRow.key).like(key) if key.endswith("%") else col(OutboxRow.key) == key for key in some)
            )
            of_team = col(OutboxRow.team_id) == team_id
            await self.session.exec(update(OutboxRow).where(of_team, ours).values(**erased, **due))

    async def whispers(self, team_id: str) -> None:
        said = (col(OutboxRow.only_for).is_not(None), col(OutboxRow.state) == "done")
        await self.session.exec(update(OutboxRow).where(col(OutboxRow.team_id) == team_id, *said).values(facts={}))

    async def retell(self, team_id: str, key: str, facts: Mapping[str, Any]) -> None:
        due = {"state": case((col(OutboxRow.ts).is_not(None), "due"), else_=col(OutboxRow.state))}
        values = {"facts": dict(facts), "revision": col(OutboxRow.revision) + 1, "run_at": AT_ONCE, "attempts": 0}
        mine = (col(OutboxRow.team_id) == team_id, col(OutboxRow.key) == key)
        await self.session.exec(update(OutboxRow).where(*mine).values(**values, **due))

    async def shrink(self, source_id: SourceId, name: str, sha256: str, size_bytes: int) -> None:
        news = {"name": name, "sha256": sha256, "size_bytes": size_bytes, "catalogue_blob": None, "facts": None}
        await self._set(SourceRow, [source_id], **news, slack_file_id=None)

    async def _empty_duels(self, models: Sequence[int]) -> None:
        """Their briefs are requests that the texts answer."""
        fought = or_(col(DuelRow.one).in_(models), col(DuelRow.other).in_(models))
        duels = await self._ids(DuelRow, fought, col(DuelRow.state).in_(("closed", "failed", "gone")))
        of_these = col(DuelTextRow.duel_id).in_(duels)
        await self.session.exec(update(DuelTextRow).where(of_these).values(brief=""))

    async def _emoji_of(self, voice_id: VoiceId, user: str) -> list[tuple[ColumnElement[bool], ...]]:
        """As conditions on reactions: on drafts, on better versions, and on our answers to those."""
        drafts = await self._ids(DraftRow, col(DraftRow.voice_id) == voice_id)
        rewrites = list(await self.session.exec(select(RewriteRow).where(self._rewrite_of(voice_id))))
        keys = [f"draft:{one}:text" for one in drafts] + [f"rewrite:{one.id}:fixed" for one in rewrites]
        places = [(one.channel_id, one.ts) for one in rewrites]
        for some in a_statement_each(keys):
            there = select(OutboxRow.posted_channel_id, OutboxRow.ts).where(
                col(OutboxRow.key).in_(some), col(OutboxRow.ts).is_not(None)
            )
            places += [(str(channel), str(ts)) for channel, ts in await self.session.exec(there)]
        where = tuple_(col(ReactionRow.channel_id), col(ReactionRow.ts))
        return [(where.in_(some), col(ReactionRow.user) == user) for some in a_statement_each(places)]

    async def _forget_in_audit(self, voice_id: VoiceId, user: str) -> None:
        """In what was said of drafts; who approved, paid or changed rights stays on record."""
        drafts = await self._ids(DraftRow, col(DraftRow.voice_id) == voice_id)
        rewrites = await self._ids(RewriteRow, self._rewrite_of(voice_id))
        subjects = [f"d-{one:04d}" for one in drafts] + [f"rewrite {one}" for one in rewrites]
        for some in a_statement_each(subjects):
            theirs = (col(AuditRow.subject).in_(some), col(AuditRow.who) == user)
            await self.session.exec(update(AuditRow).where(*theirs).values(who=SOMEBODY))

    def _rewrite_of(self, voice_id: VoiceId) -> ColumnElement[bool]:
        return col(RewriteRow.draft_id).in_(select(DraftRow.id).where(col(DraftRow.voice_id) == voice_id))

    def _vote_of(self, voice_id: VoiceId) -> ColumnElement[bool]:
        return col(DuelVoteRow.duel_id).in_(select(DuelRow.id).where(col(DuelRow.voice_id) == voice_id))

    async def _ids(self, rows: type[Row], *where: ColumnElement[bool]) -> list[int]:
        return list(await self.session.exec(select(col(rows.id)).where(*where).order_by(col(rows.id))))

    async def _named(self, rows: type[Row], where: ColumnElement[bool]) -> set[str]:
        found = await self.session.exec(select(rows).where(where))
        return {blob for row in found for blob in blobs_of(rows, row.model_dump())}

    async def _emptied(self, rows: type[Row], where: ColumnElement[bool], **values: Any) -> set[str]:
        named = await self._named(rows, where)
        await self.session.exec(update(rows).where(where).values(**values))
        return named

    async def _set(self, rows: type[Row], ids: Sequence[int], **values: Any) -> None:
        for some in a_statement_each(ids):
            await self.session.exec(update(rows).where(col(rows.id).in_(some)).values(**values))
