"""What a voice forgets."""

from collections.abc import Mapping

from bot.assembly.parts import Feature, Parts
from bot.features.forgetting.emptying import Empty
from bot.features.forgetting.erasing import Forget
from bot.features.forgetting.finding import TakeInventory
from bot.features.forgetting.listeners import ForgettingListeners
from bot.features.forgetting.usecase import AskToForget, DecideOnForgetting, LookAtForgettable
from bot.worker import Step
from pipeline.domain.work import WorkKind


def forgetting(parts: Parts) -> Feature:
    db, people, clock = parts.database, parts.people, parts.clock
    look, ask, decide = (
        LookAtForgettable(db, people, clock),
        AskToForget(db, people, clock),
        DecideOnForgetting(db, people, clock),
    )
    return ForgettingListeners(look, ask, decide, parts.commands, parts.whispers)


def forgetting_steps(parts: Parts) -> Mapping[WorkKind, Step]:
    inventory = TakeInventory(parts.database, parts.artifacts)
    forget = Forget(
        parts.database, parts.artifacts, inventory, Empty(parts.clock), parts.people, parts.rules.reading, parts.clock
    )
    return {"forget": forget}
