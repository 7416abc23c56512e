"""Work that waits as rows, messages that wait to be said, and the record of what was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

WorkKind = Literal[
    "read-source",
    "pull-site",
    "prepare-round",
    "rehearse",
    "draw-pictures",
    "preflight",
    "tuning",
    "stray-job",
    "loss-curve",
    "evaluate",
    "delete-files",
    "draft",
    "draft-file",
    "board-picture",
    "difference",
    "signoff",
    "baseline",
    "baseline-draft",
    "duel-text",
    "duel-close",
    "auto-duel",
    "take-feedback",
    "round-locked",
    "read-version",
    "approval",
    "home",
    "members",
    "sweep",
    "delete-copies",
    "keep-note",
    "export",
    "forget",
]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A claimed row. token fences every later write: a worker that lost its lease cannot write any more.

    subject: the id of the row it is about, as text; one open item per (kind, subject).
    """

    work_id: int
    team_id: str
    kind: WorkKind
    subject: str
    attempts: int
    token: int
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes. Exactly one of channel_id and user_id (a direct message).

    thread_key: outbox key of the message whose thread it joins (waits until that one is posted);
    thread_ts: a thread we did not start.
    """

    team_id: str
    channel_id: str | None = None
    user_id: str | None = None
    thread_key: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """One message as it should stand in Slack. The same key again edits the message instead of posting another.

    template: "<feature>.<message>"; facts: JSON values the view renders. seeds: emoji names the bot adds itself.
    only_for: a user id makes it ephemeral (posted once, never edited).
    """

    key: str
    template: str
    facts: Mapping[str, Any]
    place: Place
    seeds: tuple[str, ...] = ()
    only_for: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A claimed message. ts is set when it was posted before; intent_at when an earlier try may have been accepted."""

    outbox_id: int
    saying: Saying
    revision: int
    token: int
    attempts: int
    channel_id: str | None
    thread_ts: str | None
    ts: str | None
    intent_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """Where a message with a key stands. thread_ts: of its thread's first message; None when it is none's answer."""

    key: str
    channel_id: str
    ts: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what. before, after: JSON values; no message texts."""

    team_id: str
    who: str
    what: str
    subject: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """An upload on this machine, for as long as whoever fetched it keeps it."""

    name: str
    size_bytes: int
    path: Path
