"""The cards that several features keep up to date: a voice's, a round's, an approval's. Facts only; views render."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.attestations import attestation_of
from bot.audits import audits_of
from bot.run_line import line_at
from bot.versions import in_force
from pipeline.domain.spending import SpendRequest
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import Dataset, Round, Voice
from pipeline.domain.work import Place, Saying
from pipeline.ports import Transaction

VOICE_CARD = "voices.card"
ROUND_CARD = "datasets.card"
APPROVAL_CARD = "spending.request"
REPORT = "datasets.report"
DONE = "datasets.done"
PRICES = "costs.prices"  # the button that shows the prices in force
ASK = "spending.ask"  # the button that opens the form for money; on the cost card too


def voice_card_key(voice: Voice) -> str:
    return f"voice:{voice.voice_id}:card"


async def say_voice_card(tx: Transaction, voice: Voice, *, now: datetime) -> None:
    """Where the voice stands: consent, the version in force, people."""
    consent = await tx.consents.newest(voice.voice_id)
    attestation = None if voice.owner_is_here else await attestation_of(tx, consent)
    models = await tx.voice_models.of_voice(voice.voice_id)
    force = in_force(models)
    facts = {
        "handle": voice.handle,
        "purpose": voice.purpose,
        "channel": voice.channel_id,
        "drafters": list(voice.drafters),
        "sensitivity": voice.sensitivity,
        "steward": voice.steward,
        "owner": voice.owner,
        "works_if": voice.works_if,
        "voice_id": voice.voice_id,
        "closed": voice.state == "closed",
        "paused_by": voice.state_by if voice.state == "paused" else None,
        "consent": consent.state if consent else "none",
        "consent_until": consent.expires_at.isoformat() if consent and consent.expires_at else None,
        "consent_covers": bool(consent and consent.covers(now)),
        "consent_ended": bool(consent and consent.state == "given" and consent.has_ended(now)),
        "limits": (consent.limits or None) if consent else None,
        "not_before": consent.not_before.isoformat() if consent and consent.not_before else None,
        "attested_by": attestation.said.by if attestation else None,
        "attested_at": attestation.at.isoformat() if attestation else None,
        "version": force.version if force else None,
        "model_state": force.state if force else None,
        "why_promoted": [force.promoted_by, force.reason]
        if force and force.state == "promoted" and force.reason
        else None,
        "learned_from_withdrawn": bool(force and force.withdrawn_data_at),
        "on_trial": [each.version for each in models if each.state == "trial" and each != force],
    }
    place = Place(team_id=voice.team_id, channel_id=voice.channel_id)
    await tx.outbox.say(Saying(voice_card_key(voice), VOICE_CARD, facts, place))


async def say_round_card(
    tx: Transaction,
    round_: Round,
    voice: Voice,
    job: TuningJob | None = None,
    *,
    cleaning: tuple[int, int] | None = None,
) -> None:
    """What the round holds and how far it is. job: the training run, once there is one.

    cleaning: how many texts of how many are cleaned, while that takes long. What editors found is brought up to date
    on the approval cards that wait, too; requests for other texts are looked at by the worker, which closes them.
    """
    dataset = await tx.datasets.by_id(round_.dataset_id) if round_.dataset_id else None
    audits = await audits_of(tx, round_)
    sources = await tx.sources.of_round(round_.round_id)
    facts = {
        "handle": voice.handle,
        "number": round_.number,
        "texts": dataset.facts.kept if dataset else 0,
        "read": sum(source.documents for source in sources if source.state == "read"),
        "cleaning": cleaning,
        "is_prepared": dataset is not None or round_.prepared_revision == round_.revision,
        "open_blockers": list(dataset.facts.undecided) if dataset else [],
        "rehearsal": await rehearsal_standing(tx, dataset),
        "ways": sorted({source.way for source in sources if source.state == "read"}),
        "origins": None if round_.origins is None else list(round_.origins),
        "audits": audits,
        "job_state": job.state if job else None,
        "provider_status": job.provider_status if job else None,
        "queued_before": (await line_at(tx, job.provider)).before(job.tuning_job_id) if job else 0,
    }
    place = Place(team_id=round_.team_id, channel_id=round_.channel_id)
    await tx.outbox.say(Saying(round_.card_key, ROUND_CARD, facts, place))
    await _bring_requests_up_to_date(tx, round_, dataset, audits)
    if job is not None:
        await _close_report(tx, round_)


def approval_card_key(request: SpendRequest) -> str:
    return f"spend:{request.spend_request_id}:card"


async def say_approval_card(
    tx: Transaction, request: SpendRequest, template: str, facts: Mapping[str, Any], place: Place
) -> None:
    """In the spend channel and in every direct message that has it: they never differ. place: if it was never said."""
    await tx.outbox.say(Saying(approval_card_key(request), template, facts, place))
    for user in request.direct_copies:
        direct = Place(team_id=request.team_id, user_id=user)
        await tx.outbox.say(Saying(f"{approval_card_key(request)}:{user}", template, facts, direct))


async def _bring_requests_up_to_date(
    tx: Transaction, round_: Round, dataset: Dataset | None, audits: Sequence[Any]
) -> None:
    """What editors found stands on the cards that wait; everything else on them stays as it was asked."""
    for request in await tx.spend_requests.open_of_round(round_.round_id):
        asked = await tx.outbox.facts(request.team_id, approval_card_key(request)) if audits else None
        if asked is not None:
            place = Place(team_id=round_.team_id, channel_id=round_.channel_id)  # one that stands keeps its own
            await say_approval_card(tx, request, APPROVAL_CARD, {**asked, "audits": audits}, place)
        if dataset is not None and dataset.facts.content_hash != request.dataset_hash:
            subject, due_at = request.spend_request_id, request.requested_at
            await tx.work.enqueue("approval", subject, request.team_id, run_at=due_at)


def report_key(round_: Round) -> str:
    return f"round:{round_.round_id}:report"


def done_key(round_: Round) -> str:
    return f"round:{round_.round_id}:clean"


async def _close_report(tx: Transaction, round_: Round) -> None:
    """What is trained on no longer changes: nothing in the report can be pressed that would change it."""
    for key, template in ((report_key(round_), REPORT), (done_key(round_), DONE)):
        said = await tx.outbox.facts(round_.team_id, key)
        if said is not None:
            await tx.outbox.say(Saying(key, template, {**said, "locked": True}, round_thread(round_)))


async def rehearsal_standing(tx: Transaction, dataset: Dataset | None) -> str | None:
    """What the free rehearsal of this very dataset came to, or "overridden"; None before it."""
    known = await tx.rehearsals.of_dataset(dataset) if dataset else None
    if known is None:
        return None
    return "overridden" if known.overridden_by else known.verdict


def round_thread(round_: Round) -> Place:
    """The thread under a round's card."""
    return Place(team_id=round_.team_id, channel_id=round_.channel_id, thread_key=round_.card_key)


def voice_thread(voice: Voice) -> Place:
    """The thread under a voice's card."""
    return Place(team_id=voice.team_id, channel_id=voice.channel_id, thread_key=voice_card_key(voice))
