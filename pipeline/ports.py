"""What the core needs from outside, in its own words. Classes satisfy these by shape.

A Transaction is one database transaction: everything done through it commits together or not at all.
Read-then-write inside one is safe (BEGIN IMMEDIATE on SQLite; rows read by *_for_change are locked on Postgres).
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipeline.domain.documents import Recipe
from pipeline.domain.drafting import Draft, DraftId, NewDraft, NewRewrite, Reaction, Rewrite, RewriteId, Written
from pipeline.domain.preparing import FileFacts, PreparedFile, PreparedRound
from pipeline.domain.spending import MonthSpend, SpendRequest, SpendRequestId, SpendState
from pipeline.domain.training import ProviderJob, TuningJob, TuningJobId, VoiceModel, VoiceModelId
from pipeline.domain.voices import (
    Consent,
    ConsentId,
    ConsentState,
    Dataset,
    DatasetId,
    NewDataset,
    NewSource,
    NewVoice,
    RecipeStep,
    Round,
    RoundId,
    Sensitivity,
    Source,
    SourceId,
    SourceState,
    StepId,
    Voice,
    VoiceId,
    VoiceState,
)
from pipeline.domain.work import AuditEntry, DroppedFile, PostedMessage, Posting, Saying, WorkItem, WorkKind


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, aware UTC."""
        ...


# --- what one transaction can do -------------------------------------------------------------------------------


class Voices(Protocol):
    async def add(self, voice: NewVoice, *, now: datetime) -> Voice:
        """Raises VoiceTaken when the team has this handle."""
        ...

    async def by_handle(self, team_id: str, handle: str) -> Voice | None: ...

    async def by_id(self, voice_id: VoiceId) -> Voice: ...

    async def of_team(self, team_id: str) -> list[Voice]: ...

    async def set_state(self, voice_id: VoiceId, state: VoiceState) -> None: ...


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
    ) -> bool:
        """Compare-and-set; False when somebody was first and nothing changed."""
        ...


class Rounds(Protocol):
    async def open_for(self, voice: Voice, *, channel_id: str, now: datetime) -> Round:
        """The voice's open round; made, with the next number, when there is none."""
        ...

    async def by_id(self, round_id: RoundId) -> Round: ...

    async def changed(self, round_id: RoundId) -> int:
        """Count one more revision (a source or a choice changed) and return it."""
        ...

    async def prepared(self, round_id: RoundId, *, revision: int, dataset_id: DatasetId | None) -> None:
        """Remember what `revision` came to; ignored when a newer revision was already prepared."""
        ...

    async def latest(self, voice_id: VoiceId) -> Round | None: ...


class RecipeSteps(Protocol):
    async def append(self, step: RecipeStep) -> RecipeStep:
        """step_id of the argument is ignored."""
        ...

    async def of_round(self, round_id: RoundId) -> list[RecipeStep]: ...

    async def undo(self, step_id: StepId, *, at: datetime) -> bool: ...


class Sources(Protocol):
    async def add(self, source: NewSource, *, now: datetime) -> Source: ...

    async def by_id(self, source_id: SourceId) -> Source: ...

    async def of_round(self, round_id: RoundId) -> list[Source]: ...

    async def same_bytes(self, voice_id: VoiceId, sha256: str) -> Source | None:
        """An already read, not withdrawn source of this voice with these bytes."""
        ...

    async def update(
        self,
        source_id: SourceId,
        *,
        state: SourceState,
        sha256: str | None = None,
        documents: int | None = None,
        refusal: str | None = None,
    ) -> None: ...


class Datasets(Protocol):
    async def add(self, dataset: NewDataset, *, now: datetime) -> Dataset:
        """The stored dataset; the same round and content_hash give the row that is there already."""
        ...

    async def by_id(self, dataset_id: DatasetId) -> Dataset: ...


class SpendRequests(Protocol):
    async def ask(self, request: SpendRequest) -> SpendRequest:
        """spend_request_id of the argument is ignored."""
        ...

    async def by_id(self, spend_request_id: SpendRequestId) -> SpendRequest: ...

    async def decide(
        self, spend_request_id: SpendRequestId, *, state: SpendState, by: str | None, at: datetime, reason: str | None
    ) -> bool:
        """Compare-and-set from "asked"; False when it was decided already and nothing changed."""
        ...

    async def open_of_round(self, round_id: RoundId) -> list[SpendRequest]: ...

    async def of_voice(self, voice_id: VoiceId) -> list[SpendRequest]: ...


class SpendLedger(Protocol):
    """Money of a workspace by month ("2026-11"), integer micro-dollars."""

    async def month(self, team_id: str, month: str) -> MonthSpend: ...

    async def reserve(self, request_id: SpendRequestId, team_id: str, month: str, amount_microusd: int) -> bool:
        """Hold money by one conditional statement; False when the month's limit would be passed. Once per request."""
        ...

    async def settle(self, request_id: SpendRequestId, actual_microusd: int) -> None:
        """Turn the hold into what was really billed. Repeating it changes nothing."""
        ...

    async def release(self, request_id: SpendRequestId) -> None:
        """Give the hold back. Repeating it changes nothing."""
        ...


class TuningJobs(Protocol):
    async def queue(self, job: TuningJob) -> TuningJob:
        """tuning_job_id of the argument is ignored; one job per spend request, the first one wins."""
        ...

    async def by_id(self, tuning_job_id: TuningJobId) -> TuningJob: ...

    async def update(self, job: TuningJob) -> None:
        """Write all fields of the value. Fenced by the work item of the same transaction."""
        ...

    async def of_voice(self, voice_id: VoiceId) -> list[TuningJob]: ...

    async def unfinished(self, team_id: str) -> list[TuningJob]: ...


class VoiceModels(Protocol):
    async def add(self, job: TuningJob, *, model_name: str, now: datetime) -> VoiceModel:
        """The next version of the job's voice; the same job again gives the row that is there already."""
        ...

    async def of_voice(self, voice_id: VoiceId) -> list[VoiceModel]:
        """Oldest version first."""
        ...

    async def by_id(self, voice_model_id: VoiceModelId) -> VoiceModel: ...


class Drafts(Protocol):
    async def ask(self, draft: NewDraft, *, now: datetime) -> Draft: ...

    async def by_id(self, draft_id: DraftId) -> Draft: ...

    async def written(self, draft_id: DraftId, written: Written) -> None: ...

    async def failed(self, draft_id: DraftId, failure: str) -> None: ...

    async def of_voice(self, voice_id: VoiceId) -> list[Draft]: ...


class Reactions(Protocol):
    async def record(self, reactions: Sequence[Reaction]) -> None:
        """Upsert; for one (team, channel, ts, user, name) the newest event_ts wins whatever the order of arrival."""
        ...

    async def on_message(self, team_id: str, channel_id: str, ts: str) -> list[Reaction]: ...


class Rewrites(Protocol):
    async def add(self, rewrite: NewRewrite, *, now: datetime) -> Rewrite:
        """A new row, or a new revision of the row with the same (team, channel, ts)."""
        ...

    async def withdraw(self, team_id: str, channel_id: str, ts: str) -> Rewrite | None: ...

    async def of_voice(self, voice_id: VoiceId) -> list[Rewrite]: ...

    async def by_id(self, rewrite_id: RewriteId) -> Rewrite: ...


class Work(Protocol):
    async def enqueue(self, kind: WorkKind, subject: object, team_id: str, *, run_at: datetime) -> None:
        """One open item per (kind, subject): asked again while waiting, it moves forward; while running, it reruns."""
        ...

    async def finish(self, item: WorkItem) -> None:
        """Fenced: raises LeaseLost when the item's token is no longer current, so that the transaction rolls back."""
        ...

    async def again(self, item: WorkItem, *, run_at: datetime) -> None:
        """Fenced like finish; the item waits until run_at."""
        ...

    async def keep(self, item: WorkItem) -> None:
        """Fenced like finish; the item stays claimed, and everything else in this transaction is written only then."""
        ...

    async def waiting_before(self, kind: WorkKind, subject: object) -> int:
        """How many open items of the kind are older: 0 means next."""
        ...


class Outbox(Protocol):
    async def say(self, saying: Saying) -> None: ...

    async def key_at(self, team_id: str, channel_id: str, ts: str) -> str | None:
        """The key of our message that stands there."""
        ...

    async def posted(self, key: str) -> PostedMessage | None: ...


class AuditLog(Protocol):
    async def record(self, entry: AuditEntry, *, now: datetime) -> None: ...

    async def of_team(self, team_id: str) -> list[AuditEntry]: ...


class Deliveries(Protocol):
    async def first_time(self, delivery_id: str, *, now: datetime) -> bool:
        """False when this Slack delivery (event_id, or view/trigger id) was seen by a committed transaction."""
        ...


class Transaction(Protocol):
    """One unit of work over all of the above."""

    @property
    def voices(self) -> Voices: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def rounds(self) -> Rounds: ...
    @property
    def recipe_steps(self) -> RecipeSteps: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def datasets(self) -> Datasets: ...
    @property
    def spend_requests(self) -> SpendRequests: ...
    @property
    def ledger(self) -> SpendLedger: ...
    @property
    def tuning_jobs(self) -> TuningJobs: ...
    @property
    def voice_models(self) -> VoiceModels: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def reactions(self) -> Reactions: ...
    @property
    def rewrites(self) -> Rewrites: ...
    @property
    def work(self) -> Work: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def deliveries(self) -> Deliveries: ...


class Database(Protocol):
    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Commits when the block ends, rolls back when it raises."""
        ...

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that only reads; it does not wait for writers."""
        ...


class WorkQueue(Protocol):
    """What a worker does between transactions."""

    async def claim(self, owner: str, *, now: datetime, lease_s: float) -> WorkItem | None:
        """The oldest due item, its token counted up; None when nothing is due."""
        ...

    async def prolong(self, item: WorkItem, *, until: datetime) -> bool:
        """Heartbeat; False when the lease was lost."""
        ...

    async def release_all(self, owner: str) -> None:
        """At shutdown: give claimed items back at once."""
        ...


class Postings(Protocol):
    """What the poster does: claims sayings and records where they stand."""

    async def claim(self, owner: str, *, now: datetime, lease_s: float) -> Posting | None:
        """The oldest due message whose thread parent is posted."""
        ...

    async def about_to_post(self, posting: Posting, *, now: datetime) -> None:
        """Intent, committed before the call."""
        ...

    async def posted(self, posting: Posting, *, channel_id: str, ts: str, now: datetime) -> None: ...

    async def postpone(self, posting: Posting, *, run_at: datetime, clear_intent: bool) -> None: ...

    async def give_up(self, posting: Posting, *, error: str) -> None: ...


class ReactionWriter(Protocol):
    async def record(self, reaction: Reaction, *, delivery_id: str) -> bool:
        """Group commit: returns after the transaction that holds it committed. False for a repeated delivery."""
        ...


class LivenessLocks(Protocol):
    def hold(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Held while this process lives and the block runs; yields False at once when another process holds it."""
        ...


class ArtifactStore(Protocol):
    """Content-addressed blobs."""

    async def put(self, content: bytes) -> str:
        """SHA-256 (hex)."""
        ...

    async def put_file(self, path: Path) -> str: ...

    async def get(self, sha256: str) -> bytes: ...

    def local_path(self, sha256: str) -> AbstractAsyncContextManager[Path]:
        """A readable file with these bytes, for as long as the block runs."""
        ...


# --- the world outside ---------------------------------------------------------------------------------------


class TuningProvider(Protocol):
    """One model provider's training side. All raise ProviderError subclasses; nothing is retried in here."""

    async def upload(self, content: bytes, *, filename: str, sensitivity: Sensitivity) -> str:
        """The provider's file id. Raises SensitivityNotAllowed before a byte leaves."""
        ...

    async def find_upload(self, filename: str) -> str | None: ...

    async def create_job(
        self,
        *,
        base: str,
        training_file: str,
        validation_file: str | None,
        epochs: int,
        key: str,
        suffix: str,
        sensitivity: Sensitivity,
    ) -> ProviderJob:
        """Sent once, never retried by the SDK. ProviderUnavailable means that it may have been accepted."""
        ...

    async def find_jobs(self, *, key: str, training_file: str) -> list[ProviderJob]:
        """By metadata and by training file; oldest first."""
        ...

    async def job(self, provider_job: str) -> ProviderJob: ...


class WritingProvider(Protocol):
    async def write(
        self,
        *,
        model: str,
        system: str,
        brief: str,
        max_tokens: int,
        temperature: float,
        sensitivity: Sensitivity,
    ) -> Written: ...


class Providers(Protocol):
    """The configured providers by name."""

    def training(self, name: str) -> TuningProvider: ...

    def writing(self, name: str) -> WritingProvider: ...

    def names_for(self, sensitivity: Sensitivity) -> tuple[str, ...]:
        """Providers whose configuration allows this sensitivity, the private server first."""
        ...


class Preparer(Protocol):
    """Reads and cleans, away from the event loop. Raises DataError subclasses."""

    async def read(self, file: PreparedFile) -> FileFacts: ...

    async def prepare(self, files: Sequence[PreparedFile], recipe: Recipe, *, writer: str) -> PreparedRound:
        """writer: what the system message calls the person; the same when drafts are asked for."""
        ...


class FileFetcher(Protocol):
    def fetch(self, slack_file_id: str) -> AbstractAsyncContextManager[DroppedFile]:
        """The file's bytes in a temporary file. Raises DownloadRefused, FileTooBig."""
        ...


class People(Protocol):
    """Who is who in the workspace; answered from memory, refreshed on a schedule."""

    def approvers(self, team_id: str) -> tuple[str, ...]:
        """User ids who may approve spend; users who left are not in it."""
        ...

    def is_guest(self, team_id: str, user: str) -> bool: ...

    def name(self, user: str) -> str:
        """A display name where a mention cannot stand; the id itself when unknown."""
        ...
