"""What somebody wants forgotten about a voice: a file, a person, one text, or a signed note."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NewType

from pipeline.domain.voices import VoiceId

ErasureId = NewType("ErasureId", int)
ErasureKind = Literal["source", "person", "text", "note"]
ErasureState = Literal["asked", "shown", "confirmed", "dropped", "done"]
SOMEBODY: Final = "somebody"  # stands where the id of a forgotten person stood
FORGOTTEN_FILE: Final = "forgotten"  # the name of a file that was forgotten, and who took it out


@dataclass(frozen=True, slots=True)
class NewErasure:
    """target: the file's hash, the person's Slack id, or the file's hash and the text's number in it ("hash 17").

    Of a signed note: its hash.

    person_key: of a person, kept when the id is gone (see erasures.person_key); "" otherwise.
    """

    team_id: str
    voice_id: VoiceId
    kind: ErasureKind
    target: str
    asked_by: str
    person_key: str = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """target is empty once it is done. counts: what there is, by name, as it was shown; then what was erased.

    versions: numbers of the versions that learned from it, with the rows they saw. blobs: files that still have to go.
    datasets: those that held it; they stay listed.
    """

    erasure_id: ErasureId
    wanted: NewErasure
    state: ErasureState
    asked_at: datetime
    counts: Mapping[str, Any]
    versions: Mapping[str, int]
    blobs: tuple[str, ...] = ()
    datasets: tuple[int, ...] = ()
    done_at: datetime | None = None

    @property
    def key(self) -> str:
        return f"erasure:{self.erasure_id}"
