"""An editor's look at a few random texts before they are paid for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from pipeline.domain.documents import DocumentId
from pipeline.domain.voices import DatasetId, RoundId, VoiceId

SignoffId = NewType("SignoffId", int)
Sight = Literal["kept", "left-out"]


@dataclass(frozen=True, slots=True)
class Picked:
    """One row to look at, whole."""

    key: DocumentId
    title: str
    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class SignoffRow:
    """number: from 1. opening: how the text begins; text_blob: prompt and text as JSON. sight: None until looked at."""

    number: int
    key: DocumentId
    title: str
    prompt: str
    opening: str
    text_blob: str
    sight: Sight | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewSignoff:
    """revision: of the round that the texts are from."""

    team_id: str
    voice_id: VoiceId
    round_id: RoundId
    dataset_id: DatasetId
    revision: int
    editor: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Signoff:
    """facts.revision moves along when the only change is a text left out by hand. rows: empty until they are picked."""

    signoff_id: SignoffId
    facts: NewSignoff
    asked_at: datetime
    rows: tuple[SignoffRow, ...]

    @property
    def seen(self) -> int:
        return sum(row.sight is not None for row in self.rows)

    @property
    def kept(self) -> int:
        return sum(row.sight == "kept" for row in self.rows)
