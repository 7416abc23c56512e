"""Who may draft with a voice: everybody, or members of channels and user groups, and people named (pure)."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

EVERYBODY: Final[tuple[str, ...]] = ()
CHANNEL: Final = re.compile(r"[CG][A-Z0-9]+")
GROUP: Final = re.compile(r"S[A-Z0-9]+")
MOST_NAMED: Final = 20


def are_channels(named: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in named if CHANNEL.fullmatch(one))


def are_groups(named: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in named if GROUP.fullmatch(one))


def are_people(named: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in named if not CHANNEL.fullmatch(one) and not GROUP.fullmatch(one))


def is_wider(after: Sequence[str], than: Sequence[str]) -> bool:
    """Whether somebody may be let in who was not before. Naming less of the same never is."""
    return than != EVERYBODY and (after == EVERYBODY or not set(after) <= set(than))
