"""A voice answers to its name and to every other that it was given; no name means two."""

import pytest
from storage_seeds import NOW, TEAM, add_voice

from pipeline.domain.voices import NewVoice
from pipeline.errors import VoiceTaken
from storage.database import SqlDatabase


def other(handle: str) -> NewVoice:
    return NewVoice(TEAM, handle, "generation", "internal", "UOWNER", "USTEWARD", "C1", "", "")


async def test_a_renamed_voice_answers_to_both_names_and_its_rows_call_it_as_before(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        before = await add_voice(tx)
        after = await tx.voices.rename(before, "ceo")
        again = await tx.voices.rename(after, "chief")
        assert (again.handle, again.written_as) == ("chief", before.handle)
        for name in (before.handle, "ceo", "chief"):
            assert await tx.voices.by_handle(TEAM, name) == again
        assert await tx.voices.aliases(before.voice_id) == [before.handle, "ceo"]
        assert await tx.voices.by_handle("T2", "chief") is None


async def test_a_voice_can_have_its_old_name_back(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        before = await add_voice(tx)
        back = await tx.voices.rename(await tx.voices.rename(before, "ceo"), before.handle)
        assert (back.handle, back.written_as) == (before.handle, before.written_as)
        assert await tx.voices.aliases(before.voice_id) == ["ceo"]


async def test_no_name_means_two_voices(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice = await add_voice(tx)
        await tx.voices.add_alias(voice, "boss")
        second = await tx.voices.add(other("second"), now=NOW)
        for attempt in (
            tx.voices.add(other("boss"), now=NOW),
            tx.voices.rename(second, "boss"),
            tx.voices.add_alias(second, voice.handle),
            tx.voices.add_alias(voice, "boss"),
        ):
            with pytest.raises(VoiceTaken):
                await attempt
        found = await tx.voices.by_handle(TEAM, "boss")
        assert found is not None and found.voice_id == voice.voice_id
