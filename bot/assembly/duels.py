"""Versions of a voice: compared, promoted, retired."""

from collections.abc import Mapping

from bot.assembly.parts import Feature, Parts, few_shots, paid_texts, system_message
from bot.features.duels.automatic import StartAutomatically
from bot.features.duels.closing import CloseNow, CloseOnTime, CloseShort, Extend
from bot.features.duels.listeners import DuelListeners
from bot.features.duels.looking import FindBout, LostBriefs, RepeatDuel
from bot.features.duels.promoting import CheckPromotion, KeepOnTrial, Promote, Retire
from bot.features.duels.usecase import CheckDuel, FillDuelForm, StartDuel
from bot.features.duels.version_listeners import VersionListeners
from bot.features.duels.voting import CastVote
from bot.features.duels.writing import WriteDuelText
from bot.worker import Step
from pipeline.domain.work import WorkKind


def duels(parts: Parts) -> list[Feature]:
    db, clock, people = parts.database, parts.clock, parts.people
    check = CheckDuel(db, people)
    listeners = DuelListeners(
        check=check,
        fill=fill(parts),
        start=StartDuel(db, parts.prices, people, clock),
        vote=CastVote(db, clock),
        close_now=CloseNow(db, clock),
        close_short=CloseShort(db, clock),
        extend=Extend(db, clock),
        repeat=RepeatDuel(db, check),
        lost=LostBriefs(db),
        bout=FindBout(db, parts.clock),
        commands=parts.commands,
        modals=parts.modals,
        whispers=parts.whispers,
    )
    versions = VersionListeners(
        check=CheckPromotion(db),
        promote=Promote(db, clock),
        retire=Retire(db, clock),
        keep=KeepOnTrial(db, clock),
        modals=parts.modals,
        whispers=parts.whispers,
    )
    return [listeners, versions]


def fill(parts: Parts) -> FillDuelForm:
    return FillDuelForm(parts.database, few_shots(parts), parts.people, parts.clock)


def duel_steps(parts: Parts) -> Mapping[WorkKind, Step]:
    """What the worker does for a duel."""
    db, clock = parts.database, parts.clock
    return {
        "duel-text": WriteDuelText(db, parts.providers, few_shots(parts), paid_texts(parts), clock, system_message),
        "duel-close": CloseOnTime(db, clock),
        "auto-duel": StartAutomatically(db, fill(parts), StartDuel(db, parts.prices, parts.people, clock)),
    }
