"""Prices, estimates and the money a manager approves; amounts are integer micro-dollars."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NewType

SpendRequestId = NewType("SpendRequestId", int)

MICROUSD_PER_USD = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What one base model costs at one provider. Rates are USD per 1,000,000 tokens as decimal strings parse them.

    source: where the figure was read; as_of: the day it was read. shutdown_on: the day the base stops answering.
    """

    provider: str
    base: str
    train_microusd_per_million: int
    input_microusd_per_million: int
    output_microusd_per_million: int
    source: str
    as_of: date
    context_tokens: int
    encoding: str
    encoding_is_exact: bool = True
    shutdown_on: date | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Low, expected and high, all in micro-dollars, low <= expected <= high."""

    low_microusd: int
    expected_microusd: int
    high_microusd: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What training one dataset on one base would cost, and what a month of drafts costs afterwards."""

    provider: str
    base: str
    examples: int
    train_tokens: int
    epochs: int
    training: Range
    drafts_per_month: int
    drafting_microusd: int
    few_shot_microusd: int
    price_source: str
    price_as_of: date
    encoding_is_exact: bool
    shutdown_on: date | None


SpendState = Literal["asked", "approved", "declined", "void", "expired"]


@dataclass(frozen=True, slots=True)
class SpendRequest:
    """What a manager approves; bound to the dataset's hash, base, provider, epochs and ceiling."""

    spend_request_id: SpendRequestId
    team_id: str
    voice_id: int
    round_id: int
    dataset_id: int
    dataset_hash: str
    provider: str
    base: str
    method: str
    epochs: int
    ceiling_microusd: int
    estimate_microusd: int
    state: SpendState
    requested_by: str
    requested_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None

    @property
    def label(self) -> str:
        return f"ap-{self.spend_request_id:03d}"


@dataclass(frozen=True, slots=True)
class MonthSpend:
    """A workspace's month: limit, held for running work, and settled."""

    month: str
    limit_microusd: int
    held_microusd: int
    settled_microusd: int

    @property
    def left_microusd(self) -> int:
        return self.limit_microusd - self.held_microusd - self.settled_microusd
