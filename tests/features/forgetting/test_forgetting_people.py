"""A person is forgotten: votes, better versions and briefs are gone; versions that learned from them say so."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from drafting_world import EDITOR, MEMBER, OWNER, STEWARD, TEAM, World
from sqlalchemy import text

from bot.features.feedback.sweeping import AskForSweep, SweepReactions
from bot.features.forgetting.emptying import Empty
from bot.features.forgetting.erasing import Forget
from bot.features.forgetting.finding import Inventory, TakeInventory
from bot.features.forgetting.usecase import ERASED, SHOWN, TOLD, AskToForget, DecideOnForgetting
from bot.features.forgetting.views import TEMPLATES
from bot.features.training.forgetting import learned_from_withdrawn
from pipeline.domain.baselines import NewBaseline
from pipeline.domain.drafting import Draft, NewRewrite, Reaction
from pipeline.domain.erasures import Erasure, ErasureId
from pipeline.domain.evaluations import Evaluation, Try
from pipeline.domain.feedback import RoundFeedback, UsedRow
from pipeline.domain.voices import NewSource
from pipeline.domain.work import Place, Saying
from pipeline.errors import AlreadyForgotten
from pipeline.sources.reading import Limits
from storage.artifacts import FsspecArtifacts

SECRET = "Zanzibar"


class People:
    def admins(self, team_id: str) -> tuple[str, ...]:  # noqa: ARG002  # the port has this shape
        return ("UADMIN",)

    def approvers(self, team_id: str) -> tuple[str, ...]:  # noqa: ARG002  # the port has this shape
        return ()

    def groups(self, team_id: str) -> dict[str, str]:  # noqa: ARG002  # the port has this shape
        return {}

    def reachable(self, team_id: str, named: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002  # as the port
        return ()

    def is_guest(self, team_id: str, user: str) -> bool:  # noqa: ARG002  # the port has this shape
        return False

    def is_active(self, team_id: str, user: str) -> bool:  # noqa: ARG002  # the port has this shape
        return True

    def name(self, user: str) -> str:
        return user


@dataclass
class Stumbling(FsspecArtifacts):
    """fail: so many times deleting ends the step, as a crash would."""

    url: str
    fail: int = 0

    def __post_init__(self) -> None:
        super().__init__(self.url)

    async def get(self, sha256: str) -> bytes:
        if len(sha256) < 64:  # the drafting world's datasets are only names
            raise FileNotFoundError(sha256)
        return await super().get(sha256)

    async def forget(self, sha256: str) -> bool:
        if self.fail:
            self.fail -= 1
            raise ConnectionError
        return await super().forget(sha256)


@dataclass
class Bench:
    world: World
    artifacts: Stumbling
    people: Any = field(default_factory=People)

    async def ask(self, user: str) -> None:
        ask = AskToForget(self.world.database, self.people, self.world.clock)
        await ask(TEAM, STEWARD, "founder", "person", user)

    async def step(self) -> None:
        """One piece of work of the kind "forget"; others are left."""
        while (item := await self.world.claim()) is not None:
            if item.kind != "forget":
                async with self.world.database.begin() as tx:
                    await tx.work.finish(item)
                continue
            database, clock = self.world.database, self.world.clock
            inventory = TakeInventory(database, self.artifacts)
            await Forget(database, self.artifacts, inventory, Empty(clock), self.people, Limits(), clock)(item)

    async def decide(self, *, forgets: bool = True) -> None:
        decide = DecideOnForgetting(self.world.database, self.people, self.world.clock)
        await decide(ErasureId(1), TEAM, STEWARD, forgets=forgets)

    async def said(self, key: str = "erasure:1") -> str:
        async with self.world.database.read() as tx:
            facts = await tx.outbox.facts(TEAM, key)
        assert facts is not None
        message = TEMPLATES[SHOWN if key == "erasure:1" else TOLD](facts)
        return str(message.blocks[0].to_dict()["text"]["text"])

    async def erasure(self) -> Erasure:
        async with self.world.database.read() as tx:
            return await tx.erasures.by_id(ErasureId(1))

    async def everything(self) -> str:
        """All rows of the voice, and all that was said."""
        async with self.world.database.read() as tx:
            rows = await tx.whole_voices.rows_of(self.world.voice.voice_id)
        async with self.world.engine.sql.connect() as connection:
            said = (await connection.execute(text("SELECT facts FROM outbox"))).scalars().all()
        return json.dumps([dict(rows.rows), list(said)])

    def files(self) -> str:
        places = [one for one in Path(self.artifacts.url).rglob("*") if one.is_file()]
        return "".join(one.read_text("utf-8") for one in places)


@pytest.fixture
async def bench(world: World, tmp_path: Path) -> Bench:
    """MEMBER asked for one draft, voted on another, and wrote a better version that v1 learned from."""
    bench = Bench(world, Stumbling(str(tmp_path / "artifacts")))
    mine = await world.drafted(f"why {SECRET} is warm")
    other = await world.drafted("why we repair tools", user=EDITOR)
    async with world.database.begin() as tx:
        posted = await tx.outbox.posted(other.text_key)
        assert posted is not None
        votes = [(MEMBER, "+1"), (MEMBER, "dart"), (EDITOR, "+1")]
        await tx.reactions.record([Reaction(TEAM, posted.channel_id, posted.ts, *one, True, "9.1") for one in votes])
        better = NewRewrite(TEAM, other.draft_id, MEMBER, "C1", "77.7", f"Better, says {SECRET}.", 0.3)
        rewrite = await tx.rewrites.add(better, now=world.clock())
    await learned(bench, mine, other, rewrite.rewrite_id)
    return bench


async def learned(bench: Bench, mine: Draft, other: Draft, rewrite_id: Any) -> None:
    """The round of v1 took the feedback in."""
    world = bench.world
    names = ("sft", "pairs", "kto", "versions")
    sft, pairs, kto, versions = [await bench.artifacts.put(f"{name} {SECRET}".encode()) for name in names]
    async with world.database.begin() as tx:
        assert world.model.tuning_job_id is not None
        job = await tx.tuning_jobs.by_id(world.model.tuning_job_id)
        used = (UsedRow(other.draft_id, rewrite_id, 1), UsedRow(mine.draft_id, None, 0))
        taken = RoundFeedback(job.round_id, TEAM, STEWARD, world.clock(), sft, pairs, kto, 1, 1, used, {})
        await tx.round_feedbacks.take(taken)
        made = NewSource(
            TEAM, world.voice.voice_id, job.round_id, "better-versions.jsonl", 9, "slack_message", "U", sha256=versions
        )
        source = await tx.sources.add(made, now=world.clock())
        await tx.sources.update(source.source_id, state="read", documents=1)


async def test_what_it_comes_to_is_shown_first(bench: Bench) -> None:
    await bench.ask(MEMBER)
    await bench.step()
    assert await bench.said() == (
        "🧹 *founder* — <@UMEMBER>: 2 votes, 1 rewrite, 1 brief (1 row in v1).\n"
        "After this they're gone from the database, from the stored files and from later exports, and the next round "
        "leaves them out. v1 keeps working and is marked."
    )
    assert SECRET in await bench.everything()


async def test_nothing_of_the_person_is_left_and_others_stay(bench: Bench) -> None:
    await bench.ask(MEMBER)
    await bench.step()
    await bench.decide()
    await bench.step()
    there = await bench.everything()
    assert SECRET not in there
    assert MEMBER not in there
    assert SECRET not in bench.files()
    assert EDITOR in there  # who said something else
    assert "4 items erased. v1: 1 affected row, not removable without retraining." in await bench.said()
    told = await bench.said(f"erasure:1:{OWNER}")
    assert told.startswith("🧹 <@USTEWARD> had what a person said of *founder* forgotten")
    async with bench.world.database.read() as tx:
        (v1,) = await tx.voice_models.of_voice(bench.world.voice.voice_id)
        assert v1.tuning_job_id is not None
        assert await learned_from_withdrawn(tx, await tx.tuning_jobs.by_id(v1.tuning_job_id))
        entries = [one for one in await tx.audit.of_team(TEAM) if one.what.startswith("forget.")]
    assert v1.withdrawn_data_at is not None
    assert MEMBER not in json.dumps([[one.who, dict(one.after)] for one in entries])
    assert [one.what for one in entries] == ["forget.asked", "forget.confirmed", "forget.done"]
    assert (await bench.erasure()).wanted.target == ""


async def test_the_question_whose_draft_it_is_loses_what_the_person_asked_for(bench: Bench) -> None:
    async with bench.world.database.begin() as tx:
        (mine,) = [one for one in await tx.drafts.of_voice(bench.world.voice.voice_id) if SECRET in one.asked.brief]
        asked = {"brief": mine.asked.brief, "text": "…"}
        await tx.outbox.say(Saying(f"contested:{mine.draft_id}:{OWNER}", "rounds.contested", asked, Place(TEAM, "C1")))
    await bench.ask(MEMBER)
    await bench.step()
    await bench.decide()
    await bench.step()
    assert SECRET not in await bench.everything()


async def test_messages_with_texts_of_a_dataset_are_known_by_their_keys(bench: Bench) -> None:
    world = bench.world
    async with world.database.begin() as tx:
        assert world.model.tuning_job_id is not None
        job = await tx.tuning_jobs.by_id(world.model.tuning_job_id)
        of = (TEAM, world.voice.voice_id, job.round_id, job.dataset_id)
        facts = (await tx.datasets.by_id(job.dataset_id)).facts
        compared = NewBaseline(*of, facts.content_hash, "private", "small", STEWARD, (OWNER, EDITOR), "2026-11", 0, 0)
        assert await tx.baselines.start(compared, now=world.clock()) is not None
        for what, named in (("ended", {"row": {"title": SECRET}}), ("left-out-train-3", {"title": SECRET})):
            said = Saying(f"tuning:{job.tuning_job_id}:{what}", "training.failed", named, Place(TEAM, "C1"))
            await tx.outbox.say(said)
        keys = await Empty(world.clock).keys(tx, Inventory(world.voice, None, datasets={job.dataset_id: 1}))
        await tx.forgetting.messages(TEAM, keys, ERASED)
    assert {f"baseline:1:{judge}:%" for judge in (OWNER, EDITOR)} <= set(keys)
    async with world.engine.sql.connect() as connection:
        about = "SELECT facts FROM outbox WHERE key LIKE 'tuning:%'"
        assert set((await connection.execute(text(about))).scalars()) == {"{}"}


async def test_whispers_lose_their_words_once_they_were_said(bench: Bench) -> None:
    async def whisper(key: str) -> None:
        async with bench.world.database.begin() as tx:
            await tx.outbox.say(Saying(key, "whisper", {"text": f"{key} {SECRET}"}, Place(TEAM, "C1"), only_for=MEMBER))

    await whisper("said")
    await bench.world.post()
    await whisper("due")
    async with bench.world.database.begin() as tx:
        await tx.forgetting.whispers(TEAM)
        assert await tx.outbox.facts(TEAM, "said") == {}
        assert await tx.outbox.facts(TEAM, "due") == {"text": f"due {SECRET}"}


async def test_a_trial_under_way_of_what_learned_from_it_ends_with_what_was_sent(bench: Bench) -> None:
    world = bench.world
    sent = Try("voice", 1, "A request.", sends=1, send_microusd=40)
    of = (TEAM, world.model.voice_model_id, world.voice.voice_id, world.clock(), "2026-11", STEWARD, 1_000, (sent,))
    async with world.database.begin() as tx:
        assert await tx.evaluations.start(Evaluation(*of)) is not None
    await bench.ask(MEMBER)
    await bench.step()
    await bench.decide()
    await bench.step()
    async with world.database.read() as tx:
        ended = await tx.evaluations.of_model(world.model.voice_model_id)
        month = await tx.ledger.month(TEAM, "2026-11")
    assert ended is not None and ended.has_ended
    assert (month.held_microusd, month.settled_microusd) == (0, 40)


async def test_a_crash_between_rows_and_files_is_made_good(bench: Bench) -> None:
    await bench.ask(MEMBER)
    await bench.step()
    await bench.decide()
    bench.artifacts.fail = 1
    with pytest.raises(ConnectionError):
        await bench.step()
    assert SECRET not in await bench.everything()
    assert SECRET in bench.files()
    assert (await bench.erasure()).state == "confirmed"
    bench.world.clock.pass_s(120)
    await bench.step()
    assert SECRET not in bench.files()
    assert (await bench.erasure()).state == "done"
    assert "4 items erased." in await bench.said()


async def test_it_is_decided_once(bench: Bench) -> None:
    await bench.ask(MEMBER)
    await bench.step()
    await bench.decide(forgets=False)
    with pytest.raises(AlreadyForgotten):
        await bench.decide()
    await bench.step()
    assert SECRET in await bench.everything()
    assert await bench.said() == "*founder*: left as it is. Nothing was erased."


async def test_emoji_that_still_stand_in_slack_are_not_counted_in_anew(bench: Bench) -> None:
    await bench.ask(MEMBER)
    await bench.step()
    await bench.decide()
    await bench.step()

    class Slack:
        async def on(self, channel_id: str, ts: str) -> dict[str, list[str]]:
            assert channel_id
            assert ts
            return {"+1": [MEMBER, EDITOR]}

    world = bench.world
    await AskForSweep(world.database, world.clock).at_start()
    item = await world.claim()
    assert item is not None
    await SweepReactions(world.database, Slack(), People(), world.clock, "UBOT")(item)
    assert MEMBER not in await bench.everything()
