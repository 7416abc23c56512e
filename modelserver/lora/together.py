"""Answers that are written at the same time share each pass through the model, whichever voice they are in."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Final, Protocol

from modelserver.engine import Piece
from modelserver.lora.caches import can_join, joined, kept

MOST_TOGETHER: Final = 16  # answers written at once; further ones wait for a place


class Answer(Protocol):
    """An answer as it grows. adapter: its voice, None is the base itself. read: what the model is to read next."""

    @property
    def adapter(self) -> str | None: ...
    @property
    def read(self) -> Sequence[int]: ...

    def take(self, scores: Any) -> Piece:
        """Pick the next word by one score for each word of the vocabulary."""


class Pass(Protocol):
    """One pass through the model for several texts; gives the scores after each, and the memory of what was read.

    before: how many tokens of each text the cache holds, right-aligned; None for the first pass of a text.
    """

    def __call__(
        self, adapters: Sequence[str | None], ids: Sequence[Sequence[int]], cache: Any, before: Sequence[int] | None
    ) -> tuple[Any, Any]: ...


@dataclass(eq=False)
class _Seat:
    """One answer and who listens to it. gone: it has ended, or nobody listens any more."""

    answer: Answer
    told: SimpleQueue[Piece | Exception] = field(default_factory=SimpleQueue)
    gone: bool = False

    def take(self, scores: Any) -> None:
        piece = self.answer.take(scores)
        self.gone = self.gone or piece.finish_reason is not None
        self.told.put(piece)


@dataclass
class _Table:
    """Answers whose memory is one cache. read: tokens that each has in it."""

    seats: list[_Seat]
    read: list[int]
    cache: Any

    def clear(self) -> None:
        """Without those that are gone."""
        staying = [at for at, seat in enumerate(self.seats) if not seat.gone]
        if 0 < len(staying) < len(self.seats):
            self.cache = kept(self.cache, staying, max(self.read[at] for at in staying))
        self.seats = [self.seats[at] for at in staying]
        self.read = [self.read[at] for at in staying]

    def join(self, other: _Table) -> None:
        self.cache = joined(self.cache, other.cache)
        self.seats, self.read = self.seats + other.seats, self.read + other.read


class Together:
    """A thread writes as long as there are answers to write; each gets one token in turn."""

    def __init__(self, read: Pass) -> None:
        self._read = read
        self._waiting: deque[_Seat] = deque()
        self._lock = threading.Lock()
        self._at_work = False

    @property
    def at_work(self) -> bool:
        return self._at_work

    @property
    def waiting(self) -> int:
        """Answers that have no place yet."""
        return len(self._waiting)

    def pieces(self, answer: Answer) -> Generator[Piece]:
        """The answer as it is written; writing ends when the iterator is closed."""
        seat = _Seat(answer)
        self._join(seat)
        try:
            while True:
                told = seat.told.get()
                if isinstance(told, Exception):
                    raise told
                yield told
                if told.finish_reason is not None:
                    return
        finally:
            seat.gone = True

    def _join(self, seat: _Seat) -> None:
        with self._lock:
            self._waiting.append(seat)
            if self._at_work:
                return
            self._at_work = True
        threading.Thread(target=self._work, name="answers").start()

    def _work(self) -> None:
        tables: list[_Table] = []
        while True:
            for table in tables:
                table.clear()
            tables = [table for table in tables if table.seats]
            with self._lock:
                if not self._waiting and not tables:
                    self._at_work = False
                    return
                full = sum(len(table.seats) for table in tables) >= MOST_TOGETHER
                newcomer = self._waiting.popleft() if self._waiting and not full else None
            if newcomer is not None:
                self._seat(newcomer, tables)
            for table in tables:
                self._advance(table)

    def _seat(self, newcomer: _Seat, tables: list[_Table]) -> None:
        """Read its prompt, then let it sit with others where the memory of both can be one."""
        prompt = newcomer.answer.read
        cache = self._passed([newcomer], [prompt], None, None)
        if newcomer.gone:
            return
        alone = _Table([newcomer], [len(prompt)], cache)
        table = next((table for table in tables if can_join(table.cache, cache)), None)
        if table is None:
            tables.append(alone)
        else:
            table.join(alone)

    def _advance(self, table: _Table) -> None:
        table.clear()
        if table.seats:
            ids = [seat.answer.read for seat in table.seats]
            table.cache = self._passed(table.seats, ids, table.cache, table.read)
            table.read = [read + 1 for read in table.read]

    def _passed(
        self, seats: list[_Seat], ids: Sequence[Sequence[int]], cache: Any, before: Sequence[int] | None
    ) -> Any:
        """One pass, and its token to each; the cache after it. What breaks is told to all that sit here."""
        try:
            scores, cache = self._read([seat.answer.adapter for seat in seats], ids, cache, before)
            for seat, own in zip(seats, scores, strict=True):
                seat.take(own)
        except Exception as err:  # noqa: BLE001  # it is raised where each answer is waited for
            for seat in seats:
                seat.gone = True
                seat.told.put(err)
        return cache
