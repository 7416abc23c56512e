"""Everything that happened, numbered, so that a test or a demo can wait for the next thing without sleeping."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """kind: message, message_changed, message_deleted, ephemeral, view_opened, home, notice, delivery, call, ..."""

    seq: int
    kind: str
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"seq": self.seq, "kind": self.kind, **self.facts}


class Feed:
    def __init__(self) -> None:
        self._happenings: list[Happening] = []
        self._changed = asyncio.Event()

    @property
    def seq(self) -> int:
        """The number of the newest happening; 0 before the first."""
        return len(self._happenings)

    def add(self, kind: str, **facts: Any) -> None:
        self._happenings.append(Happening(self.seq + 1, kind, facts))
        self._changed.set()
        self._changed = asyncio.Event()

    def after(self, seq: int, *kinds: str) -> list[Happening]:
        return [one for one in self._happenings[max(seq, 0) :] if not kinds or one.kind in kinds]

    async def wait(self, after: int, matches: Callable[[Happening], bool], *, timeout_s: float) -> Happening | None:
        """The first happening numbered above `after` that matches, now or within the time; else None."""
        try:
            async with asyncio.timeout(timeout_s):
                seen = max(after, 0)
                while True:
                    changed, upto = self._changed, self.seq
                    found = next((one for one in self._happenings[seen:upto] if matches(one)), None)
                    if found:
                        return found
                    seen = max(seen, upto)
                    await changed.wait()
        except TimeoutError:
            return None
