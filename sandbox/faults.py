"""Switches that make Slack misbehave, for tests. Each works a counted number of times."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from sandbox.errors import ControlError

CallFaultKind = Literal["rate_limited", "server_error", "slow", "error", "reset_before", "reset_after"]
EventFaultKind = Literal["duplicate", "delay", "reorder", "drop"]


@dataclass(slots=True)
class CallFault:
    """method: a Web API method or "*". seconds: how slow. retry_after: for rate_limited, in seconds.

    slow and reset_after still have their effect; the others fail before it.
    """

    method: str
    kind: CallFaultKind
    times: int = 1
    seconds: float = 1.0
    retry_after: int = 1
    error: str = "internal_error"


@dataclass(slots=True)
class EventFault:
    """event: a subscription such as message.channels, or "*". seconds: the delay, or how long reorder waits."""

    event: str
    kind: EventFaultKind
    times: int = 1
    seconds: float = 0.2


class Faults:
    def __init__(self) -> None:
        self._calls: list[CallFault] = []
        self._events: list[EventFault] = []

    def add(self, wanted: dict[str, Any]) -> None:
        """wanted has "method" (a Web API fault) or "event" (a delivery fault); see CallFault, EventFault."""
        kind = wanted.get("kind")
        try:
            if "method" in wanted and kind in get_args(CallFaultKind):
                self._calls.append(CallFault(**wanted))
                return
            if "event" in wanted and kind in get_args(EventFaultKind):
                self._events.append(EventFault(**wanted))
                return
        except TypeError as err:
            raise ControlError("invalid_fault", str(err)) from err
        raise ControlError("invalid_fault", f"unknown kind {kind}")

    def for_call(self, method: str) -> CallFault | None:
        """The first switch for this method; uses it up by one."""
        found = next((one for one in self._calls if one.method in (method, "*") and one.times > 0), None)
        if found:
            found.times -= 1
        return found

    def for_event(self, subscription: str) -> EventFault | None:
        found = next((one for one in self._events if one.event in (subscription, "*") and one.times > 0), None)
        if found:
            found.times -= 1
        return found

    def clear(self) -> None:
        self._calls.clear()
        self._events.clear()

    def as_json(self) -> list[dict[str, Any]]:
        switches: list[CallFault | EventFault] = [*self._calls, *self._events]
        return [asdict(one) for one in switches if one.times > 0]
