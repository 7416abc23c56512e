"""Who may decide about a voice's versions: its owner, its editors, its steward."""

from bot.editors import editors_of
from pipeline.domain.voices import Voice
from pipeline.errors import NotAnEditor
from pipeline.ports import Transaction


async def only_judging(tx: Transaction, voice: Voice, user: str) -> None:
    """Closing a duel, retiring a version: no text changes by it. Raises NotAnEditor."""
    if user != voice.steward:
        await only_editors(tx, voice, user)


async def only_editors(tx: Transaction, voice: Voice, user: str) -> None:
    """Promoting: who prepared the texts does not decide alone that they worked, unless there is nobody else.

    Raises NotAnEditor.
    """
    editors = await editors_of(tx, voice)
    may = {voice.owner, *editors} if editors or voice.owner != voice.steward else {voice.owner, voice.steward}
    if user not in may:
        raise NotAnEditor(tuple(dict.fromkeys([*editors, voice.owner])))
