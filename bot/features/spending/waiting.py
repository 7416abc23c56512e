"""While a request waits: one reminder, its end after three days, and what becomes of it when nobody can answer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.deciders import WhoDecides, who_decides
from bot.features.spending.binding import fits
from bot.features.spending.closing import US, expire, is_too_late, subject_of, void
from bot.features.spending.sayings import amend, give_copies
from pipeline.domain.spending import REMIND_AFTER, SpendRequest, SpendRequestId
from pipeline.domain.voices import Round, Voice
from pipeline.domain.work import AuditEntry, Place, Saying, WorkItem
from pipeline.ports import Clock, Database, Deciders, Transaction

REMINDER: Final = "spending.reminder"
NOBODY: Final = "spending.nobody"
LOOK_AGAIN: Final = timedelta(minutes=10)  # how soon it is noticed that the last approver left, or a new one came


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """Looks at the request as it is, so that a restart, or being late, changes nothing but the time."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            request = await tx.spend_requests.by_id(SpendRequestId(int(item.subject)))
            if request.state == "asked":
                request = await self.looked_after(tx, request, now)
            if request.state != "asked":
                await tx.work.finish(item)
                return
            await tx.work.again(item, run_at=min(request.next_due_at or now + LOOK_AGAIN, now + LOOK_AGAIN))

    async def looked_after(self, tx: Transaction, request: SpendRequest, now: datetime) -> SpendRequest:
        """The request as it is afterwards."""
        who = await who_decides(tx, self.people, request.team_id, now.date())
        round_, voice = await subject_of(tx, request)
        if await changed(tx, request, round_):
            await void(tx, request, who, now)
        elif is_too_late(request, now):
            await expire(tx, request, who, now)
        elif not who.besides(request.requested_by):
            await self.wait_for_anybody(tx, request, voice, who, now)
        else:
            await self.wait_for_an_answer(tx, request, voice, who, now)
        return await tx.spend_requests.by_id(request.spend_request_id)

    async def wait_for_anybody(
        self, tx: Transaction, request: SpendRequest, voice: Voice, who: WhoDecides, now: datetime
    ) -> None:
        """Its time stands still: nobody could answer."""
        if request.answerable_since is None:
            return
        await self.restart(tx, replace(request, answerable_since=None, reminded_at=None), "spend.nobody_there", now)
        await say_nobody_there(tx, request, voice, who, self.people.admins(request.team_id), again=now)

    async def wait_for_an_answer(
        self, tx: Transaction, request: SpendRequest, voice: Voice, who: WhoDecides, now: datetime
    ) -> None:
        if request.answerable_since is None:
            request = replace(request, answerable_since=now)
            await self.restart(tx, request, "spend.answerable", now)
        request = await give_copies(tx, request, who, now=now)
        since = request.answerable_since
        if request.reminded_at is None and since is not None and since + REMIND_AFTER <= now:
            await remind(tx, request, voice, who, now)

    async def restart(self, tx: Transaction, request: SpendRequest, what: str, now: datetime) -> None:
        await tx.waiting_requests.keep(request)
        await amend(tx, request, expires_at=request.expires_at.isoformat() if request.expires_at else None)
        await tx.audit.record(AuditEntry(request.team_id, US, what, request.label), now=now)


async def changed(tx: Transaction, request: SpendRequest, round_: Round) -> bool:
    """Whether what was asked for is another now; while texts are being worked in, that is not known."""
    if round_.dataset_id is None or round_.revision != round_.prepared_revision:
        return False
    return not await fits(tx, request, round_)


async def remind(tx: Transaction, request: SpendRequest, voice: Voice, who: WhoDecides, now: datetime) -> None:
    """Once, and only those who can still answer."""
    signed = {one.user for one in await tx.signatures.of_request(request.spend_request_id)}
    facts = {
        "label": request.label,
        "handle": voice.handle,
        "user": request.requested_by,
        "ceiling_microusd": request.ceiling_microusd,
        "channel": who.rules.channel_id or voice.channel_id,
        "expires_at": request.expires_at.isoformat() if request.expires_at else None,
    }
    for user in who.besides(request.requested_by):
        if user not in signed:
            place = Place(team_id=request.team_id, user_id=user)
            await tx.outbox.say(Saying(f"spend:{request.spend_request_id}:reminder:{user}", REMINDER, facts, place))
    await tx.waiting_requests.keep(replace(request, reminded_at=now))
    await tx.audit.record(AuditEntry(request.team_id, US, "spend.reminded", request.label), now=now)


async def say_nobody_there(
    tx: Transaction,
    request: SpendRequest,
    voice: Voice,
    who: WhoDecides,
    admins: Iterable[str],
    *,
    again: datetime | None = None,
) -> None:
    """To the steward and the admins. again: when it became so, for a request that could be answered before."""
    facts = {
        "label": request.label,
        "handle": voice.handle,
        "gone": who.gone,
        "asked_by": request.requested_by if request.requested_by in who.approvers else None,
    }
    at = f":{again.isoformat()}" if again else ""
    for user in dict.fromkeys([voice.steward, *admins]):
        place = Place(team_id=request.team_id, user_id=user)
        await tx.outbox.say(Saying(f"spend:{request.spend_request_id}:nobody{at}:{user}", NOBODY, facts, place))
