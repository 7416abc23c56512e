"""Drafts, and what people say about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId

DraftId = NewType("DraftId", int)
RewriteId = NewType("RewriteId", int)

Doubt = Literal["vague", "off_purpose", "orders"]
DraftState = Literal["asked", "posted", "failed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A request for text. words: wanted length. private: only who asked sees it, in a direct message.

    continues: the draft whose text it goes on from.
    """

    team_id: str
    voice_id: VoiceId
    voice_model_id: VoiceModelId
    brief: str
    words: int
    temperature: float
    requested_by: str
    channel_id: str
    thread_ts: str | None = None
    private: bool = False
    continues: DraftId | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A real request and the real post that answers it, for the prompt of an untrained model."""

    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a model answered. cost_microusd: by the price table; latency_ms: request to last token."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    cost_microusd: int
    latency_ms: int
    finish_reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A brief and the text made of it. written is None until state is posted.

    thrown_away: how many texts were written, paid for and shown to nobody; thrown_away_microusd: what they cost.
    deleted_at: when its message was found deleted; a draft that was put back keeps it.
    """

    draft_id: DraftId
    asked: NewDraft
    state: DraftState
    created_at: datetime
    written: Written | None = None
    failure: str | None = None
    thrown_away: int = 0
    thrown_away_microusd: int = 0
    deleted_at: datetime | None = None

    @property
    def label(self) -> str:
        return f"d-{self.draft_id:04d}"

    @property
    def card_key(self) -> str:
        return f"draft:{self.draft_id}:card"

    @property
    def text_key(self) -> str:
        return f"draft:{self.draft_id}:text"


@dataclass(frozen=True, slots=True)
class Reaction:
    """State of one emoji of one person on one message: there or not, as of event_ts (Slack's time, as sent)."""

    team_id: str
    channel_id: str
    ts: str
    user: str
    name: str
    present: bool
    event_ts: str


@dataclass(frozen=True, slots=True)
class NewRewrite:
    """A better version somebody wrote. changed_share: words changed / words of the draft, 0 to 1."""

    team_id: str
    draft_id: DraftId
    user: str
    channel_id: str
    ts: str
    text: str
    changed_share: float


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A stored rewrite; revision counts edits; withdrawn when its message was deleted or the writer said so."""

    rewrite_id: RewriteId
    facts: NewRewrite
    revision: int
    withdrawn: bool
    created_at: datetime
