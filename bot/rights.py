"""Who may decide about a voice's versions and data: its owner, its editors, its steward, admins."""

from bot.editors import editors_of
from pipeline.domain.voices import Voice
from pipeline.errors import NotAnEditor, NotTheirs
from pipeline.ports import Deciders, Transaction


async def only_judging(tx: Transaction, voice: Voice, user: str) -> None:
    """Closing a duel, retiring a version: no text changes by it. Raises NotAnEditor."""
    if user != voice.steward:
        await only_editors(tx, voice, user)


async def only_editors(tx: Transaction, voice: Voice, user: str) -> None:
    """Promoting: who prepared the texts does not decide alone that they worked, unless there is nobody else.

    For an owner outside Slack the steward decides.

    Raises NotAnEditor.
    """
    editors = await editors_of(tx, voice)
    owner = voice.owner if voice.owner_is_here else voice.steward
    if user not in {owner, *editors}:
        raise NotAnEditor(tuple(dict.fromkeys([*editors, owner])))


def only_theirs(people: Deciders, voice: Voice, user: str) -> None:
    """Taking a voice's data out, having it forgotten. Raises NotTheirs."""
    if not is_theirs(people, voice, user):
        raise NotTheirs(voice.handle, voice.owner, voice.steward)


def is_theirs(people: Deciders, voice: Voice, user: str) -> bool:
    return user in (voice.owner, voice.steward, *people.admins(voice.team_id))
