"""Texts that a provider is paid for, one send at a time: counted before it is made, so that no crash makes the bill
larger than what is held."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeVar

from pipeline.domain.drafting import Written
from pipeline.domain.paid import SENDS, Paid
from pipeline.domain.work import WorkItem
from pipeline.errors import AppError, ProviderBusy, ProviderUnavailable
from pipeline.ports import Clock, Database, LivenessLocks, Transaction

TEMPERATURE: Final = 0.7  # as a draft's own default
BUSY_S: Final = 30
MAX_TRIES: Final = 20  # with these waits ten minutes of a provider that takes nothing
ELSEWHERE_S: Final = 5

Text = TypeVar("Text", bound=Paid)
Save = Callable[[Transaction, Text], Awaitable[None]]


def may_send(item: WorkItem, text: Paid) -> bool:
    """item: of this text alone."""
    return text.sends < SENDS and item.attempts <= MAX_TRIES


@dataclass(frozen=True, slots=True)
class PaidTexts:
    """waking_s: before the second send, when no answer came: a sleeping model takes 90 s to wake."""

    database: Database
    locks: LivenessLocks
    clock: Clock
    waking_s: float

    @asynccontextmanager
    async def alone(self, item: WorkItem) -> AsyncIterator[bool]:
        """False where another worker, perhaps one whose lease ran out, is paying for this text right now: later."""
        async with self.locks.hold(f"{item.kind}:{item.subject}") as is_mine:
            if not is_mine:
                await self.again(item, ELSEWHERE_S)
            yield is_mine

    async def answer(
        self, item: WorkItem, sent: Text, asked: Awaitable[Written], save: Save[Text]
    ) -> tuple[Text, Written] | None:
        """The text with its bill, and what came. None: nothing came, and the item is due again.

        Raises AppError for a definite no, which was free.
        """
        try:
            written = await asked
        except ProviderBusy:  # definite: nothing was taken, so nothing was sent
            async with self.database.begin() as tx:
                await save(tx, replace(sent, sends=sent.sends - 1))
                await tx.work.again(item, run_at=self.clock() + timedelta(seconds=BUSY_S))
            return None
        except ProviderUnavailable:
            await self.again(item, self.waking_s)
            return None
        except AppError:
            async with self.database.begin() as tx:
                await save(tx, replace(sent, answered=sent.answered + 1))
                await tx.work.keep(item)
            raise
        cost = sent.cost_microusd + written.cost_microusd
        return replace(sent, answered=sent.answered + 1, cost_microusd=cost), written

    async def again(self, item: WorkItem, wait_s: float) -> None:
        async with self.database.begin() as tx:
            await tx.work.again(item, run_at=self.clock() + timedelta(seconds=wait_s))
