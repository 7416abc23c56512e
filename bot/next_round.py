"""What every change of a round comes to, and the next round, which starts with the texts of the one before."""

from dataclasses import replace
from typing import Any, Final

from pipeline.domain.voices import NewSource, Round, StepId, Voice
from pipeline.domain.work import AuditEntry
from pipeline.ports import Clock, Transaction

BOT: Final = "understudy"  # who did it, in the audit log, when no person did
NOT_SAVED: Final = StepId(0)


async def changed(tx: Transaction, round_: Round, who: str, what: str, facts: dict[str, Any], clock: Clock) -> None:
    """Count a revision, have it prepared, and write it down."""
    await tx.rounds.changed(round_.round_id)
    await tx.work.enqueue("prepare-round", round_.round_id, round_.team_id, run_at=clock())
    entry = AuditEntry(round_.team_id, who, what, round_.card_key, after=facts)
    await tx.audit.record(entry, now=clock())


async def open_next(tx: Transaction, voice: Voice, clock: Clock) -> Round:
    """The round that is open; the first time with what the one before it was made of."""
    before = await tx.rounds.latest(voice.voice_id)
    round_ = await tx.rounds.open_for(voice, channel_id=voice.channel_id, now=clock())
    if before is not None and before.round_id != round_.round_id:
        await carry_over(tx, before, round_, clock)
    return round_


async def carry_over(tx: Transaction, before: Round, after: Round, clock: Clock) -> None:
    """The next round starts with the texts and choices of the one that was paid for."""
    for source in await tx.sources.of_round(before.round_id):
        if source.state != "read":
            continue
        same = NewSource(
            team_id=source.team_id,
            voice_id=source.voice_id,
            round_id=after.round_id,
            name=source.name,
            size_bytes=source.size_bytes,
            origin=source.origin,
            added_by=source.added_by,
            slack_file_id=source.slack_file_id,
            sha256=source.sha256,
            readings=source.readings,
            way=source.way,
            url=source.url,
            catalogue_blob=source.catalogue_blob,
        )
        copy = await tx.sources.add(same, now=clock())
        await tx.sources.update(copy.source_id, state="read", documents=source.documents, facts=source.facts)
    for step in await tx.recipe_steps.of_round(before.round_id):
        if step.undone_at is None:
            await tx.recipe_steps.append(replace(step, step_id=NOT_SAVED, round_id=after.round_id))
    await changed(tx, after, BOT, "round.carried_over", {"from": before.number}, clock)
