"""What is stored comes back equal, and repeated writes change nothing."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from storage_seeds import (
    NEW_VOICE,
    NOW,
    TEAM,
    add_dataset,
    add_draft,
    add_job,
    add_model,
    add_request,
    add_round,
    add_voice,
    new_dataset,
)

from pipeline.domain.documents import DocumentId, Filters
from pipeline.domain.drafting import NewRewrite, Written
from pipeline.domain.voices import NewSource, RecipeStep, RoundId, StepId, VoiceId
from pipeline.domain.work import AuditEntry
from pipeline.errors import VoiceTaken
from storage.database import SqlDatabase
from storage.tables import DatasetRow

LATER = NOW + timedelta(days=1)


async def test_a_voice_comes_back_by_handle_within_its_team(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice = await tx.voices.add(NEW_VOICE, now=NOW)
        other = await tx.voices.add(replace(NEW_VOICE, team_id="T2"), now=NOW)
    async with db.read() as tx:
        assert await tx.voices.by_handle(TEAM, "founder") == voice == await tx.voices.by_id(voice.voice_id)
        assert await tx.voices.of_team("T2") == [other]
        assert await tx.voices.by_handle("T3", "founder") is None
    assert voice.created_at == NOW


async def test_a_taken_handle_names_the_steward_and_spoils_nothing(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        await tx.voices.add(NEW_VOICE, now=NOW)
        with pytest.raises(VoiceTaken) as taken:
            await tx.voices.add(replace(NEW_VOICE, steward="USOMEBODY"), now=NOW)
        await tx.voices.add(replace(NEW_VOICE, handle="still-works"), now=NOW)
    assert taken.value.steward == "USTEWARD"


async def test_an_unknown_id_is_a_bug(db: SqlDatabase) -> None:
    with pytest.raises(LookupError):
        async with db.read() as tx:
            await tx.voices.by_id(VoiceId(99))


async def test_a_consent_is_decided_once(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice = await add_voice(tx)
        asked = await tx.consents.ask(voice.voice_id, "UOWNER", now=NOW)
        assert await tx.consents.decide(asked.consent_id, expected="asked", state="given", at=NOW, until=LATER)
        assert not await tx.consents.decide(asked.consent_id, expected="asked", state="refused", at=NOW, until=None)
        given = await tx.consents.newest(voice.voice_id)
    assert given == replace(asked, state="given", decided_at=NOW, expires_at=LATER, drafters=voice.drafters)
    assert given.covers(NOW)


async def test_a_yes_is_to_who_may_draft_then_and_can_be_widened(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice = await add_voice(tx)
        asked = await tx.consents.ask(voice.voice_id, "UOWNER", now=NOW)
        assert asked.drafters is None
        await tx.voices.let_draft(voice.voice_id, ("C7",))
        await tx.consents.decide(asked.consent_id, expected="asked", state="given", at=NOW, until=LATER)
        await tx.voices.let_draft(voice.voice_id, ("U1",))
        assert (await tx.consents.by_id(asked.consent_id)).drafters == ("C7",)
        await tx.consents.widen(asked.consent_id, ("C7", "U1"))
        assert (await tx.consents.by_id(asked.consent_id)).drafters == ("C7", "U1")


async def test_who_has_the_voice_gets_its_consent_whoever_else_wants_both(db: SqlDatabase) -> None:
    """On Postgres each would hold one and wait for the other, until it ends one of them."""
    async with db.begin() as tx:
        voice = await add_voice(tx)
        asked = await tx.consents.ask(voice.voice_id, "UOWNER", now=NOW)
    has_consent = asyncio.Event()

    async def answer() -> None:
        async with db.begin() as tx:
            consent = await tx.consents.by_id(asked.consent_id)
            has_consent.set()
            await tx.voices.by_id(consent.voice_id)

    async with db.begin() as tx:
        await tx.voices.by_id(voice.voice_id)
        answering = asyncio.create_task(answer())
        with suppress(TimeoutError):
            await asyncio.wait_for(has_consent.wait(), 0.5)
        assert await tx.consents.newest(voice.voice_id) == asked
    await answering


async def test_the_newest_consent_counts(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice = await add_voice(tx)
        assert await tx.consents.newest(voice.voice_id) is None
        await tx.consents.ask(voice.voice_id, "UOWNER", now=NOW)
        second = await tx.consents.ask(voice.voice_id, "UOWNER", now=LATER)
        assert await tx.consents.newest(voice.voice_id) == second == await tx.consents.by_id(second.consent_id)


async def test_a_locked_round_is_followed_by_the_next_number(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice = await add_voice(tx)
        first = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
        assert await tx.rounds.open_for(voice, channel_id="C2", now=LATER) == first
        await tx.rounds.lock(first.round_id)
        second = await tx.rounds.open_for(voice, channel_id="C2", now=LATER)
        assert (first.number, second.number, second.state) == (1, 2, "open")
        assert await tx.rounds.latest(voice.voice_id) == second


async def test_what_an_older_revision_came_to_is_ignored(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset = await add_dataset(tx)
        round_id = dataset.facts.round_id
        assert [await tx.rounds.changed(round_id) for _ in range(3)] == [1, 2, 3]
        await tx.rounds.prepared(round_id, revision=3, dataset_id=dataset.dataset_id)
        await tx.rounds.prepared(round_id, revision=2, dataset_id=None)
        prepared = await tx.rounds.by_id(round_id)
    assert (prepared.prepared_revision, prepared.dataset_id) == (3, dataset.dataset_id)


async def test_recipe_steps_come_back_in_order_and_are_undone_once(db: SqlDatabase) -> None:
    filters = Filters(author="maria", since=date(2020, 1, 31), exclude_titles=("^News",))
    async with db.begin() as tx:
        of = await add_round(tx)
        blank = RecipeStep(StepId(0), of.round_id, "U1", NOW)
        first = await tx.recipe_steps.append(replace(blank, filters=filters))
        second = await tx.recipe_steps.append(replace(blank, rule="near-duplicate", choice="keep"))
        third = await tx.recipe_steps.append(replace(blank, excluded=DocumentId("a.csv\n7")))
        assert await tx.recipe_steps.undo(first.step_id, at=LATER, by="U2")
        assert not await tx.recipe_steps.undo(first.step_id, at=NOW)
        undone = replace(first, undone_at=LATER, undone_by="U2")
        assert await tx.recipe_steps.of_round(of.round_id) == [undone, second, third]
    assert first.filters == filters


async def test_only_read_sources_of_the_round_have_the_same_bytes(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        of = await add_round(tx)
        new = NewSource(TEAM, of.voice_id, of.round_id, "posts.xml", 5_000_000_000, "slack_file", "U1", "F1")
        source = await tx.sources.add(new, now=NOW)
        await tx.sources.update(source.source_id, state="waiting", sha256="aa")
        assert await tx.sources.same_bytes(of.round_id, "aa") is None
        await tx.sources.update(source.source_id, state="read", documents=12)
        read = await tx.sources.same_bytes(of.round_id, "aa")
        assert read == replace(source, state="read", sha256="aa", documents=12)
        assert await tx.sources.of_round(of.round_id) == [read]
        await tx.sources.update(source.source_id, state="withdrawn")
        assert await tx.sources.same_bytes(of.round_id, "aa") is None


async def test_the_same_dataset_is_stored_once(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        of = await add_round(tx)
        dataset = await tx.datasets.add(new_dataset(of), now=NOW)
        assert await tx.datasets.add(new_dataset(of), now=LATER) == dataset
        assert (await tx.datasets.add(new_dataset(of, "other"), now=NOW)).dataset_id != dataset.dataset_id
        assert await tx.datasets.by_id(dataset.dataset_id) == dataset
    assert dataset.facts == new_dataset(of)


async def test_the_same_rows_by_another_recipe_are_a_dataset_of_their_own(db: SqlDatabase) -> None:
    """A fix that changes no text settles its blocker; what was stored before still says what it said."""
    async with db.begin() as tx:
        of = await add_round(tx)
        blocked = replace(new_dataset(of), open_blockers=("link",), report_blob="before", recipe_blob="kept")
        settled = replace(blocked, open_blockers=(), report_blob="after", recipe_blob="fixed")
        first, second = await tx.datasets.add(blocked, now=NOW), await tx.datasets.add(settled, now=LATER)
        assert (first.facts, second.facts) == (blocked, settled)
        other_words = replace(blocked, report_blob="told in other words", kept=1)
        assert await tx.datasets.add(other_words, now=LATER) == first == await tx.datasets.by_id(first.dataset_id)


@pytest.mark.parametrize("column", [column.name for column in DatasetRow.__table__.columns])  # type: ignore[attr-defined]
async def test_a_stored_dataset_cannot_be_changed(db: SqlDatabase, column: str) -> None:
    async with db.begin() as tx:
        dataset = await add_dataset(tx)
    with pytest.raises(DBAPIError, match="never changes"):
        async with db.engine.writing() as session:
            await session.exec(text(f"UPDATE dataset SET {column} = {column}"))  # type: ignore[call-overload]
    async with db.read() as tx:
        assert await tx.datasets.by_id(dataset.dataset_id) == dataset


async def test_a_round_remembers_the_dataset_that_stood_before(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        of = await add_round(tx)
        names = [(await tx.datasets.add(new_dataset(of, name), now=NOW)).dataset_id for name in ("a", "b")]
        stood = []
        for revision, dataset_id in enumerate([names[0], names[0], names[1], None, names[1], names[0]], start=1):
            await tx.rounds.prepared(of.round_id, revision=revision, dataset_id=dataset_id)
            stood.append((await tx.rounds.by_id(of.round_id)).previous_dataset_id)
    assert stood == [None, None, names[0], names[1], names[1], names[1]]


async def test_the_round_before_is_the_voices_own(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice, other = await add_voice(tx), await add_voice(tx)
        first = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
        await tx.rounds.open_for(other, channel_id="C1", now=NOW)
        await tx.rounds.lock(first.round_id)
        second = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
        assert await tx.rounds.before(first) is None
        assert await tx.rounds.before(second) == replace(first, state="locked")


async def test_a_request_is_open_until_it_is_decided(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        request = await add_request(tx)
        of = RoundId(request.round_id)
        assert await tx.spend_requests.open_of_round(of) == [request]
        assert await tx.spend_requests.decide(
            request.spend_request_id, state="declined", by="UBOSS", at=LATER, reason="too dear"
        )
        assert await tx.spend_requests.open_of_round(of) == []
        declined = await tx.spend_requests.of_voice(VoiceId(request.voice_id))
    assert declined == [replace(request, state="declined", decided_by="UBOSS", decided_at=LATER, reason="too dear")]


async def test_one_job_per_request_and_the_first_wins(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        job = await add_job(tx)
        assert await tx.tuning_jobs.queue(replace(job, key="another", epochs=9)) == job
        changed = replace(job, state="running", intent_at=NOW, trained_tokens=9_000_000_000, failure_code="x")
        await tx.tuning_jobs.update(changed)
        assert await tx.tuning_jobs.by_id(job.tuning_job_id) == changed
        assert await tx.tuning_jobs.unfinished(TEAM) == [changed]
        assert await tx.tuning_jobs.unfinished("T2") == []
        await tx.tuning_jobs.update(replace(changed, state="ready"))
        assert await tx.tuning_jobs.unfinished(TEAM) == []
        assert len(await tx.tuning_jobs.of_voice(job.voice_id)) == 1


async def test_a_job_gives_one_model_and_versions_count_up(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        first = await add_model(tx)
        assert first.tuning_job_id is not None
        job = await tx.tuning_jobs.by_id(first.tuning_job_id)
        assert await tx.voice_models.add(job, model_name="again", now=LATER) == first
        request = await tx.spend_requests.by_id(job.spend_request_id)
        asked_again = await tx.spend_requests.ask(request)
        second_job = await tx.tuning_jobs.queue(
            replace(job, spend_request_id=asked_again.spend_request_id, key="second")
        )
        second = await tx.voice_models.add(second_job, model_name="ft:2", now=LATER)
        await tx.voice_models.set_state(second.voice_model_id, "promoted")
        assert [(one.version, one.state) for one in await tx.voice_models.of_voice(job.voice_id)] == [
            (1, "trial"),
            (2, "promoted"),
        ]


async def test_a_draft_is_asked_then_written_or_failed(db: SqlDatabase) -> None:
    written = Written("Bread.", 100, 20, 3_000_000_000, 900, "stop")
    async with db.begin() as tx:
        asked = await add_draft(tx)
        assert (asked.state, asked.written) == ("asked", None)
        await tx.drafts.failed(asked.draft_id, "busy")
        assert (await tx.drafts.by_id(asked.draft_id)).failure == "busy"
        await tx.drafts.written(asked.draft_id, written)
        assert await tx.drafts.of_voice(asked.asked.voice_id) == [replace(asked, state="posted", written=written)]


async def test_a_rewrite_is_edited_in_place_and_withdrawn_once(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        draft = await add_draft(tx)
        new = NewRewrite(TEAM, draft.draft_id, "U1", "C1", "2.000001", "Better bread.", 0.25)
        first = await tx.rewrites.add(new, now=NOW)
        edited = await tx.rewrites.add(replace(new, text="Best bread.", changed_share=0.5), now=LATER)
        assert edited == replace(first, facts=replace(new, text="Best bread.", changed_share=0.5), revision=2)
        assert await tx.rewrites.withdraw("T2", "C1", "2.000001") is None
        assert await tx.rewrites.withdraw(TEAM, "C1", "2.000001") == replace(edited, withdrawn=True)
        assert await tx.rewrites.withdraw(TEAM, "C1", "2.000001") is None
        assert await tx.rewrites.of_voice(draft.asked.voice_id) == [await tx.rewrites.by_id(first.rewrite_id)]


async def test_the_record_of_a_team_is_its_own(db: SqlDatabase) -> None:
    entry = AuditEntry(TEAM, "U1", "approved", "ap-001", before={"state": "asked"}, after={"state": "approved"})
    async with db.begin() as tx:
        await tx.audit.record(entry, now=NOW)
        await tx.audit.record(replace(entry, team_id="T2"), now=NOW)
        assert await tx.audit.of_team(TEAM) == [entry]


async def test_times_are_stored_in_utc_and_naive_ones_are_refused(db: SqlDatabase) -> None:
    in_madrid = NOW.astimezone(timezone(timedelta(hours=1)))
    async with db.begin() as tx:
        voice = await tx.voices.add(NEW_VOICE, now=in_madrid)
    assert (voice.created_at, voice.created_at.tzinfo) == (NOW, UTC)
    with pytest.raises((StatementError, DBAPIError)):
        async with db.begin() as tx:
            await tx.voices.add(replace(NEW_VOICE, handle="naive"), now=datetime(2026, 1, 1))  # noqa: DTZ001 - on purpose
