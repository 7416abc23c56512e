"""What rehearsals came to."""

from datetime import datetime
from typing import Protocol

from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.voices import Dataset


class Rehearsals(Protocol):
    async def record(self, rehearsal: RehearsalRecord) -> RehearsalRecord:
        """As stored. A repetition renews what was found; an override stays unless something else was found."""
        ...

    async def of_dataset(self, dataset: Dataset) -> RehearsalRecord | None:
        """Of any dataset with the same rows."""
        ...

    async def override(self, dataset: Dataset, *, by: str, reason: str, at: datetime) -> bool:
        """Compare-and-set; False when it passed, was never rehearsed, or somebody was first."""
        ...
