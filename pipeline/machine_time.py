"""How long our own machine trains and what its hours cost, by what was measured and never by a guess."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from pipeline.domain.spending import Machine, MachineTime, Range, TrainingSpeed

SECONDS_PER_HOUR: Final = 3_600
# A server counts its own tokens and we count ours with a near tokenizer: how far both may be apart, either way.
OTHER_TOKENS_ERROR: Final = Fraction(8, 100)
# Pairs are read by the frozen parent, too: a third pass beside forward and the backward one, which counts twice.
ON_PAIRS: Final = Fraction(3, 4)


def training_speed(tokens_per_s: Sequence[Fraction], told_tokens_per_s: float | None) -> TrainingSpeed | None:
    """tokens_per_s: of this workspace's own runs; they go before what the server tells. None where neither is known."""
    if tokens_per_s:
        in_order = sorted(tokens_per_s)
        return TrainingSpeed(in_order[0], in_order[len(in_order) // 2], in_order[-1], len(in_order))
    if told_tokens_per_s is None or told_tokens_per_s <= 0:
        return None
    told = Fraction(told_tokens_per_s)
    return TrainingSpeed(told * (1 - OTHER_TOKENS_ERROR), told, told * (1 + OTHER_TOKENS_ERROR), runs=0)


def speed_on_pairs(speed: TrainingSpeed) -> TrainingSpeed:
    """speed: on examples. The high end stays, for a trainer may have read the pairs by the parent before."""
    return replace(speed, low=speed.low * ON_PAIRS, expected=speed.expected * ON_PAIRS)


def machine_time(*, tokens: int, most_tokens: int, speed: TrainingSpeed | None) -> MachineTime | None:
    """tokens, most_tokens: over all passes. Seconds are rounded up."""
    if speed is None:
        return None
    return MachineTime(_up(tokens / speed.high), _up(tokens / speed.expected), _up(most_tokens / speed.low), speed.runs)


def machine_cost(machine: Machine, time: MachineTime | None) -> Range:
    """Nothing where nobody knows how long; whoever asks for money asks for that first."""
    if time is None:
        return Range(0, 0, 0)
    return Range(*(machine_bill(machine, Fraction(seconds)) for seconds in (time.low_s, time.expected_s, time.high_s)))


def machine_bill(machine: Machine, seconds: Fraction) -> int:
    """Micro-USD, rounded up."""
    return _up(machine.hour_microusd * seconds / SECONDS_PER_HOUR)


def _up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)
