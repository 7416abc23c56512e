"""Approvals, budgets and the rehearsal before them."""

from datetime import date, datetime

from pipeline.errors.base import AppError


class SpendError(AppError):
    """Money cannot be spent like this."""


class AlreadyDecided(SpendError):
    """state: approved, declined, void or expired."""

    def __init__(self, state: str, by: str | None, at: datetime | None) -> None:
        super().__init__(state, by, at)
        self.state = state
        self.by = by
        self.at = at


class RequestVoid(SpendError):
    """changed: "texts", "pairs", or "version" where the one to go on from is not fit for it any more."""

    def __init__(self, label: str, examples_then: int, examples_now: int, changed: str = "texts") -> None:
        super().__init__(label, examples_then, examples_now, changed)
        self.changed = changed
        self.label = label
        self.examples_then = examples_then
        self.examples_now = examples_now


class OverBudget(SpendError):
    """month: its first day. budget: workspace, voice or person; name: the voice's handle or the person's id.

    has_card: whether two approvers can raise it for this on a card.
    """

    def __init__(
        self,
        month: date,
        would_be_microusd: int,
        limit_microusd: int,
        budget: str = "workspace",
        name: str = "",
        *,
        has_card: bool = True,
    ) -> None:
        super().__init__(month, would_be_microusd, limit_microusd, budget, name)
        self.has_card = has_card
        self.month = month
        self.would_be_microusd = would_be_microusd
        self.limit_microusd = limit_microusd
        self.budget = budget
        self.name = name


class AlreadySigned(SpendError):
    """The same yes cannot count twice. by: who gave it; at: when."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(by, at)
        self.by = by
        self.at = at


class PriceRose(SpendError):
    """Training may cost more now than was asked for."""

    def __init__(self, label: str, high_microusd: int, ceiling_microusd: int) -> None:
        super().__init__(label, high_microusd, ceiling_microusd)
        self.label = label
        self.high_microusd = high_microusd
        self.ceiling_microusd = ceiling_microusd


class EmergencyClosed(SpendError):
    """No admin has allowed to approve alone in an emergency."""


class NotRehearsed(SpendError):
    """The rehearsal was started instead."""


class RehearsalRefused(SpendError):
    def __init__(self, problems: int) -> None:
        super().__init__(problems)
        self.problems = problems


class TooFewToRehearse(SpendError):
    def __init__(self, texts: int, needed: int) -> None:
        super().__init__(texts, needed)
        self.texts = texts
        self.needed = needed


class NotCompared(SpendError):
    """Nobody judged yet whether plain prompting is enough; the thread has the button for it."""


class ComparisonUnderWay(SpendError):
    """judges: who still owe answers; empty while drafts are written."""

    def __init__(self, judges: tuple[str, ...]) -> None:
        super().__init__(judges)
        self.judges = judges


class FewShotIsEnough(SpendError):
    """Judges told too few untrained drafts from the owner's posts."""

    def __init__(self, right: int, answers: int) -> None:
        super().__init__(right, answers)
        self.right = right
        self.answers = answers


class AlreadyCompared(SpendError):
    """These very texts were judged before, or are being judged."""


class TooFewToCompare(SpendError):
    """pairs: texts that could be judged. needed: fewer say nothing."""

    def __init__(self, pairs: int, needed: int) -> None:
        super().__init__(pairs, needed)
        self.pairs = pairs
        self.needed = needed


class ComparisonClosed(SpendError):
    """Answers no longer count."""


class NothingToOverride(SpendError):
    """Somebody else was first, or the texts changed or passed meanwhile."""
