"""What Slack hands to an app, and what came back."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Kind = Literal["events_api", "interactive", "slash_commands"]
Outcome = Literal["acked", "timeout", "failed", "unreachable"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery attempt. retry_num is 0 the first time; retry_reason is Slack's word for the failure before."""

    kind: Kind
    payload: dict[str, Any]
    retry_num: int = 0
    retry_reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """body: the acknowledgement's dictionary or text, None when it was empty."""

    outcome: Outcome
    body: Any = None
    detail: str = ""
    may_retry: bool = True


class Transport(Protocol):
    async def send(self, parcel: Parcel, *, timeout_s: float) -> Answer: ...

    async def close(self) -> None: ...
