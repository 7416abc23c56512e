"""Editors' looks at random texts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipeline.domain.signoffs import NewSignoff, Sight, Signoff, SignoffId, SignoffRow
from pipeline.domain.voices import RoundId


class Signoffs(Protocol):
    async def ask(self, signoff: NewSignoff, *, now: datetime) -> Signoff | None:
        """None when this editor was asked for this dataset already."""
        ...

    async def by_id(self, signoff_id: SignoffId) -> Signoff: ...

    async def of_round(self, round_id: RoundId) -> list[Signoff]: ...

    async def carry(self, round_id: RoundId, *, to_revision: int) -> None:
        """Those of the revision just before hold for this one too."""
        ...


class SignoffRows(Protocol):
    async def fill(self, signoff_id: SignoffId, rows: Sequence[SignoffRow]) -> None:
        """Rows that are there already stay as they are."""
        ...

    async def see(self, signoff_id: SignoffId, number: int, sight: Sight, *, at: datetime) -> bool:
        """False when it was seen so before."""
        ...
