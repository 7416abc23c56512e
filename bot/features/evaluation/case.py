"""What is evaluated, and what its approval leaves for that."""

from dataclasses import dataclass, replace

from pipeline.domain.evaluations import Evaluation, Try
from pipeline.domain.spending import SpendRequest
from pipeline.domain.training import TuningJob, VoiceModel, VoiceModelId
from pipeline.domain.voices import Dataset, Round, Voice
from pipeline.ports import Transaction


@dataclass(frozen=True, slots=True)
class Case:
    """evaluation: None before its requests are picked. before: the version before this one."""

    model: VoiceModel
    voice: Voice
    round: Round
    dataset: Dataset
    job: TuningJob
    request: SpendRequest
    evaluation: Evaluation | None
    before: VoiceModel | None

    def left_microusd(self, wanted_microusd: int) -> int:
        """Of the ceiling, after the bill; as long as nobody knows that, the share that was approved for this."""
        if self.job.actual_microusd is None:
            return min(wanted_microusd, self.request.ceiling_microusd)
        return self.request.ceiling_microusd - self.job.actual_microusd

    async def save(self, tx: Transaction, done: Try) -> None:
        await tx.evaluations.update(with_try(await standing(tx, self.model.voice_model_id), done))


async def load(tx: Transaction, voice_model_id: VoiceModelId) -> Case | None:
    """None for what was never trained, and for what has ended already."""
    model = await tx.voice_models.by_id(voice_model_id)
    evaluation = await tx.evaluations.of_model(voice_model_id)
    if model.tuning_job_id is None or (evaluation is not None and evaluation.has_ended):
        return None
    job = await tx.tuning_jobs.by_id(model.tuning_job_id)
    older = [one for one in await tx.voice_models.of_voice(model.voice_id) if one.version < model.version]
    return Case(
        model=model,
        voice=await tx.voices.by_id(model.voice_id),
        round=await tx.rounds.by_id(job.round_id),
        dataset=await tx.datasets.by_id(job.dataset_id),
        job=job,
        request=await tx.spend_requests.by_id(job.spend_request_id),
        evaluation=evaluation,
        before=older[-1] if older else None,
    )


async def standing(tx: Transaction, voice_model_id: VoiceModelId) -> Evaluation:
    found = await tx.evaluations.of_model(voice_model_id)
    assert found is not None  # it was there when the step began, and none is ever deleted
    return found


def with_try(evaluation: Evaluation, done: Try) -> Evaluation:
    return replace(evaluation, tries=tuple(done if one.key == done.key else one for one in evaluation.tries))


def same_try(evaluation: Evaluation, other: Try) -> Try:
    return next(one for one in evaluation.tries if one.key == other.key)
