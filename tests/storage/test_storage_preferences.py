"""What a voice's people want of it: the usual until somebody chose, then the newest choice."""

from storage_seeds import add_voice

from pipeline.domain.preferences import Preferences
from storage.database import SqlDatabase


async def test_the_newest_choice_holds_and_each_voice_has_its_own(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        one, other = await add_voice(tx, "one"), await add_voice(tx, "other")
        assert await tx.preferences.of_voice(one.voice_id) == Preferences()
        await tx.preferences.choose(one, Preferences(12, weekly=False))
        await tx.preferences.choose(one, Preferences(9, weekly=True))
        assert await tx.preferences.of_voice(one.voice_id) == Preferences(9, weekly=True)
        assert await tx.preferences.of_voice(other.voice_id) == Preferences()
