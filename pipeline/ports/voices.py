"""Voices, consent, rounds and what their data is made of."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from pipeline.domain.preparing import FileFacts
from pipeline.domain.reading import ReadOptions
from pipeline.domain.voices import (
    Consent,
    ConsentId,
    ConsentLimits,
    ConsentState,
    Dataset,
    DatasetId,
    NewDataset,
    NewSource,
    NewVoice,
    Origin,
    RecipeStep,
    Round,
    RoundId,
    Source,
    SourceId,
    SourceState,
    StepId,
    Upload,
    Voice,
    VoiceId,
    VoiceState,
    WantedDrafters,
)


class Voices(Protocol):
    async def add(self, voice: NewVoice, *, now: datetime) -> Voice:
        """Raises VoiceTaken when the team has this handle."""
        ...

    async def by_handle(self, team_id: str, handle: str) -> Voice | None:
        """By its name or by another that it answers to."""
        ...

    async def rename(self, voice: Voice, handle: str) -> Voice:
        """It answers to the old name too, and its rows keep what they call the person. Raises VoiceTaken."""
        ...

    async def add_alias(self, voice: Voice, handle: str) -> None:
        """Raises VoiceTaken, also when it is a name of this voice already."""
        ...

    async def aliases(self, voice_id: VoiceId) -> list[str]:
        """The oldest first."""
        ...

    async def by_id(self, voice_id: VoiceId) -> Voice: ...

    async def of_team(self, team_id: str) -> list[Voice]: ...

    async def teams(self) -> list[str]:
        """Workspaces that have a voice; for whoever runs the bot, at the command line."""
        ...

    async def set_state(
        self, voice_id: VoiceId, state: VoiceState, *, by: str | None = None, at: datetime | None = None
    ) -> None: ...

    async def let_draft(self, voice_id: VoiceId, drafters: Sequence[str]) -> None:
        """See Voice.drafters."""
        ...

    async def want_drafters(self, voice_id: VoiceId, wanted: WantedDrafters | None) -> None: ...


class Consents(Protocol):
    async def ask(self, voice_id: VoiceId, owner: str, *, now: datetime) -> Consent: ...

    async def newest(self, voice_id: VoiceId) -> Consent | None: ...

    async def by_id(self, consent_id: ConsentId) -> Consent: ...

    async def decide(
        self,
        consent_id: ConsentId,
        *,
        expected: ConsentState,
        state: ConsentState,
        at: datetime,
        until: datetime | None,
        limits: ConsentLimits = ...,
    ) -> bool:
        """Compare-and-set; False when somebody was first and nothing changed. A yes is one to who may draft now."""
        ...

    async def widen(self, consent_id: ConsentId, drafters: Sequence[str]) -> None:
        """The owner agreed to more; see Consent.drafters."""
        ...


class Rounds(Protocol):
    async def open_for(self, voice: Voice, *, channel_id: str, now: datetime) -> Round:
        """The voice's open round; made, with the next number, when there is none."""
        ...

    async def by_id(self, round_id: RoundId) -> Round: ...

    async def changed(self, round_id: RoundId) -> int:
        """Count one more revision (a source or a choice changed) and return it."""
        ...

    async def prepared(
        self,
        round_id: RoundId,
        *,
        revision: int,
        dataset_id: DatasetId | None,
        origins: Collection[Origin] | None = None,
    ) -> None:
        """Remember what `revision` came to, and under which policy; ignored when a newer one was already prepared."""
        ...

    async def under_other_origins(self, origins: Collection[Origin]) -> list[Round]:
        """Open rounds, of all teams, that were prepared under another policy than this."""
        ...

    async def latest(self, voice_id: VoiceId) -> Round | None: ...

    async def before(self, round_: Round) -> Round | None:
        """The voice's round with the number before; None for the first."""
        ...

    async def lock(self, round_id: RoundId) -> None:
        """Close the round for sources and choices; the next open_for starts the next one."""
        ...


class RecipeSteps(Protocol):
    async def append(self, step: RecipeStep) -> RecipeStep:
        """step_id of the argument is ignored."""
        ...

    async def of_round(self, round_id: RoundId) -> list[RecipeStep]: ...

    async def undo(self, step_id: StepId, *, at: datetime, by: str | None = None) -> bool: ...


class Sources(Protocol):
    async def add(self, source: NewSource, *, now: datetime) -> Source: ...

    async def by_id(self, source_id: SourceId) -> Source: ...

    async def of_round(self, round_id: RoundId) -> list[Source]: ...

    async def same_bytes(self, round_id: RoundId, sha256: str) -> Source | None:
        """An already read, not withdrawn source of this round with these bytes."""
        ...

    async def of_file(self, team_id: str, slack_file_id: str) -> list[Source]:
        """What was made of a file in Slack, oldest first: one source per round it came to."""
        ...

    async def update(
        self,
        source_id: SourceId,
        *,
        state: SourceState,
        sha256: str | None = None,
        documents: int | None = None,
        refusal: str | None = None,
        facts: FileFacts | None = None,
        readings: tuple[ReadOptions, ...] | None = None,
        size_bytes: int | None = None,
        catalogue_blob: str | None = None,
        checked_by: str | None = None,
        withdrawn_by: str | None = None,
    ) -> None:
        """None leaves a fact as it is."""
        ...


class Uploads(Protocol):
    async def add(self, upload: Upload, *, most: int) -> bool:
        """False when `most` files came by its link already; then nothing is added."""
        ...

    async def by_key(self, upload_key: str) -> Upload | None: ...

    async def complete(self, upload_key: str, source_id: SourceId) -> None: ...

    async def forget_expired(self, *, now: datetime) -> list[str]:
        """Keys of the uploads that are no longer known; links that ended are never asked for again."""
        ...

    async def known(self, upload_keys: Collection[str]) -> set[str]: ...


class Datasets(Protocol):
    async def add(self, dataset: NewDataset, *, now: datetime) -> Dataset:
        """The stored dataset, which never changes: the same round, rows and recipe give the one that is there."""
        ...

    async def of_voice(self, voice_id: VoiceId) -> list[Dataset]:
        """Oldest first."""
        ...

    async def by_id(self, dataset_id: DatasetId) -> Dataset: ...
