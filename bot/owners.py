"""Who speaks for an owner that is not in Slack: an admin attests and revokes, the steward decides about texts."""

from typing import Final, Protocol

from pipeline.domain.voices import Voice
from pipeline.errors import OwnAttestation, OwnerIsOutside
from pipeline.ports import Deciders, People

MOST_ASKED: Final = 10


class Staff(People, Deciders, Protocol):
    """Who is who, and who may decide."""


def told_for_owner(people: Deciders, voice: Voice) -> tuple[str, ...]:
    """Whom what concerns the owner is written to: the owner, or else the steward and the admins."""
    if voice.owner_is_here:
        return (voice.owner,)
    return tuple(dict.fromkeys([voice.steward, *people.admins(voice.team_id)]))


def asked_to_attest(people: Deciders, voice: Voice) -> tuple[str, ...]:
    """Admins, and the steward among them only where nobody else is. Nobody for an owner who can be asked."""
    if voice.owner_is_here:
        return ()
    admins = people.admins(voice.team_id)
    return tuple(admin for admin in admins if admin != voice.steward)[:MOST_ASKED] or admins


def only_spokesman(people: Deciders, voice: Voice, user: str) -> None:
    """Of an owner outside Slack. Raises OwnerIsOutside."""
    admins = people.admins(voice.team_id)
    if user not in admins:
        raise OwnerIsOutside(voice.owner, admins)


def only_attestant(people: Deciders, voice: Voice, user: str) -> None:
    """Who wants the voice does not vouch for its owner alone, unless nobody else can.

    Raises OwnerIsOutside, OwnAttestation.
    """
    only_spokesman(people, voice, user)
    others = tuple(admin for admin in people.admins(voice.team_id) if admin != voice.steward)
    if user == voice.steward and others:
        raise OwnAttestation(voice.owner, others)
