"""What came of the loop as one JSON object: read from what the bot stored and said, never made up."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.demo import private
from bot.demo.cast import HANDLE
from bot.demo.processes import artifacts, database_url
from bot.versions import name_of
from pipeline.domain.baselines import Baseline
from pipeline.domain.drafting import Draft, Reaction, Rewrite
from pipeline.domain.duels import Duel
from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.spending import SpendRequest
from pipeline.domain.training import TuningJob, VoiceModel
from pipeline.domain.voices import Dataset, Round, Voice
from pipeline.duels import outcome
from pipeline.ports import Transaction
from pipeline.rewrites import change_kind
from pipeline.told_apart import told_apart
from storage.artifacts import FsspecArtifacts
from storage.database import SqlDatabase
from storage.engine import Engine, open_engine
from storage.tables import AuditRow, OutboxRow

Json = dict[str, Any]
BOT: Final = "U0UNDERSTUDY"
TEAM: Final = "T0SANDBOX"
COST, PREVIEW = "costs.card", "rounds.preview"
TRAINING: Final = "training."
# Always there; null for what the loop did not come to.
NAMES: Final = (
    *("documents_read", "kept", "left_out", "findings", "examples", "tokens", "words"),
    *("rehearsal", "comparison", "estimate", "approval", "job", "draft", "feedback", "round"),
    *("second", "duels", "versions", "private"),
)


async def collected(folder: Path, seconds: Mapping[str, float], stopped: str | None) -> Json:
    """stopped: the bot's sentence when it went no further."""
    engine = open_engine(database_url(folder))
    try:
        async with SqlDatabase(engine, 0).read() as tx:
            voice = await tx.voices.by_handle(TEAM, HANDLE)
            told = await of_voice(tx, voice, engine, folder) if voice else {}
            second_voice = await tx.voices.by_handle(TEAM, private.HANDLE)
            told["private"] = await of_private(tx, second_voice) if second_voice else None
    finally:
        await engine.dispose()
    ended = {"stopped": stopped} if stopped is not None else {}
    return {**dict.fromkeys(NAMES), **told, **ended, "seconds": dict(seconds)}


async def of_voice(tx: Transaction, voice: Voice, engine: Engine, folder: Path) -> Json:
    """Of the first round; what came of the second stands under its name."""
    latest = await tx.rounds.latest(voice.voice_id)
    before = await tx.rounds.before(latest) if latest else None
    round_ = before or latest
    dataset = await tx.datasets.by_id(round_.dataset_id) if round_ and round_.dataset_id else None
    requests = await tx.spend_requests.of_voice(voice.voice_id)
    jobs = await tx.tuning_jobs.of_voice(voice.voice_id)
    models = await tx.voice_models.of_voice(voice.voice_id)
    drafts = await written(tx, voice)
    async with engine.reading() as session:
        record = Record(session)
        return {
            **(await texts(dataset, folder) if dataset else {}),
            "rehearsal": rehearsal(await tx.rehearsals.of_dataset(dataset)) if dataset else None,
            "comparison": comparison(await tx.baselines.newest(dataset)) if dataset else None,
            "estimate": await record.estimate(requests[0], voice) if requests else None,
            "approval": approval(requests[0]) if requests else None,
            "job": job_facts(jobs[0], await record.states(jobs[0]), models) if jobs else None,
            "draft": draft_facts(drafts[0], models) if drafts else None,
            "feedback": await feedback(tx, voice, drafts[0]) if drafts else None,
            "round": await record.said(PREVIEW, voice),
            "second": await second(tx, latest, requests, jobs, models) if latest and before else None,
            "duels": [await duel_facts(tx, one, voice) for one in await tx.duels.of_voice(voice.voice_id)],
            "versions": [version_facts(one) for one in models],
        }


async def second(
    tx: Transaction, round_: Round, requests: list[SpendRequest], jobs: list[TuningJob], models: list[VoiceModel]
) -> Json:
    """What the second round came to; null for what it did not come to."""
    dataset = await tx.datasets.by_id(round_.dataset_id) if round_.dataset_id else None
    taken = await tx.round_feedbacks.of_round(round_.round_id)
    mine = [job for job in jobs if job.round_id == round_.round_id]
    asked = [request for request in requests if request.round_id == round_.round_id]
    return {
        "examples": dataset.facts.examples if dataset else None,
        "decided": [one.decided for one in await tx.decisions.of_voice(round_.voice_id)],
        "from_feedback": {"examples": taken.examples, "pairs": taken.pairs} if taken else None,
        "comparison": comparison(await tx.baselines.newest(dataset)) if dataset else None,
        "approval": approval(asked[-1]) if asked else None,
        "state": mine[-1].state if mine else None,
        "version": next((one.version for one in models if mine and one.tuning_job_id == mine[-1].tuning_job_id), None),
    }


async def of_private(tx: Transaction, voice: Voice) -> Json:
    """How its texts came in, where it was trained, and who wrote its draft."""
    latest = await tx.rounds.latest(voice.voice_id)
    sources = await tx.sources.of_round(latest.round_id) if latest else []
    jobs, models = await tx.tuning_jobs.of_voice(voice.voice_id), await tx.voice_models.of_voice(voice.voice_id)
    drafts = await written(tx, voice)
    return {
        "sensitivity": voice.sensitivity,
        "through_slack": sum(source.slack_file_id is not None for source in sources),
        "sources": len(sources),
        "job": {"state": jobs[0].state, "provider": jobs[0].provider, "model": jobs[0].model_name} if jobs else None,
        "draft": draft_facts(drafts[0], models) if drafts else None,
    }


async def duel_facts(tx: Transaction, duel: Duel, voice: Voice) -> Json:
    """Votes as the first of the two sees them."""
    found = outcome(duel)
    names = [name_of(voice, await tx.voice_models.by_id(one)) for one in (duel.facts.one, duel.facts.other)]
    return {
        "between": names,
        "is_automatic": duel.facts.is_automatic,
        "state": duel.state,
        "verdict": found.verdict,
        **{name: getattr(found.tally, name) for name in ("won", "lost", "equal", "bad")},
    }


def version_facts(model: VoiceModel) -> Json:
    return {"version": model.version, "state": model.state, "promoted_by": model.promoted_by, "reason": model.reason}


@dataclass(frozen=True, slots=True)
class Record:
    """What the transaction's ports do not tell: facts of messages, and times of states."""

    session: AsyncSession

    async def said(self, template: str, voice: Voice) -> Json | None:
        """The facts of the newest message of this kind about the voice that stands in Slack."""
        rows = select(OutboxRow).where(col(OutboxRow.template) == template, col(OutboxRow.ts).is_not(None))
        found = await self.session.exec(rows.order_by(col(OutboxRow.id).desc()))
        return next((dict(row.facts) for row in found if row.facts["handle"] == voice.handle), None)

    async def estimate(self, request: SpendRequest, voice: Voice) -> Json | None:
        """The offer on the cost card that was chosen."""
        card = await self.said(COST, voice) or {"offers": []}
        wanted = (request.provider, request.base)
        return next((offer for offer in card["offers"] if (offer["provider"], offer["base"]) == wanted), None)

    async def states(self, job: TuningJob) -> list[Json]:
        """Each state the run came to, and when."""
        rows = select(AuditRow).where(col(AuditRow.subject) == job.key, col(AuditRow.what).startswith(TRAINING))
        found = (await self.session.exec(rows.order_by(col(AuditRow.id)))).all()
        later = [{"state": row.after["state"], "at": row.at.isoformat()} for row in found if "state" in row.after]
        return [{"state": "queued", "at": job.queued_at.isoformat()}, *later]


async def texts(dataset: Dataset, folder: Path) -> Json:
    known = dataset.facts
    blob = await FsspecArtifacts(str(artifacts(folder))).get(known.report_blob)
    report: Json = json.loads(blob)
    return {
        "documents_read": known.documents_read,
        "kept": known.kept,
        "left_out": report["left_out"],
        "findings": [finding(one) for one in report["findings"]],
        "examples": known.examples,
        "tokens": known.tokens,
        "words": known.words,
    }


def finding(stored: Json) -> Json:
    return {name: stored.get(name) for name in ("rule", "severity", "documents", "sentence", "choice")}


def rehearsal(known: RehearsalRecord | None) -> Json | None:
    if known is None:
        return None
    rules = [problem["rule"] for problem in known.problems]
    return {"verdict": known.verdict, "problems": rules, "overridden": known.override_reason}


def comparison(known: Baseline | None) -> Json | None:
    """Plain prompting against the owner's posts: how often the draft was told apart."""
    if known is None:
        return None
    told = told_apart(known)
    return {"state": known.state, "right": told.right, "answers": told.answers, "paid_microusd": known.bill_microusd}


def approval(request: SpendRequest) -> Json:
    return {
        "label": request.label,
        "ceiling_microusd": request.ceiling_microusd,
        "approved_by": request.decided_by if request.state == "approved" else None,
        "state": request.state,
    }


def job_facts(job: TuningJob, states: list[Json], models: list[VoiceModel]) -> Json:
    return {
        "states": states,
        "state": job.state,
        "provider": job.provider,
        "base": job.base,
        "provider_job": job.provider_job,
        "model": job.model_name,
        "version": next((one.version for one in models if one.tuning_job_id == job.tuning_job_id), None),
        "trained_tokens": job.trained_tokens,
        "paid_microusd": job.actual_microusd,
        "failure": job.failure_message or job.failure_code,
    }


async def written(tx: Transaction, voice: Voice) -> list[Draft]:
    return [draft for draft in await tx.drafts.of_voice(voice.voice_id) if draft.written is not None]


def draft_facts(draft: Draft, models: list[VoiceModel]) -> Json | None:
    text = draft.written
    if text is None:
        return None
    names = {model.voice_model_id: model.model_name for model in models}
    return {
        "label": draft.label,
        "brief": draft.asked.brief,
        "text": text.text,
        "model": names.get(draft.asked.voice_model_id),
        "words": len(text.text.split()),
        "prompt_tokens": text.prompt_tokens,
        "completion_tokens": text.completion_tokens,
        "cost_microusd": text.cost_microusd,
        "latency_ms": text.latency_ms,
    }


async def feedback(tx: Transaction, voice: Voice, draft: Draft) -> Json:
    posted = await tx.outbox.posted(draft.text_key)
    reactions = await tx.reactions.on_message(TEAM, posted.channel_id, posted.ts) if posted else []
    rewrites = [one for one in await tx.rewrites.of_voice(voice.voice_id) if one.facts.draft_id == draft.draft_id]
    return {
        "reactions": [reaction_facts(one) for one in reactions if one.user != BOT],
        "rewrites": [rewrite_facts(one) for one in rewrites],
    }


def reaction_facts(reaction: Reaction) -> Json:
    return {"user": reaction.user, "name": reaction.name, "present": reaction.present}


def rewrite_facts(rewrite: Rewrite) -> Json:
    return {
        "user": rewrite.facts.user,
        "changed_share": round(rewrite.facts.changed_share, 3),
        "kind": change_kind(rewrite.facts.changed_share),
        "text": rewrite.facts.text,
    }
