"""Emoji read again from Slack: what was lost is made good; a deleted draft is withdrawn until it is put back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import pytest
from drafting_world import EDITOR, GUEST, MEMBER, OWNER, STEWARD, TEAM, People, words_of
from feedback_world import BOT, FeedbackWorld, rendered

from bot.features.feedback.deleting import RestoreDraft
from bot.features.feedback.sweeping import AskForSweep, SweepReactions
from pipeline.domain.drafting import Draft
from pipeline.errors import NotADraft, NotSteward


@dataclass
class Slack:
    """What stands on every message."""

    there: Mapping[str, Sequence[str]] | Literal["gone", "closed"] = field(default_factory=dict)
    asked: int = 0

    async def on(self, channel_id: str, ts: str) -> Mapping[str, Sequence[str]] | Literal["gone", "closed"]:
        assert channel_id and ts
        self.asked += 1
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
