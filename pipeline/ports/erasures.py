"""What somebody wants forgotten, and the rows that hold it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pipeline.domain.drafting import DraftId, RewriteId
from pipeline.domain.erasures import Erasure, ErasureId, ErasureState, NewErasure
from pipeline.domain.voices import DatasetId, RoundId, SourceId, VoiceId


@dataclass(frozen=True, slots=True)
class TracesOfPerson:
    """What a person left in a voice. votes: emoji and votes in duels."""

    votes: int
    rewrites: tuple[RewriteId, ...]
    drafts: tuple[DraftId, ...]


class Erasures(Protocol):
    async def ask(self, wanted: NewErasure, *, now: datetime) -> Erasure: ...

    async def by_id(self, erasure_id: ErasureId) -> Erasure: ...

    async def move(self, erasure_id: ErasureId, *, expected: ErasureState, state: ErasureState) -> bool:
        """Compare-and-set. Dropped and done ones lose their target."""
        ...

    async def note(
        self,
        erasure_id: ErasureId,
        *,
        target: str | None = None,
        counts: Mapping[str, Any] | None = None,
        versions: Mapping[str, int] | None = None,
        blobs: Sequence[str] | None = None,
        datasets: Sequence[int] | None = None,
        done_at: datetime | None = None,
    ) -> None:
        """None leaves a fact as it is."""
        ...

    async def people(self, voice_id: VoiceId) -> frozenset[str]:
        """Keys of those who were forgotten."""
        ...


class Forgetting(Protocol):
    """Each is repeated without harm. What is given back: the files that the rows named."""

    async def of_person(self, voice_id: VoiceId, user: str) -> TracesOfPerson: ...

    async def person(self, voice_id: VoiceId, user: str) -> None:
        """Votes are deleted; rewrites, briefs and the id are emptied, and their drafts leave the rounds."""
        ...

    async def sources(self, sources: Collection[SourceId]) -> set[str]: ...

    async def datasets(self, datasets: Collection[DatasetId]) -> set[str]:
        """With everything that was made of them: samples, rehearsals, comparisons, pictures. They stay listed."""
        ...

    async def messages(self, team_id: str, keys: Collection[str], template: str) -> None:
        """Ours, by their keys ("%" at the end: whatever follows), lose their facts; those that stand are edited."""
        ...

    async def whispers(self, team_id: str) -> None:
        """What was said for one person's eyes and stands nowhere any more loses its facts."""
        ...

    async def retell(self, team_id: str, key: str, facts: Mapping[str, Any]) -> None:
        """The same message with other facts, where it was to be said to somebody who is forgotten, too."""
        ...

    async def shrink(self, source_id: SourceId, name: str, sha256: str, size_bytes: int) -> None:
        """The file is another one from now on, not read yet."""
        ...

    async def feedback(self, rounds: Collection[RoundId]) -> set[str]: ...
