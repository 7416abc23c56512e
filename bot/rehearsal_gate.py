"""The free rehearsal as a gate before money: what is known of a dataset, and starting what is missing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.cards import round_thread
from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.voices import Dataset, Round, Voice
from pipeline.domain.work import Saying
from pipeline.errors import NotRehearsed, RehearsalRefused, SpendError, TooFewToRehearse
from pipeline.ports import Transaction
from pipeline.rehearsal import MIN_TEXTS

REPORT: Final = "rehearsal.report"


def report(dataset: Dataset, round_: Round, facts: Mapping[str, Any]) -> Saying:
    """One message per dataset, edited when it is rehearsed again or overridden."""
    return Saying(f"dataset:{dataset.dataset_id}:rehearsal", REPORT, facts, round_thread(round_))


async def start_rehearsal(tx: Transaction, voice: Voice, round_: Round, dataset: Dataset, *, now: datetime) -> None:
    facts = {"state": "running", "handle": voice.handle, "texts": dataset.facts.examples}
    await tx.outbox.say(report(dataset, round_, facts))
    await tx.work.enqueue("rehearse", dataset.dataset_id, voice.team_id, run_at=now)


async def closed_by_rehearsal(
    tx: Transaction, voice: Voice, round_: Round, dataset: Dataset, *, now: datetime
) -> SpendError | None:
    """Why these texts may not be paid for; None when they may.

    A rehearsal that is missing is started here, so that nobody is sent away to do what a machine can do at once; the
    error is therefore returned, to be raised only after the transaction has committed.
    """
    known = await tx.rehearsals.of_dataset(dataset)
    if known is None:
        await start_rehearsal(tx, voice, round_, dataset, now=now)
        return NotRehearsed()
    if known.lets_pay:
        return None
    if known.verdict == "too-few":
        return TooFewToRehearse(dataset.facts.examples, MIN_TEXTS)
    return RehearsalRefused(len(known.problems))


def standing(known: RehearsalRecord | None) -> dict[str, Any]:
    """As cards show it. by, reason: who overrode it and why."""
    if known is None:
        return {"verdict": None, "by": None, "reason": None}
    return {"verdict": known.verdict, "by": known.overridden_by, "reason": known.override_reason}
