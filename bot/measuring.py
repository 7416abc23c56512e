"""What an evaluation tells besides likeness: how right the answers are, the loss, and the seconds a draft may take."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.few_shot import FewShots
from pipeline.domain.evaluations import Contender, Evaluation
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Dataset, Purpose, Voice
from pipeline.losses import read_losses
from pipeline.ports import ArtifactStore, Database

Answers = Mapping[Contender, Mapping[str, str]]  # request: text


class Meter(Protocol):
    async def measure(self, blobs: Sequence[bytes], purpose: Purpose, answers: Answers) -> dict[str, Any]:
        """Away from the event loop. blobs: of a dataset, as FewShots names them. Raises UnreadableFile."""
        ...


@dataclass(frozen=True, slots=True)
class Measures:
    """JSON values. right: by contender, name and value of each metric, and on how many requests. loss: the provider's
    last. target_s: seconds a draft may take."""

    database: Database
    artifacts: ArtifactStore
    shots: FewShots
    meter: Meter

    async def __call__(self, voice: Voice, model: VoiceModel, dataset: Dataset, tried: Evaluation) -> dict[str, Any]:
        async with self.database.read() as tx:
            wanted = await tx.preferences.of_voice(voice.voice_id)
        right: dict[str, Any] = {}
        if voice.purpose != "generation":
            right = await self.meter.measure(await self.shots.blobs(dataset), voice.purpose, await self.answers(tried))
        return {"right": right, "target_s": wanted.target_s, **await self.loss(model)}

    async def answers(self, tried: Evaluation) -> Answers:
        found: dict[Contender, dict[str, str]] = {}
        for one in tried.tries:
            if one.blob is not None:
                found.setdefault(one.contender, {})[one.prompt] = (await self.artifacts.get(one.blob)).decode()
        return found

    async def loss(self, model: VoiceModel) -> dict[str, Any]:
        """The last one the provider told, of held-out texts if there were any."""
        if model.tuning_job_id is None:
            return {}
        async with self.database.read() as tx:
            job = await tx.tuning_jobs.by_id(model.tuning_job_id)
        for kept in job.results:
            losses = read_losses(await self.artifacts.get(kept.blob))
            if losses is not None:
                last = (losses.valid or losses.train)[-1][1]
                return {"loss": last, "perplexity": perplexity(last), "loss_is_held_out": bool(losses.valid)}
        return {}


def perplexity(loss: float) -> float | None:
    """Among how many next tokens the model hesitates; None where the loss is beyond any model's."""
    return math.exp(loss) if loss < 20 else None
