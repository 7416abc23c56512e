"""A voice's rows come out of one database and into another with everything that was said of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col
from storage_seeds import NOW, TEAM, add_draft, add_voice

from pipeline.domain.attestations import NewAttestation
from pipeline.domain.drafting import NewRewrite, Reaction, Written
from pipeline.domain.exports import Arrival, VoiceRows
from pipeline.domain.feedback import RoundFeedback, UsedRow
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import ConsentLimits, NewSource, RecipeStep, StepId, VoiceId
from pipeline.domain.work import Place, Saying
from pipeline.errors import VoiceIsHere
from storage.database import SqlDatabase
from storage.tables import OutboxRow
from storage.voice_tables import OF, pointers

ELSEWHERE = Arrival("T2", "founder", "UOWNER", "USTEWARD", "C9")


async def add_whole_voice(tx: Any) -> VoiceId:
    """A trained voice with a text, a choice, a draft that stands in Slack, emoji and a better version."""
    draft = await add_draft(tx)
    voice_id = draft.asked.voice_id
    round_ = await tx.rounds.latest(voice_id)
    (job,) = await tx.tuning_jobs.of_voice(voice_id)
    await tx.tuning_jobs.update(replace(job, state="ready"))
    await approve(tx, job)
    await tx.rounds.prepared(round_.round_id, revision=0, dataset_id=job.dataset_id)
    source = NewSource(TEAM, voice_id, round_.round_id, "posts.csv", 10, "direct", "USTEWARD", sha256="s" * 64)
    kept = await tx.sources.add(source, now=NOW)
    await tx.sources.update(kept.source_id, state="read", documents=3, catalogue_blob="k" * 64)
    await tx.recipe_steps.append(RecipeStep(StepId(0), round_.round_id, "USTEWARD", NOW, rule="link", choice="fix"))
    await consent_with_limits(tx, voice_id)
    await tx.voices.let_draft(voice_id, ("C7", "UNAMED"))
    await tx.drafts.written(draft.draft_id, Written("words", 1, 1, 5, 5, "stop"))
    await tx.outbox.say(Saying(draft.text_key, "drafting.text", {"text": "words"}, Place(TEAM, "C1")))
    stands = update(OutboxRow).where(col(OutboxRow.key) == draft.text_key)
    await tx.outbox.session.exec(stands.values(posted_channel_id="C1", ts="7.1", posted_at=NOW))
    await tx.reactions.record([Reaction(TEAM, "C1", "7.1", "UEDITOR", "+1", True, "8.1")])
    rewrite = await tx.rewrites.add(NewRewrite(TEAM, draft.draft_id, "UEDITOR", "C1", "9.1", "better", 0.2), now=NOW)
    used = (UsedRow(draft.draft_id, rewrite.rewrite_id, 1),)
    feedback = RoundFeedback(round_.round_id, TEAM, "USTEWARD", NOW, "f" * 64, "p" * 64, "t" * 64, 1, 1, used, {})
    await tx.round_feedbacks.take(feedback)
    return voice_id


async def consent_with_limits(tx: Any, voice_id: VoiceId) -> None:
    """Given, by an admin's word."""
    consent, limits = (
        await tx.consents.ask(voice_id, "UOWNER", now=NOW),
        ConsentLimits(NOW, date(2020, 1, 2), "no posts"),
    )
    said = NewAttestation(TEAM, consent.consent_id, "UADMIN", "F1", "note.pdf", limits)
    await tx.attestations.keep((await tx.attestations.add(said, now=NOW)).attestation_id, "n" * 64, consent.consent_id)
    given = {"expected": "asked", "state": "given", "at": NOW, "until": NOW, "limits": limits}
    assert await tx.consents.decide(consent.consent_id, **given)


async def approve(tx: Any, job: TuningJob) -> None:
    decided = {"state": "approved", "by": "UBOSS", "at": NOW, "reason": None}
    assert await tx.spend_requests.decide(job.spend_request_id, **decided)


def with_other_runs(voice: VoiceRows) -> VoiceRows:
    """As if it came from another database."""
    jobs = [{**job, "key": f"{job['key']}-elsewhere"} for job in voice.of("tuning_job")]
    return VoiceRows({**voice.rows, "tuning_job": jobs}, voice.blobs)


def without_ids(voice: VoiceRows) -> dict[str, list[Mapping[str, Any]]]:
    """What does not depend on where it stands."""
    return {
        table: [
            {
                name: value
                for name, value in row.items()
                if name not in {"id", "team_id", "used", "dataset_id", *(pointers(OF[table]) if table in OF else ())}
            }
            for row in rows
        ]
        for table, rows in voice.rows.items()
        if table != "voice"
    }


async def test_a_voice_comes_into_another_workspace_whole(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        await add_voice(tx)  # so that ids differ
        voice_id = await add_whole_voice(tx)
        there = await tx.whole_voices.rows_of(voice_id)
    assert {table for table, rows in there.rows.items() if not rows} == {
        *("signoff", "signoff_row", "rehearsal", "baseline", "baseline_pair", "baseline_judgement"),
        *("voice_alias", "voice_preference", "decision", "evaluation", "duel", "duel_text", "duel_vote"),
    }
    assert {"s" * 64, "k" * 64, "f" * 64, "a"} <= there.blobs
    as_file = with_other_runs(VoiceRows(json.loads(json.dumps(asdict(there)["rows"])), there.blobs))
    async with db.begin() as tx:
        here = await tx.whole_voices.rows_of(await tx.whole_voices.put(as_file, ELSEWHERE, now=NOW))
    expected = without_ids(as_file)
    assert without_ids(here) == expected
    assert here.voice["drafters"] == ["C7", "UNAMED"]
    assert here.voice["writer"] == there.voice["handle"]  # its rows still say the old name


async def test_what_was_said_of_a_draft_is_found_where_the_draft_stood(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        there = with_other_runs(await tx.whole_voices.rows_of(await add_whole_voice(tx)))
        voice_id = await tx.whole_voices.put(there, ELSEWHERE, now=NOW)
    async with db.read() as tx:
        (draft,) = await tx.drafts.of_voice(voice_id)
        posted = await tx.outbox.posted(draft.text_key, team_id="T2")
        assert posted is not None
        said = await tx.reactions.on_message("T2", posted.channel_id, posted.ts)
        (feedback,) = await tx.round_feedbacks.of_voice(voice_id)
        (rewrite,) = await tx.rewrites.of_voice(voice_id)
        latest = await tx.rounds.latest(voice_id)
    assert [(one.user, one.name) for one in said] == [("UEDITOR", "+1")]
    assert feedback.used == (UsedRow(draft.draft_id, rewrite.rewrite_id, 1),)
    assert rewrite.facts.draft_id == draft.draft_id
    assert latest is not None and latest.dataset_id is not None
    assert (await dataset_of(db, latest.dataset_id)).facts.voice_id == voice_id


async def dataset_of(db: SqlDatabase, dataset_id: Any) -> Any:
    async with db.read() as tx:
        return await tx.datasets.by_id(dataset_id)


async def test_a_run_that_is_under_way_stays_with_whoever_pays_for_it(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        draft = await add_draft(tx)
        (job,) = await tx.tuning_jobs.of_voice(draft.asked.voice_id)
        await approve(tx, job)
        rows = await tx.whole_voices.rows_of(draft.asked.voice_id)
    assert not rows.of("tuning_job")
    assert not rows.of("spend_request")


async def test_the_same_runs_cannot_be_here_twice(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        there = await tx.whole_voices.rows_of(await add_whole_voice(tx))
    with pytest.raises(VoiceIsHere):
        async with db.begin() as tx:
            await tx.whole_voices.put(there, ELSEWHERE, now=NOW)
    async with db.read() as tx:
        assert await tx.voices.of_team("T2") == []


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("voice", {"purpose": "world domination"}),
        ("source", {"round_id": 999}),
        ("consent", {"asked_at": "yesterday"}),
        ("consent", {"asked_at": "2026-11-21T09:30:00"}),
        ("draft", {"words": "many"}),
    ],
)
async def test_rows_that_are_none_of_ours_are_refused(db: SqlDatabase, table: str, change: dict[str, Any]) -> None:
    async with db.begin() as tx:
        there = with_other_runs(await tx.whole_voices.rows_of(await add_whole_voice(tx)))
    broken = VoiceRows({**there.rows, table: [{**there.of(table)[0], **change}]}, there.blobs)
    with pytest.raises(ValueError, match=r"\w"):
        async with db.begin() as tx:
            await tx.whole_voices.put(broken, ELSEWHERE, now=NOW)


async def test_a_blob_is_in_use_while_any_row_names_it(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        await add_whole_voice(tx)
        used = await tx.whole_voices.blobs_in_use({"s" * 64, "k" * 64, "z" * 64, "t" * 64})
    assert used == {"s" * 64, "k" * 64, "t" * 64}
