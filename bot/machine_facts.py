"""How long a machine of our own would train, as the cards of several features say it."""

from typing import Any

from pipeline.domain.spending import Estimate


def machine_facts(known: Estimate) -> dict[str, Any] | None:
    """None where training is paid by the token. seconds: low, expected, high; None where nobody has measured it."""
    if known.machine is None:
        return None
    time = known.machine_time
    return {
        "seconds": time and [time.low_s, time.expected_s, time.high_s],
        "runs": time and time.runs,
        "watts": known.machine.watts,
        "is_free": known.machine.hour_microusd == 0,
    }
