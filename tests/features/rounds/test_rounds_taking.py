"""Feedback taken into a round: as it stands, anew each time, and traced when it is withdrawn after training."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from drafting_world import EDITOR, MEMBER, OWNER, STEWARD, TEAM, TEXT, World, system_of, words_of
from test_rounds_preview import BETTER, BRIEFS, previewer, react, rewrite

from bot.features.rounds.taking import VERSIONS_FILE, AskToTake, TakeFeedback
from bot.features.rounds.tracing import TraceWithdrawals
from bot.features.rounds.views import TEMPLATES
from pipeline.domain.voices import Source
from pipeline.errors import ConsentWithdrawn, NotSteward
from pipeline.pairs_file import PairsFile, pairs_file
from pipeline.round_rows import PairRow


@dataclass
class Store:
    """Satisfies ArtifactStore as far as rows need it."""

    blobs: dict[str, bytes] = field(default_factory=dict)

    async def put(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        self.blobs[key] = content
        return key

    async def put_file(self, path: Path) -> str:
        raise NotImplementedError(path)

    async def get(self, sha256: str) -> bytes:
        return self.blobs[sha256]

    def local_path(self, sha256: str) -> Any:
        raise NotImplementedError(sha256)

    def rows(self, sha256: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.blobs[sha256].decode().splitlines()]


class Counting:
    """Satisfies PairMaker: a word is a token."""

    async def file(self, pairs: Sequence[PairRow], system: str) -> PairsFile:
        return pairs_file(pairs, system, lambda texts: sum(len(text.split()) for text in texts))


async def take(world: World, store: Store, *, user: str = STEWARD) -> None:
    await AskToTake(world.database, world.clock)(world.voice.voice_id, TEAM, user)
    step = TakeFeedback(world.database, store, previewer(world), world.clock, system_of, Counting())
    while (item := await world.claim()) is not None:
        if item.kind == "take-feedback":
            await step(item)
        else:  # reading and preparing belong to another feature
            async with world.database.begin() as tx:
                await tx.work.finish(item)


async def version_files(world: World, state: str = "waiting") -> list[Source]:
    async with world.database.read() as tx:
        latest = await tx.rounds.latest(world.voice.voice_id)
        assert latest is not None
        sources = await tx.sources.of_round(latest.round_id)
    return [one for one in sources if one.state == state and one.name == VERSIONS_FILE]


async def fixed_draft(world: World, brief: str = BRIEFS[0]) -> Any:
    draft = await world.drafted(brief)
    await rewrite(world, draft, BETTER)
    return draft


async def test_accepted_versions_become_a_file_of_the_round_and_pairs_are_kept_as_trainers_read_them(
    world: World,
) -> None:
    await fixed_draft(world)
    store = Store()
    await take(world, store)
    [source] = await version_files(world)
    assert (source.origin, source.way) == ("slack_message", "slack")
    assert store.rows(source.sha256 or "") == [{"prompt": BRIEFS[0], "completion": BETTER}]
    async with world.database.read() as tx:
        [taken] = await tx.round_feedbacks.of_voice(world.voice.voice_id)
    assert (taken.examples, taken.pairs, taken.taken_by) == (1, 1, STEWARD)
    [pair] = store.rows(taken.pairs_blob)
    assert pair["preferred_output"] == [{"role": "assistant", "content": BETTER}]
    assert pair["non_preferred_output"] == [{"role": "assistant", "content": TEXT}]
    assert [one["role"] for one in pair["input"]["messages"]] == ["system", "user"]


async def test_judged_drafts_are_kept_as_single_judgements(world: World) -> None:
    await fixed_draft(world)
    good = await world.drafted(BRIEFS[1])
    await react(world, good, (OWNER, "+1"))
    store = Store()
    await take(world, store)
    async with world.database.read() as tx:
        [taken] = await tx.round_feedbacks.of_voice(world.voice.voice_id)
    [row] = store.rows(taken.kto_blob)
    assert (row["label"], row["completion"]) == (True, [{"role": "assistant", "content": TEXT}])


async def test_taken_in_again_the_file_is_made_anew_without_what_was_withdrawn(world: World) -> None:
    draft = await fixed_draft(world)
    await fixed_draft(world, BRIEFS[1])
    store = Store()
    await take(world, store)
    await react(world, draft, (MEMBER, "no_entry_sign"))
    await take(world, store)
    [source] = await version_files(world)
    assert [row["prompt"] for row in store.rows(source.sha256 or "")] == [BRIEFS[1]]
    assert len(await version_files(world, "withdrawn")) == 1


async def test_with_nothing_to_take_in_nothing_is_made_and_that_is_said(world: World) -> None:
    await world.drafted(BRIEFS[0])
    store = Store()
    await take(world, store)
    assert await version_files(world) == []
    assert store.blobs == {}


async def test_only_the_steward_takes_it_in_and_only_with_consent(world: World) -> None:
    with pytest.raises(NotSteward):
        await take(world, Store(), user=MEMBER)
    await world.withdraw_consent()
    with pytest.raises(ConsentWithdrawn):
        await take(world, Store())


async def test_what_is_put_on_hold_after_training_is_traced_and_told_once_to_steward_and_owner(world: World) -> None:
    draft = await fixed_draft(world)
    await take(world, Store())
    trace = TraceWithdrawals(world.database, previewer(world), world.clock)
    await trace()
    assert await told(world) == []
    await react(world, draft, (OWNER, "no_entry_sign"))
    await trace()
    await trace()
    messages = await told(world)
    assert len(messages) == 2
    assert f"{draft.label} was withdrawn, and is in the training data of *founder v1* (row 1" in messages[0]
    assert len(await world.audits("model.trained_on_withdrawn")) == 1


async def test_a_thumb_that_is_taken_back_after_training_is_no_withdrawal(world: World) -> None:
    draft = await fixed_draft(world)
    await react(world, draft, (EDITOR, "+1"))
    await take(world, Store())
    await react(world, draft, (EDITOR, "+1"), present=False)
    await TraceWithdrawals(world.database, previewer(world), world.clock)()
    assert await told(world) == []


async def told(world: World) -> list[str]:
    """The messages about withdrawn texts, in words; the place of a direct message is not asked for."""
    await world.post()
    found = [one.saying for one in world.said if one.saying.template == "rounds.forgotten"]
    return [words_of(TEMPLATES[one.template](one.facts)) for one in found]
