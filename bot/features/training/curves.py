"""The loss curve of a finished run: drawn once, uploaded, and shown on its card."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal, Protocol

from bot.features.training.progress_card import say_progress
from bot.features.training.record import round_and_voice
from pipeline.domain.training import LossCurve, TuningJob, TuningJobId
from pipeline.domain.work import WorkItem
from pipeline.errors import UploadRefused
from pipeline.pictures import Picture
from pipeline.ports import ArtifactStore, Clock, Database

# Slack works on an upload for some seconds before a message may show it; waiting 1, 2, 3 … seconds, three minutes long.
MAX_ATTEMPTS: Final = 20
TABLE: Final = ".csv"


class CurvePainter(Protocol):
    async def curve(self, results: bytes) -> Picture | None:
        """Away from the event loop; the same results give the same bytes. None when they are no table of losses."""
        ...


class CurveUploads(Protocol):
    """Slack's side. Both raise UploadRefused for a definite no."""

    async def upload(self, name: str, png: bytes, alt: str) -> str: ...

    async def state(self, slack_file_id: str) -> Literal["ready", "processing", "gone"]: ...


@dataclass(frozen=True, slots=True)
class ShowCurve:
    """What the worker calls for kind "loss-curve". A run without a picture is no failure: its card stands anyway."""

    database: Database
    artifacts: ArtifactStore
    painter: CurvePainter
    uploads: CurveUploads
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        job_id = TuningJobId(int(item.subject))
        async with self.database.read() as tx:
            job = await tx.tuning_jobs.by_id(job_id)
        curve = job.curve or await self.drawn(job)
        if curve is None or item.attempts > MAX_ATTEMPTS:
            return await self.keep(item, job_id, curve, show=False)
        try:
            curve = curve if curve.slack_file_id else await self.uploaded(job, curve)
            state = await self.uploads.state(curve.slack_file_id or "")
        except UploadRefused:
            return await self.keep(item, job_id, replace(curve, slack_file_id=None), show=False)
        if state == "ready":
            await self.keep(item, job_id, curve, show=True)
        else:
            await self.wait(item, job_id, curve if state == "processing" else replace(curve, slack_file_id=None))

    async def drawn(self, job: TuningJob) -> LossCurve | None:
        for kept in job.results:
            if kept.name.endswith(TABLE):
                painted = await self.painter.curve(await self.artifacts.get(kept.blob))
                if painted is not None:
                    return LossCurve(await self.artifacts.put(painted.png), painted.alt)
        return None

    async def uploaded(self, job: TuningJob, curve: LossCurve) -> LossCurve:
        png = await self.artifacts.get(curve.blob)
        return replace(curve, slack_file_id=await self.uploads.upload(f"loss-{job.key}.png", png, curve.alt))

    async def keep(self, item: WorkItem, job_id: TuningJobId, curve: LossCurve | None, *, show: bool) -> None:
        """In the row as it is now: its bill may have come meanwhile."""
        async with self.database.begin() as tx:
            job = replace(await tx.tuning_jobs.by_id(job_id), curve=curve)
            await tx.tuning_jobs.update(job)
            if show:
                round_, voice = await round_and_voice(tx, job)
                await say_progress(tx, round_, voice, job)
            await tx.work.finish(item)

    async def wait(self, item: WorkItem, job_id: TuningJobId, curve: LossCurve) -> None:
        async with self.database.begin() as tx:
            await tx.tuning_jobs.update(replace(await tx.tuning_jobs.by_id(job_id), curve=curve))
            await tx.work.again(item, run_at=self.clock() + timedelta(seconds=item.attempts))
