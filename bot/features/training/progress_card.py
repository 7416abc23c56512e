"""The one message that shows a run from its place in the queue to its end. Facts only; the view renders."""

from typing import Any, Final

from bot.cards import round_thread
from pipeline.domain.training import UNDER_WAY, TuningJob, Usual
from pipeline.domain.voices import Round, Voice
from pipeline.domain.work import Saying
from pipeline.ports import Transaction

PROGRESS: Final = "training.progress"
EVENTS_SHOWN: Final = 3
NO_CANCEL: Final = frozenset({"evaluating"})  # the model is there and paid


def progress_key(job: TuningJob) -> str:
    return f"tuning:{job.tuning_job_id}:progress"


async def say_progress(
    tx: Transaction, round_: Round, voice: Voice, job: TuningJob, *, queue: dict[str, Any] | None = None
) -> None:
    """queue: where it stands, while it waits; kept from before when whoever says it does not know."""
    models = await tx.voice_models.of_voice(job.voice_id) if job.state == "ready" else []
    usual = await tx.run_queue.usual(job.team_id, job.provider, job.base)
    facts = {
        "job_id": job.tuning_job_id,
        "handle": voice.handle,
        "number": round_.number,
        "provider": job.provider,
        "base": job.base,
        "state": job.state,
        "provider_status": job.provider_status,
        "provider_job": job.provider_job,
        "step": job.step,
        "steps": job.steps,
        "finish_at": job.finish_at.isoformat() if job.finish_at and job.state == "running" else None,
        "usual": usual_facts(usual),
        "version": next((model.version for model in models if model.tuning_job_id == job.tuning_job_id), None),
        "events": [event.message for event in job.events[-EVENTS_SHOWN:]],
        "cancelled_by": job.cancelled_by,
        "can_cancel": can_cancel(job),
        "actual_microusd": job.actual_microusd,
        "curve": {"file": job.curve.slack_file_id, "alt": job.curve.alt} if job.curve else None,
        "queue": queue if job.state == "queued" else None,
    }
    await tx.outbox.say(Saying(progress_key(job), PROGRESS, facts, round_thread(round_)))


def can_cancel(job: TuningJob) -> bool:
    """Whether a person may still press Cancel."""
    open_ = job.state == "queued" or (job.state in UNDER_WAY and job.state not in NO_CANCEL)
    return open_ and job.cancelled_by is None


def usual_facts(usual: Usual | None) -> dict[str, Any] | None:
    return {"low_s": usual.low_s, "high_s": usual.high_s, "runs": usual.runs} if usual else None
