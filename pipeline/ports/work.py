"""Work and messages that wait as rows, and the record of what was done."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from pipeline.domain.exports import Recorded
from pipeline.domain.work import AuditEntry, PostedMessage, Posting, Saying, WorkItem, WorkKind


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

    async def is_posting(self, team_id: str, channel_id: str, *, since: datetime) -> bool:
        """Whether a message of ours may stand there whose place is not recorded yet (decided after `since`)."""
        ...

    async def posted(self, key: str) -> PostedMessage | None: ...

    async def facts(self, team_id: str, key: str) -> Mapping[str, Any] | None:
        """What the message with this key says, posted or not."""
        ...


class AuditLog(Protocol):
    async def record(self, entry: AuditEntry, *, now: datetime) -> None: ...

    async def newest(self, team_id: str, what: str) -> AuditEntry | None: ...

    async def of_team(self, team_id: str) -> list[AuditEntry]: ...

    async def about(self, team_id: str, subjects: Collection[str]) -> list[Recorded]:
        """Oldest first."""
        ...


class Deliveries(Protocol):
    async def first_time(self, delivery_id: str, *, now: datetime) -> bool:
        """False when this Slack delivery (event_id, or view/trigger id) was seen by a committed transaction."""
        ...


class WorkQueue(Protocol):
    """What a worker does between transactions."""

    async def claim(
        self, owner: str, *, now: datetime, lease_s: float, only: Mapping[WorkKind, Collection[str]] | None = None
    ) -> WorkItem | None:
        """The oldest due item, its token counted up; None when nothing is due. only: these subjects; None for all."""
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

    async def release_all(self, owner: str) -> None:
        """At shutdown: give claimed messages back at once."""
        ...
