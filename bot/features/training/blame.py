"""What a failed run is about, in our own words: the row a provider names, or those that are the most likely."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.blamed_rows import BlamedRow, likely_unsafe, row_at, row_number, split_of, text_at
from pipeline.domain.documents import Split
from pipeline.domain.origins import Fate, Text
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import Dataset
from pipeline.errors import UnreadableFile
from pipeline.origins import read_fates
from pipeline.ports import ArtifactStore, Database

# Codes of OpenAI, of servers that follow it, and of ours, by what a person can do about them.
BAD_ROWS: Final = frozenset({"invalid_training_file", "invalid_validation_file", "invalid_file_format"})
UNSAFE: Final = frozenset({"unsafe_file", "moderation_failed", "data_safety", "content_policy_violation"})


@dataclass(frozen=True, slots=True)
class Blame:
    database: Database
    artifacts: ArtifactStore

    async def of(self, job: TuningJob, error_param: str | None = None) -> dict[str, Any]:
        """Facts for the message about the failure. Nothing when the code is about no row."""
        if job.method == "dpo":  # its rows are pairs: no text of the dataset is to blame
            return {}
        if job.failure_code in BAD_ROWS and (number := row_number(job.failure_message)) is not None:
            row = await self.row(job, split_of(error_param), number)
            return {"row": shown(row) if row else {"number": number}}
        if job.failure_code in UNSAFE:
            return {"likely": [shown(row) for row in likely_unsafe(await self.fates(job))]}
        return {}

    async def row(self, job: TuningJob, split: Split, number: int) -> BlamedRow | None:
        return row_at(await self.fates(job), split, number)

    async def text(self, job: TuningJob, split: Split, number: int) -> Text | None:
        facts = (await self.dataset(job)).facts
        return text_at(
            await self.artifacts.get(facts.train_blob if split == "train" else facts.validation_blob), number
        )

    async def fates(self, job: TuningJob) -> Sequence[Fate]:
        """None for a dataset that was made before they were written down."""
        blob = (await self.dataset(job)).facts.fates_blob
        try:
            return read_fates(await self.artifacts.get(blob)) if blob else ()
        except UnreadableFile:
            return ()

    async def dataset(self, job: TuningJob) -> Dataset:
        async with self.database.read() as tx:
            return await tx.datasets.by_id(job.dataset_id)


def shown(row: BlamedRow) -> dict[str, Any]:
    return {"number": row.number, "split": row.split, "title": row.title}
