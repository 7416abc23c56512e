"""Features that cost: asking, approving, training."""

from bot.assembly.parts import Feature, Parts
from bot.features.baseline.deciding import CheckOverride, TrainAnyway, UseFewShot
from bot.features.baseline.judging import CloseEarly, Judge
from bot.features.baseline.listeners import BaselineListeners
from bot.features.baseline.usecase import OpenStartForm, StartComparison
from bot.features.costs.listeners import CostListeners
from bot.features.costs.price_listeners import PriceListeners
from bot.features.costs.prices import EnterPrice, ListPrices, OpenPrice
from bot.features.costs.usecase import ShowCost
from bot.features.spending.approver_listeners import ApproverListeners
from bot.features.spending.asking import AskForSpend, OpenTrainForm
from bot.features.spending.listeners import SpendingListeners
from bot.features.spending.questions import AskAboutRequest
from bot.features.spending.standing_in import ChooseDirect, NameStandIn
from bot.features.spending.usecase import (
    ApproveInEmergency,
    ApproveSpend,
    CheckDecline,
    CheckEmergency,
    DeclineSpend,
)
from bot.features.training.blame import Blame
from bot.features.training.listeners import TrainingListeners
from bot.features.training.retrying import LeaveOutRow, OpenRow, Retry
from bot.features.training.stopping import CancelRun, KeepWaiting
from bot.features.training.usecase import GiveUp, ListJobs, SendNow
from bot.offers import Market


def market(parts: Parts) -> Market:
    return Market(parts.prices, parts.providers, parts.providers)


def costs(parts: Parts) -> list[Feature]:
    db, clock, people, offered = parts.database, parts.clock, parts.people, market(parts)
    prices = PriceListeners(
        list=ListPrices(db, offered, people, clock),
        open=OpenPrice(db, offered, people, clock),
        enter=EnterPrice(db, offered, people, clock),
        modals=parts.modals,
        whispers=parts.whispers,
    )
    return [CostListeners(ShowCost(db, offered, clock), parts.commands, parts.whispers), prices]


def baseline(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    return BaselineListeners(
        open_start=OpenStartForm(db, market(parts), people, clock),
        start=StartComparison(db, market(parts), people, clock),
        judge=Judge(db, parts.artifacts, clock),
        close=CloseEarly(db, parts.artifacts, clock),
        use=UseFewShot(db, clock),
        check_override=CheckOverride(db),
        train_anyway=TrainAnyway(db, clock),
        modals=parts.modals,
        whispers=parts.whispers,
    )


def spending(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    return SpendingListeners(
        form=OpenTrainForm(db, market(parts), clock),
        ask=AskForSpend(db, market(parts), people, clock),
        approve=ApproveSpend(db, market(parts), people, clock),
        check_decline=CheckDecline(db, people, clock),
        decline=DeclineSpend(db, people, clock),
        commands=parts.commands,
        modals=parts.modals,
        whispers=parts.whispers,
    )


def approving(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    return ApproverListeners(
        check_emergency=CheckEmergency(db, people, clock),
        emergency=ApproveInEmergency(db, market(parts), people, clock),
        check=CheckDecline(db, people, clock),
        question=AskAboutRequest(db, people, clock),
        stand_in=NameStandIn(db, people, clock),
        direct=ChooseDirect(db, people, clock),
        clock=clock,
        modals=parts.modals,
        whispers=parts.whispers,
    )


def training(parts: Parts) -> Feature:
    db, clock, timing, people = parts.database, parts.clock, parts.rules.timing, parts.people
    blame = Blame(db, parts.artifacts)
    return TrainingListeners(
        list_jobs=ListJobs(db, parts.providers, clock),
        send_now=SendNow(db, clock, timing),
        give_up=GiveUp(db, clock, timing),
        cancel=CancelRun(db, people, clock),
        keep_waiting=KeepWaiting(db, people),
        retry=Retry(db, people, clock),
        open_row=OpenRow(db, blame),
        leave_out=LeaveOutRow(db, blame, clock),
        commands=parts.commands,
        whispers=parts.whispers,
    )
