"""A duel that cannot be held, a vote that does not count, a version that cannot be promoted."""

from datetime import datetime

from pipeline.errors.base import AppError


class DuelError(AppError):
    """Versions cannot be compared or changed like this."""


class NoSuchVersion(DuelError):
    """known: the versions there are, such as "founder@v1"."""

    def __init__(self, handle: str, version: int, known: tuple[str, ...]) -> None:
        super().__init__(handle, version, known)
        self.handle = handle
        self.version = version
        self.known = known


class SameVersion(DuelError):
    """A duel of a version against itself."""

    def __init__(self, handle: str) -> None:
        super().__init__(handle)
        self.handle = handle


class TwoVoices(DuelError):
    """Versions of two voices: different owners cannot be compared by likeness to one."""


class NoVoters(DuelError):
    """Nobody who may vote was named."""


class NoBriefs(DuelError):
    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class ClosesTooSoon(DuelError):
    """closes_at: what was entered."""

    def __init__(self, closes_at: datetime) -> None:
        super().__init__(closes_at)
        self.closes_at = closes_at


class DuelTooDear(DuelError):
    """most_microusd: what the texts may come to."""

    def __init__(self, most_microusd: int, ceiling_microusd: int) -> None:
        super().__init__(most_microusd, ceiling_microusd)
        self.most_microusd = most_microusd
        self.ceiling_microusd = ceiling_microusd


class NotAVoter(DuelError):
    def __init__(self, voters: tuple[str, ...]) -> None:
        super().__init__(voters)
        self.voters = voters


class DuelClosed(DuelError):
    """Votes no longer count, or it cannot be closed or extended any more."""


class TooFewBouts(DuelError):
    """bouts: briefs on which two different texts came out."""

    def __init__(self, bouts: int, needed: int) -> None:
        super().__init__(bouts, needed)
        self.bouts = bouts
        self.needed = needed


class NotAnEditor(DuelError):
    """editors: who may decide about a voice's versions."""

    def __init__(self, editors: tuple[str, ...]) -> None:
        super().__init__(editors)
        self.editors = editors


class PromotionBlocked(DuelError):
    """name: of the version. unbeaten: what it has not beaten, in a few words."""

    def __init__(self, name: str, unbeaten: str) -> None:
        super().__init__(name, unbeaten)
        self.name = name
        self.unbeaten = unbeaten


class VersionRetired(DuelError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
