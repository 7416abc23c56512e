"""Pictures of a round's texts: asked for by a button, drawn and uploaded by the worker, said in the dataset thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, Protocol

from bot.cards import round_thread
from bot.slack.failures import sentence_for, unexpected
from pipeline.domain.pictures import StoredPicture
from pipeline.domain.voices import Dataset, DatasetId, Round, RoundId
from pipeline.domain.work import Saying, WorkItem
from pipeline.errors import UploadRefused
from pipeline.pictures import Picture
from pipeline.ports import ArtifactStore, Clock, Database

PICTURES: Final = "pictures.shown"
# Slack works on an upload for some seconds before a message may show it; waiting 1, 2, 3 … seconds, three minutes long.
MAX_ATTEMPTS: Final = 20

FileState = Literal["ready", "processing", "gone"]


class Painter(Protocol):
    async def paint(self, report: bytes) -> list[Picture]:
        """Away from the event loop. report: as report_json makes it; the same report gives the same bytes."""
        ...


class PictureUploads(Protocol):
    """Slack's side. Both raise UploadRefused for a definite no."""

    async def upload(self, name: str, png: bytes, alt: str) -> str:
        """Slack's file id; nobody sees the file until a message shows it."""
        ...

    async def state(self, slack_file_id: str) -> FileState: ...


@dataclass(frozen=True, slots=True)
class AskForPictures:
    """Has the worker draw the texts as they now stand. False when there are none."""

    database: Database
    clock: Clock

    async def __call__(self, team_id: str, round_id: RoundId) -> bool:
        async with self.database.begin() as tx:
            round_ = await tx.rounds.by_id(round_id)
            if round_.dataset_id is None or round_.team_id != team_id:
                return False
            await tx.work.enqueue("draw-pictures", round_.dataset_id, team_id, run_at=self.clock())
        return True


@dataclass(frozen=True, slots=True)
class DrawPictures:
    """The worker's side. Every upload is written down before the next one, and the message is said once by its key.

    A crash between an upload and its row leaves a file in Slack that no message shows; it is uploaded anew.
    """

    database: Database
    artifacts: ArtifactStore
    painter: Painter
    uploads: PictureUploads
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            dataset = await tx.datasets.by_id(DatasetId(int(item.subject)))
            round_ = await tx.rounds.by_id(dataset.facts.round_id)
            voice = await tx.voices.by_id(round_.voice_id)
        head = {"handle": voice.handle, "number": round_.number}
        if item.attempts > MAX_ATTEMPTS:
            await self.say(item, dataset, round_, {"sentence": unexpected(f"pictures-{item.subject}")})
            return
        try:
            pictures = await self.in_slack(await self.drawn(dataset))
            are_ready = await self.are_ready(pictures)
        except UploadRefused as refusal:
            await self.say(item, dataset, round_, {"sentence": sentence_for(refusal)})
            return
        if are_ready:
            shown = [{"file": one.slack_file_id, "alt": one.alt} for one in pictures]
            await self.say(item, dataset, round_, {**head, "pictures": shown})
        else:
            async with self.database.begin() as tx:
                await tx.work.again(item, run_at=self.clock() + timedelta(seconds=item.attempts))

    async def drawn(self, dataset: Dataset) -> list[StoredPicture]:
        """Drawn once: a dataset's report never changes."""
        async with self.database.read() as tx:
            known = await tx.pictures.of_dataset(dataset.dataset_id)
        if known:
            return known
        painted = await self.painter.paint(await self.artifacts.get(dataset.facts.report_blob))
        new = [
            StoredPicture(
                team_id=dataset.facts.team_id,
                dataset_id=dataset.dataset_id,
                name=one.name,
                alt=one.alt,
                blob=await self.artifacts.put(one.png),
            )
            for one in painted
        ]
        async with self.database.begin() as tx:
            await tx.pictures.drawn(new)
            return await tx.pictures.of_dataset(dataset.dataset_id)

    async def in_slack(self, pictures: Sequence[StoredPicture]) -> list[StoredPicture]:
        for picture in pictures:
            if picture.slack_file_id is None:
                png = await self.artifacts.get(picture.blob)
                file_id = await self.uploads.upload(f"{picture.name}.png", png, picture.alt)
                async with self.database.begin() as tx:
                    await tx.pictures.uploaded(picture.dataset_id, picture.name, file_id)
        if not pictures:
            return []
        async with self.database.read() as tx:
            return await tx.pictures.of_dataset(pictures[0].dataset_id)

    async def are_ready(self, pictures: Sequence[StoredPicture]) -> bool:
        """A file that somebody deleted is forgotten here, so that the next try uploads it again."""
        states = [await self.uploads.state(one.slack_file_id) for one in pictures if one.slack_file_id]
        for picture, state in zip(pictures, states, strict=True):
            if state == "gone":
                async with self.database.begin() as tx:
                    await tx.pictures.uploaded(picture.dataset_id, picture.name, None)
        return all(state == "ready" for state in states)

    async def say(self, item: WorkItem, dataset: Dataset, round_: Round, facts: Mapping[str, Any]) -> None:
        key = f"dataset:{dataset.dataset_id}:pictures"
        async with self.database.begin() as tx:
            await tx.outbox.say(Saying(key, PICTURES, facts, round_thread(round_)))
            await tx.work.finish(item)
