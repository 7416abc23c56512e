"""Pictures of a dataset's report."""

from collections.abc import Sequence
from typing import Protocol

from pipeline.domain.pictures import StoredPicture
from pipeline.domain.voices import DatasetId


class Pictures(Protocol):
    async def drawn(self, pictures: Sequence[StoredPicture]) -> None:
        """One that is there already stays as it is: a dataset's report never changes."""
        ...

    async def of_dataset(self, dataset_id: DatasetId) -> list[StoredPicture]:
        """In the order they were drawn."""
        ...

    async def uploaded(self, dataset_id: DatasetId, name: str, slack_file_id: str | None) -> None:
        """None when Slack has it no more."""
        ...
