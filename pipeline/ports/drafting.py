"""Drafts and what people say about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipeline.domain.drafting import Draft, DraftId, NewDraft, NewRewrite, Reaction, Rewrite, RewriteId, Written
from pipeline.domain.voices import (
    VoiceId,
)


class Drafts(Protocol):
    async def ask(self, draft: NewDraft, *, now: datetime) -> Draft: ...

    async def by_id(self, draft_id: DraftId) -> Draft: ...

    async def written(self, draft_id: DraftId, written: Written) -> None: ...

    async def failed(self, draft_id: DraftId, failure: str) -> None: ...

    async def of_voice(self, voice_id: VoiceId) -> list[Draft]: ...

    async def throw_away(self, draft_id: DraftId, *, cost_microusd: int) -> None:
        """One more text that nobody sees."""
        ...

    async def answering(self, asked: NewDraft) -> Draft | None:
        """The newest draft that stands and answers the same request: brief, version, length, temperature."""
        ...

    async def to_sweep(self, team_id: str, *, since: datetime, before: datetime, most: int) -> list[Draft]:
        """Drafts that stand, asked for since then, whose emoji were not read again since `before`; newest first."""
        ...

    async def swept(self, draft_id: DraftId, *, at: datetime) -> None: ...

    async def forget_sweeps(self) -> None:
        """Of all workspaces: no earlier look counts any more."""
        ...

    async def withdraw(self, draft_id: DraftId, *, at: datetime) -> bool:
        """Its message is gone. False when it did not stand, or was put back after an earlier deletion."""
        ...

    async def restore(self, draft_id: DraftId) -> bool: ...

    async def count_of(self, team_id: str, user: str, *, since: datetime) -> int:
        """How many this person asked for."""
        ...


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


class ReactionWriter(Protocol):
    async def record(self, reaction: Reaction, *, delivery_id: str) -> bool:
        """Group commit: returns after the transaction that holds it committed. False for a repeated delivery."""
        ...
