"""What estimates are made from, besides the operator's file."""

from typing import Protocol

from pipeline.domain.spending import PastRun


class PastRuns(Protocol):
    async def newest(self, team_id: str, provider: str, *, most: int) -> list[PastRun]:
        """Finished runs that the provider told its bill of, newest first."""
        ...
