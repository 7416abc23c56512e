"""What a rehearsal of a dataset came to, and who let its round be paid for all the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipeline.domain.voices import DatasetId

RehearsalVerdict = Literal["pass", "refuse", "too-few"]


@dataclass(frozen=True, slots=True)
class RehearsalRecord:
    """One per set of rows: other choices that come to the same rows are the same to a model that learns them.

    dataset_id: the first dataset with these rows that was rehearsed. dataset_hash: its content hash.
    problems: JSON values, one per problem as the report shows it; without words of the texts.
    shown_blob: SHA-256 of what the report and its buttons show, phrases and samples among it; it is made of the texts,
    so whoever deletes them deletes it too.
    """

    team_id: str
    dataset_id: DatasetId
    dataset_hash: str
    verdict: RehearsalVerdict
    problems: tuple[Mapping[str, Any], ...]
    shown_blob: str
    rehearsed_at: datetime
    overridden_by: str | None = None
    override_reason: str | None = None
    overridden_at: datetime | None = None

    @property
    def lets_pay(self) -> bool:
        return self.verdict == "pass" or self.overridden_by is not None
