"""A voice as it leaves one installation and comes into another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from pipeline.domain.work import AuditEntry

Row: TypeAlias = Mapping[str, Any]  # one row of a table as JSON values


@dataclass(frozen=True, slots=True)
class VoiceRows:
    """Everything the database holds of a voice. rows: by table; a table stands after those its rows point at.

    blobs: SHA-256 (hex) of what the rows name in the artifact store.
    """

    rows: Mapping[str, Sequence[Row]]
    blobs: frozenset[str]

    @property
    def voice(self) -> Row:
        return self.rows["voice"][0]

    def of(self, table: str) -> Sequence[Row]:
        return self.rows.get(table, ())


@dataclass(frozen=True, slots=True)
class Recorded:
    """An audit entry, and when it was written."""

    at: datetime
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an imported voice is called and whose it is here. team_id: the workspace it comes into."""

    team_id: str
    handle: str
    owner: str
    steward: str
    channel_id: str
