"""Who may draft with a voice: whoever was named for it, and always its own people and admins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.editors import editors_of
from pipeline.domain.voices import Voice
from pipeline.drafters import are_channels, are_groups
from pipeline.errors import DraftersUnseen, NotADrafter
from pipeline.ports import Deciders, Membership, People, Transaction


class Colleagues(People, Deciders, Membership, Protocol):
    """Who is who, who may decide, and who belongs to what."""


async def only_drafters(tx: Transaction, people: Colleagues, voice: Voice, user: str) -> None:
    """Raises NotADrafter; DraftersUnseen where this person may be one, and Slack does not tell."""
    if not voice.drafters or user in voice.drafters or await is_at_home(tx, people, voice, user):
        return
    if any(user in (people.members(voice.team_id, place) or ()) for place in places_of(voice)):
        return
    if unseen := unseen_of(people, voice):
        raise DraftersUnseen(voice.handle, unseen, voice.owner, voice.steward)
    raise NotADrafter(voice.handle, voice.drafters, voice.owner, voice.steward)


async def is_at_home(tx: Transaction, people: Deciders, voice: Voice, user: str) -> bool:
    """Owner, steward, editors and admins, whoever else may."""
    if user in (voice.owner, voice.steward, *people.admins(voice.team_id)):
        return True
    return user in await editors_of(tx, voice)


def unseen_of(people: Membership, voice: Voice) -> tuple[str, ...]:
    """Channels and user groups that were named, and whose members Slack does not tell."""
    return tuple(place for place in places_of(voice) if people.members(voice.team_id, place) is None)


def places_of(voice: Voice) -> tuple[str, ...]:
    return (*are_channels(voice.drafters), *are_groups(voice.drafters))


async def named_channels(tx: Transaction) -> tuple[str, ...]:
    """Those whose members may draft with some voice, in all workspaces."""
    voices = [voice for team in await tx.voices.teams() for voice in await tx.voices.of_team(team)]
    return tuple(dict.fromkeys(channel for voice in voices for channel in are_channels(voice.drafters)))


async def ask_who_that_is(tx: Transaction, voice: Voice, drafters: Sequence[str], *, now: datetime) -> None:
    """Channels that were just named become known at once, not at the next refresh."""
    if are_channels(drafters):
        await tx.work.enqueue("members", voice.voice_id, voice.team_id, run_at=now)
