"""Rows lose what is to be forgotten on both databases, and what was emptied once is emptied twice without harm."""

import json

from storage_seeds import TEAM
from test_storage_whole_voices import add_whole_voice

from storage.database import SqlDatabase


async def test_a_persons_votes_and_versions_go_and_are_counted_before(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice_id = await add_whole_voice(tx)
        traces = await tx.forgetting.of_person(voice_id, "UEDITOR")
        assert (traces.votes, len(traces.rewrites), len(traces.drafts)) == (1, 1, 1)
        for _ in range(2):
            await tx.forgetting.person(voice_id, "UEDITOR")
        rows = await tx.whole_voices.rows_of(voice_id)
        assert "UEDITOR" not in json.dumps(rows.rows)
        assert not (await tx.forgetting.of_person(voice_id, "UEDITOR")).votes


async def test_files_and_datasets_give_back_what_they_named(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice_id = await add_whole_voice(tx)
        latest = await tx.rounds.latest(voice_id)
        assert latest is not None
        (source,) = await tx.sources.of_round(latest.round_id)
        datasets = [one.dataset_id for one in await tx.datasets.of_voice(voice_id)]
        assert await tx.forgetting.sources([source.source_id]) == {"s" * 64, "k" * 64}
        assert await tx.forgetting.sources([source.source_id]) == set()
        assert await tx.forgetting.datasets(datasets) == {"a", "b", "c", "d"}
        assert await tx.forgetting.feedback([latest.round_id]) == {"f" * 64, "p" * 64, "t" * 64}
        assert (await tx.datasets.by_id(datasets[0])).facts.content_hash == "hash"


async def test_messages_that_stand_are_edited_and_the_others_are_never_said(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice_id = await add_whole_voice(tx)
        (draft,) = await tx.drafts.of_voice(voice_id)
        await tx.forgetting.messages(TEAM, [f"draft:{draft.draft_id}:%"], "forgetting.erased")
        assert await tx.outbox.facts(TEAM, draft.text_key) == {}
