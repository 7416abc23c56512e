"""What the home tab shows of a workspace to one person."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cards import approval_card_key
from bot.deciders import WhoDecides, who_decides
from pipeline.domain.approvals import ApproverChoice, Budget
from pipeline.domain.spending import MonthSpend, SpendRequest
from pipeline.domain.training import TuningJob, VoiceModel
from pipeline.domain.voices import Consent, Voice
from pipeline.domain.work import WorkItem
from pipeline.ports import Clock, Database, Deciders, Transaction

MOST_DECIDED = 5  # shown below those that wait


@dataclass(frozen=True, slots=True)
class VoiceOnHome:
    voice: Voice
    consent: Consent | None
    models: list[VoiceModel]


@dataclass(frozen=True, slots=True)
class MyApprovals:
    """What an approver, or somebody who stands in for one, has to decide.

    waiting: the facts of each card. stands_for: whom they stand in for. choice: their own, when they are an approver.
    """

    waiting: list[Mapping[str, Any]]
    decided: list[SpendRequest]
    stands_for: list[str]
    choice: ApproverChoice | None
    gets_direct: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """running: training runs that have not ended. approvals: None for everybody else."""

    voices: list[VoiceOnHome]
    running: list[TuningJob]
    month: MonthSpend
    budgets: list[Budget]
    approvals: MyApprovals | None


@dataclass(frozen=True, slots=True)
class LookAtHome:
    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, team_id: str, user: str) -> HomeFacts:
        now = self.clock()
        async with self.database.read() as tx:
            voices = [
                VoiceOnHome(
                    voice, await tx.consents.newest(voice.voice_id), await tx.voice_models.of_voice(voice.voice_id)
                )
                for voice in await tx.voices.of_team(team_id)
            ]
            who = await who_decides(tx, self.people, team_id, now.date())
            month = f"{now:%Y-%m}"
            return HomeFacts(
                voices,
                await tx.tuning_jobs.unfinished(team_id),
                await tx.ledger.month(team_id, month),
                await tx.budgets.of_team(team_id, month),
                await my_approvals(tx, team_id, user, who, now),
            )


@dataclass(frozen=True, slots=True)
class ShowHome:
    """The worker's side: the tab of one person as it is now. item.subject: team and user, with a colon between."""

    look: LookAtHome
    show: Callable[[str, HomeFacts], Awaitable[None]]
    database: Database

    async def __call__(self, item: WorkItem) -> None:
        team_id, user = item.subject.split(":")
        await self.show(user, await self.look(team_id, user))
        async with self.database.begin() as tx:
            await tx.work.finish(item)


async def my_approvals(tx: Transaction, team_id: str, user: str, who: WhoDecides, now: datetime) -> MyApprovals | None:
    stands_for = [approver for approver, stand_in in who.stand_ins.items() if stand_in == user]
    if user not in who.approvers and not stands_for:
        return None
    waiting = list[Mapping[str, Any]]()
    for request in await tx.waiting_requests.of_team(team_id):
        card = await tx.outbox.facts(team_id, approval_card_key(request))
        if card is not None and user in who.besides(request.requested_by):
            waiting.append(card)
    chosen = {choice.user: choice for choice in await tx.approvers.of_team(team_id)}
    return MyApprovals(
        waiting,
        await tx.waiting_requests.lately(team_id, most=MOST_DECIDED),
        stands_for,
        chosen.get(user, ApproverChoice(user)) if user in who.approvers else None,
        user in who.direct,
        now,
    )
