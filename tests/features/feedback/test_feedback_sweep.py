"""Emoji read again from Slack: what was lost is made good; a deleted draft is withdrawn until it is put back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import pytest
from drafting_world import CHANNEL, EDITOR, GUEST, MEMBER, OWNER, STEWARD, TEAM, People, words_of
from feedback_world import BOT, FeedbackWorld, rendered

from bot.features.feedback.deleting import RestoreDraft
from bot.features.feedback.sweeping import BATCH, AskForSweep, SweepReactions
from pipeline.domain.drafting import Draft, Reaction
from pipeline.domain.signoffs import NewSignoff
from pipeline.errors import NotADraft, NotSteward


@dataclass
class Slack:
    """What stands on every message."""

    there: Mapping[str, Sequence[str]] | Literal["gone", "closed"] = field(default_factory=dict)
    asked: int = 0
    during: Callable[[], Awaitable[None]] | None = None

    async def on(self, channel_id: str, ts: str) -> Mapping[str, Sequence[str]] | Literal["gone", "closed"]:
        assert channel_id and ts
        self.asked += 1
        if self.during is not None:
            await self.during()
        return self.there


async def sweep(world: FeedbackWorld, slack: Slack) -> None:
    world.inner.clock.now = world.inner.clock.now.replace(year=2026, month=11, day=28)
    ask = AskForSweep(world.inner.database, world.inner.clock)
    await ask.at_start()
    item = await world.inner.claim()
    assert item is not None
    await SweepReactions(world.inner.database, slack, People(), world.inner.clock, BOT)(item)


async def state(world: FeedbackWorld, draft: Draft) -> set[tuple[str, str]]:
    return {(one.user, one.name) for one in await world.reactions(draft) if one.present}


async def test_what_an_editor_says_weighs_as_much_as_in_a_round(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    async with world.inner.database.begin() as tx:
        round_ = await tx.rounds.latest(draft.asked.voice_id)
        assert round_ is not None and round_.dataset_id is not None
        of = (TEAM, draft.asked.voice_id, round_.round_id, round_.dataset_id, round_.revision)
        assert await tx.signoffs.ask(NewSignoff(*of, editor=EDITOR, asked_by=STEWARD), now=world.inner.clock.now)
    await sweep(world, Slack({"+1": [EDITOR]}))
    [fixed] = await world.inner.audits("sweep.fixed")
    assert fixed.after["verdict"] == "good"


async def test_lost_events_are_made_good_and_a_changed_verdict_is_said(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    ts = await world.inner.ts_of(draft.text_key)
    await world.emoji(ts, "+1", user=MEMBER)
    slack = Slack({"+1": [BOT, OWNER, GUEST], "tada": [EDITOR], "-1": [BOT]})
    await sweep(world, slack)
    assert await state(world, draft) == {(OWNER, "+1")}
    [fixed] = await world.inner.audits("sweep.fixed")
    assert (fixed.before, fixed.after) == ({"verdict": "thin"}, {"verdict": "good", "events": 2})
    [said] = await world.inner.post()
    assert words_of(rendered(said)) == (
        "Slack didn't tell me of 2 reactions here. I read them again; d-0001 is now 'good'."
    )
    assert said.thread_ts == await world.inner.ts_of(draft.card_key)


async def test_nothing_lost_says_nothing_and_is_not_looked_at_again_within_the_hour(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.emoji(await world.inner.ts_of(draft.text_key), "+1", user=MEMBER)
    slack = Slack({"+1": [MEMBER]})
    await sweep(world, slack)
    assert await world.inner.post() == []
    world.inner.clock.pass_s(1800)
    await AskForSweep(world.inner.database, world.inner.clock)()
    item = await world.inner.claim()
    assert item is not None
    await SweepReactions(world.inner.database, slack, People(), world.inner.clock, BOT)(item)
    assert slack.asked == 1
    await AskForSweep(world.inner.database, world.inner.clock).at_start()  # it may have been off for long
    item = await world.inner.claim()
    assert item is not None
    await SweepReactions(world.inner.database, slack, People(), world.inner.clock, BOT)(item)
    assert slack.asked == 2


async def test_what_changes_no_verdict_is_recorded_and_not_said(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await sweep(world, Slack({"+1": [MEMBER]}))
    assert await state(world, draft) == {(MEMBER, "+1")}
    assert len(await world.inner.audits("sweep.fixed")) == 1
    assert await world.inner.post() == []


async def test_an_event_that_comes_while_slack_is_asked_stands(world: FeedbackWorld) -> None:
    """Slack's answer is of before the 👍 was taken away again; the event about that is newer."""
    draft = await world.inner.drafted()
    ts = await world.inner.ts_of(draft.text_key)
    await world.emoji(ts, "+1", user=MEMBER)

    async def take_away() -> None:
        world.inner.clock.pass_s(1)
        event_ts = f"{world.inner.clock.now.timestamp():.6f}"
        async with world.inner.database.begin() as tx:
            await tx.reactions.record([Reaction(TEAM, CHANNEL, ts, MEMBER, "+1", False, event_ts)])
        world.inner.clock.pass_s(1)

    await sweep(world, Slack({"+1": [MEMBER]}, during=take_away))
    assert await state(world, draft) == set()


async def test_drafts_of_more_than_a_month_ago_are_left_alone(world: FeedbackWorld) -> None:
    await world.inner.drafted()
    world.inner.clock.now += timedelta(days=31)
    slack = Slack({"+1": [OWNER]})
    await AskForSweep(world.inner.database, world.inner.clock)()
    item = await world.inner.claim()
    assert item is not None
    await SweepReactions(world.inner.database, slack, People(), world.inner.clock, BOT)(item)
    assert slack.asked == 0


async def test_more_drafts_than_one_look_takes_are_read_a_minute_later(world: FeedbackWorld) -> None:
    first = await world.inner.drafted()
    async with world.inner.database.begin() as tx:
        for _ in range(BATCH):
            more = await tx.drafts.ask(first.asked, now=world.inner.clock())
            assert first.written is not None
            await tx.drafts.written(more.draft_id, first.written)
    await sweep(world, Slack())
    assert await world.inner.claim() is None
    world.inner.clock.pass_s(60)
    item = await world.inner.claim()
    assert item is not None
    slack = Slack({"+1": [OWNER]})
    await SweepReactions(world.inner.database, slack, People(), world.inner.clock, BOT)(item)
    assert slack.asked == 1  # the oldest, the only one that stands in Slack


async def test_where_we_are_no_longer_let_in_nothing_changes(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.emoji(await world.inner.ts_of(draft.text_key), "+1", user=OWNER)
    await sweep(world, Slack("closed"))
    assert await state(world, draft) == {(OWNER, "+1")}
    assert (await world.inner.drafts())[0].state == "posted"


async def test_a_deleted_draft_is_withdrawn_until_the_steward_puts_it_back(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await sweep(world, Slack("gone"))
    assert (await world.inner.drafts())[0].state == "withdrawn"
    [said] = await world.inner.post()
    assert "d-0001 was deleted, so it leaves the next round." in words_of(rendered(said))
    restore = RestoreDraft(world.inner.database, world.inner.clock)
    with pytest.raises(NotSteward):
        await restore(draft.draft_id, team_id=TEAM, user=MEMBER)
    with pytest.raises(NotADraft):
        await restore(draft.draft_id, team_id="T2", user=STEWARD)
    await restore(draft.draft_id, team_id=TEAM, user=STEWARD)
    assert (await world.inner.drafts())[0].state == "posted"
    await sweep(world, Slack("gone"))  # it is still gone
    assert (await world.inner.drafts())[0].state == "posted"


async def test_after_thirty_days_a_deleted_draft_stays_withdrawn(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await sweep(world, Slack("gone"))
    world.inner.clock.now += timedelta(days=31)
    with pytest.raises(NotADraft):
        await RestoreDraft(world.inner.database, world.inner.clock)(draft.draft_id, team_id=TEAM, user=STEWARD)


async def test_the_diff_is_shown_to_who_asks(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.say(draft, "fix: Repair comes first.\n\nA tool that is kept is a friend.", "1764100000.000100")
    [rewrite] = await world.rewrites()
    await world.press("feedback.see_diff", rewrite.rewrite_id)
    said = [words_of(rendered(one)) for one in await world.inner.post() if one.saying.only_for == EDITOR]
    assert any("~tool that is known" in words or "*friend.*" in words for words in said), said
