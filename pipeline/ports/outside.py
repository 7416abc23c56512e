"""The world outside the database: files, locks, model providers, people."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from pipeline.domain.documents import Recipe
from pipeline.domain.drafting import Shot, Written
from pipeline.domain.preparing import FileRead, PreparedFile, PreparedRound, PulledSite
from pipeline.domain.spending import Method, Price
from pipeline.domain.training import ProviderJob, RunEvent, TuningJob
from pipeline.domain.voices import (
    Purpose,
    Sensitivity,
)
from pipeline.domain.work import DroppedFile


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


class ErasableStore(ArtifactStore, Protocol):
    """Where blobs also go for good."""

    async def delete(self, sha256: str) -> bool:
        """False when it was gone already. For what no row names."""
        ...

    async def forget(self, sha256: str) -> bool:
        """As delete; whoever asks for it later is told that it was forgotten."""
        ...


class TuningProvider(Protocol):
    """One model provider's training side. All raise ProviderError subclasses; nothing is retried in here."""

    async def upload(self, content: bytes, *, filename: str, sensitivity: Sensitivity) -> str:
        """The provider's file id. Raises SensitivityNotAllowed before a byte leaves."""
        ...

    async def find_upload(self, filename: str) -> str | None: ...

    async def create_job(
        self,
        *,
        model: str,
        method: Method,
        training_file: str,
        validation_file: str | None,
        epochs: int,
        key: str,
        suffix: str,
        sensitivity: Sensitivity,
    ) -> ProviderJob:
        """model: a base, or a finished model to go on from.

        Sent once, never retried by the SDK. ProviderUnavailable means that it may have been accepted.
        """
        ...

    async def find_jobs(self, *, key: str, training_file: str, method: Method) -> list[ProviderJob]:
        """By metadata, or by training file and method; oldest first."""
        ...

    async def job(self, provider_job: str) -> ProviderJob: ...


class RunProvider(Protocol):
    """A run that is there already. All raise ProviderError subclasses; nothing is retried in here."""

    async def cancel_job(self, provider_job: str) -> ProviderJob:
        """Sent once. ProviderUnavailable means that it may have been cancelled."""
        ...

    async def events(self, provider_job: str) -> list[RunEvent]:
        """The newest few, newest first."""
        ...

    async def checkpoints(self, provider_job: str) -> bytes:
        """As the provider tells them, as JSON."""
        ...

    async def content(self, file_id: str) -> bytes: ...

    async def delete_file(self, file_id: str) -> bool:
        """False when it was gone already."""
        ...


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
        shots: Sequence[Shot] = (),
        price: Price | None = None,
    ) -> Written:
        """price: what it is charged at; None takes the operator's file. Raises NoPrice before anything is sent."""
        ...


class Providers(Protocol):
    """The configured providers by name."""

    def training(self, name: str) -> TuningProvider: ...

    def writing(self, name: str) -> WritingProvider: ...

    def names_for(self, sensitivity: Sensitivity) -> tuple[str, ...]:
        """Providers whose configuration allows this sensitivity, the private server first."""
        ...


class ModelCopies(Protocol):
    """What providers hold of us when runs are over."""

    async def delete_model(self, provider: str, model_name: str) -> bool:
        """False when it was gone already. Raises ProviderError."""
        ...


class RunProviders(Providers, Protocol):
    """Those that runs are followed at."""

    def run(self, name: str) -> RunProvider: ...

    def places(self, provider: str) -> int:
        """How many runs may be under way there at a time. Raises UnknownProvider."""
        ...

    def refuses(self, run: TuningJob, day: date) -> Literal["closed", "base-gone", "method-gone"] | None:
        """Why this run cannot be trained there on that day; None when it can. Raises UnknownProvider."""
        ...


Progress: TypeAlias = Callable[[int], None]


class Preparer(Protocol):
    """Reads and cleans, away from the event loop. Raises DataError subclasses.

    progress: called in the event loop at most once a second, with the documents done so far; never after the end.
    """

    async def read(self, file: PreparedFile, *, progress: Progress | None = None) -> FileRead: ...

    async def prepare(
        self,
        files: Sequence[PreparedFile],
        recipe: Recipe,
        *,
        writer: str,
        own_drafts: Sequence[str] = (),
        purpose: Purpose | None = None,
        folder: Path,
        progress: Progress | None = None,
    ) -> PreparedRound:
        """writer: what the system message calls the person; the same when drafts are asked for.

        own_drafts: what was drafted for this voice, so that it is known again among the texts.
        purpose: of the voice; it says which rules look at requests with short answers.
        folder: where the rows are written; it may hold those of an attempt that was killed.

        progress starts again at 0 when texts have to be read once more for another choice about markup.
        """
        ...


PostsSoFar: TypeAlias = Callable[[int], Awaitable[None]]


class Sites(Protocol):
    async def pull(self, url: str, progress: PostsSoFar) -> PulledSite:
        """All posts of a site. progress: told how many are there, page by page. Raises PullError subclasses."""
        ...


class FileFetcher(Protocol):
    def fetch(self, slack_file_id: str) -> AbstractAsyncContextManager[DroppedFile]:
        """The file's bytes in a temporary file. Raises DownloadRefused, FileTooBig."""
        ...


class Membership(Protocol):
    """Who is in which channel and user group; answered from memory, refreshed on a schedule."""

    def members(self, team_id: str, named: str) -> frozenset[str] | None:
        """Of a channel or a user group; None when Slack does not tell."""
        ...

    async def learn(self, channels: Collection[str]) -> None:
        """Ask Slack who is in these. What is known of others is forgotten."""
        ...


class People(Protocol):
    """Who is who in the workspace; answered from memory, refreshed on a schedule."""

    def is_active(self, team_id: str, user: str) -> bool:
        """Whether this is a person who is still there."""
        ...

    def is_guest(self, team_id: str, user: str) -> bool: ...

    def name(self, user: str) -> str:
        """A display name where a mention cannot stand; the id itself when unknown."""
        ...
