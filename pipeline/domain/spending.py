"""Prices, estimates and the money a manager approves; amounts are integer micro-dollars."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final, Literal, NewType

SpendRequestId = NewType("SpendRequestId", int)

# What a run learns from: examples, or pairs of answers of which one is better than the other.
Method = Literal["supervised", "dpo"]

MICROUSD_PER_USD = 1_000_000
WATTS_PER_KW: Final = 1_000
REMIND_AFTER: Final = timedelta(hours=24)
EXPIRE_AFTER: Final = timedelta(hours=72)


def base_of(model: str) -> str:
    """The base behind a model's name: "ft:gpt-4.1-mini-2025-04-14:team::abc" is gpt-4.1-mini-2025-04-14."""
    return model.split(":")[1] if model.startswith("ft:") else model


@dataclass(frozen=True, slots=True)
class Billing:
    """How a provider turns rows into billed tokens.

    validation: whether the rows of the validation file are billed, once per pass; None: nobody has entered that.
    packed_tokens: rows are packed into sequences of this size and the rest of one is billed too; 0: they are not.
    least_microusd: the least that a run costs. source: where this was read.
    """

    validation: bool | None = None
    packed_tokens: int = 0
    least_microusd: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Hosting:
    """What keeping a tuned model costs, by the minute it is awake or by the month; one of the two is above zero.

    leash_minutes: how long an endpoint stays awake after the last draft.
    """

    microusd_per_minute: int = 0
    leash_minutes: int = 0
    microusd_per_month: int = 0


@dataclass(frozen=True, slots=True)
class Machine:
    """What our own machine costs while it trains.

    watts: what it draws then; 0 where nobody entered that. microusd_per_hour: of the machine, without electricity.
    """

    watts: int = 0
    kwh_microusd: int = 0
    microusd_per_hour: int = 0

    @property
    def hour_microusd(self) -> Fraction:
        """With electricity."""
        return self.microusd_per_hour + Fraction(self.watts * self.kwh_microusd, WATTS_PER_KW)


@dataclass(frozen=True, slots=True)
class TrainingSpeed:
    """Tokens that one base was trained on in a second at one provider, low <= expected <= high.

    runs: finished runs of this workspace that were measured; 0: the server told its own figure, in its own tokens.
    """

    low: Fraction
    expected: Fraction
    high: Fraction
    runs: int


@dataclass(frozen=True, slots=True)
class MachineTime:
    """Seconds that training takes, low <= expected <= high. runs: as of TrainingSpeed."""

    low_s: int
    expected_s: int
    high_s: int
    runs: int


@dataclass(frozen=True, slots=True)
class Price:
    """What one base model costs at one provider. Rates are USD per 1,000,000 tokens as decimal strings parse them.

    source: where the figure was read; as_of: the day it was read. shutdown_on: the day the base stops answering.
    hosting: None where a tuned model answers without any. machine: where training is paid by the hour of our own
    machine, and not by the token; the rate of training is 0 then.
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
    hosting: Hosting | None = None
    billing: Billing = Billing()
    machine: Machine | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Low, expected and high, all in micro-dollars, low <= expected <= high."""

    low_microusd: int
    expected_microusd: int
    high_microusd: int


@dataclass(frozen=True, slots=True)
class PastRun:
    """What one run was estimated at and what the provider billed for it."""

    estimate_microusd: int
    actual_microusd: int


@dataclass(frozen=True, slots=True)
class OwnError:
    """How far past estimates were off, as shares of the estimate: -0.03 is a bill 3 % below it. lowest <= highest."""

    runs: int
    lowest: Fraction
    highest: Fraction


@dataclass(frozen=True, slots=True)
class Estimate:
    """What training one dataset on one base would cost, and what a month of drafts costs afterwards.

    validation_tokens: those that are billed. few_shot: the same drafts by the untrained base, posts in each prompt.
    own_error: of past runs at this provider, worked into the range of training; None before there were any.
    machine: as of Price; machine_time: how long it would train, None where nobody has measured that yet.
    """

    provider: str
    base: str
    examples: int
    train_tokens: int
    validation_tokens: int
    epochs: int
    training: Range
    drafts_per_month: int
    hosting: Range
    drafting: Range
    few_shot: Range
    price_source: str
    price_as_of: date
    encoding_is_exact: bool
    shutdown_on: date | None
    own_error: OwnError | None = None
    machine: Machine | None = None
    machine_time: MachineTime | None = None

    @property
    def is_unmeasured(self) -> bool:
        """Whether its machine costs something by the hour, and nobody knows how many."""
        return self.machine is not None and self.machine_time is None and self.machine.hour_microusd > 0


SpendState = Literal["asked", "approved", "declined", "void", "expired"]


@dataclass(frozen=True, slots=True)
class SpendRequest:
    """What a manager approves; bound to the dataset's hash, base, method, provider, epochs and ceiling, to the hash of
    the pairs' file where it learns from pairs ("" where not), and to the version it goes on from (None for the base).

    answerable_since: from when its time to answer counts; None while no approver can be reached: then it waits.
    direct_copies: people who have the card as a direct message.
    """

    spend_request_id: SpendRequestId
    team_id: str
    voice_id: int
    round_id: int
    dataset_id: int
    dataset_hash: str
    provider: str
    base: str
    method: Method
    epochs: int
    ceiling_microusd: int
    estimate_microusd: int
    state: SpendState
    requested_by: str
    requested_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    answerable_since: datetime | None = None
    reminded_at: datetime | None = None
    direct_copies: tuple[str, ...] = ()
    pairs_hash: str = ""
    parent_version: int | None = None

    @property
    def label(self) -> str:
        return f"ap-{self.spend_request_id:03d}"

    @property
    def expires_at(self) -> datetime | None:
        return self.answerable_since + EXPIRE_AFTER if self.answerable_since else None

    @property
    def next_due_at(self) -> datetime | None:
        """When it is to be reminded of, or else closed; None while it waits for an approver."""
        if self.answerable_since is None or self.reminded_at is not None:
            return self.expires_at
        return self.answerable_since + REMIND_AFTER


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
