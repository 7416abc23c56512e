"""A voice's rows, taken out of one database and put into another."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from pipeline.domain.exports import Arrival, VoiceRows
from pipeline.domain.voices import VoiceId


class WholeVoices(Protocol):
    async def rows_of(self, voice_id: VoiceId) -> VoiceRows:
        """Runs that are still under way stay out: they belong to whoever pays for them."""
        ...

    async def put(self, voice: VoiceRows, arrival: Arrival, *, now: datetime) -> VoiceId:
        """As rows of their own. Raises VoiceIsHere, and ValueError for rows that do not fit together."""
        ...

    async def blobs_in_use(self, blobs: Collection[str]) -> set[str]:
        """Those that some row names, of any voice and workspace; datasets that were forgotten name none."""
        ...
