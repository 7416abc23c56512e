"""Contested drafts: asked of their owner one by one, decided, and only as long as people disagree."""

from typing import Any

import pytest
from drafting_world import EDITOR, MEMBER, OWNER, STEWARD, TEAM, People, World, words_of
from test_rounds_preview import BOT, BRIEFS, facts_after, previewer, react

from bot.features.rounds.deciding import AskOwner, DecideContested
from bot.features.rounds.usecase import PreviewRound
from bot.features.rounds.views import TEMPLATES
from pipeline.domain.drafting import Draft
from pipeline.domain.feedback import Decided
from pipeline.errors import NoFeedback, NotSteward
from sandbox.rules.messages import check_blocks


async def contested(world: World, brief: str = BRIEFS[0]) -> Draft:
    draft = await world.drafted(brief)
    await react(world, draft, (OWNER, "+1"), (MEMBER, "-1"), (EDITOR, "-1"))
    return draft


async def ask(world: World, *, user: str = STEWARD) -> tuple[str, int]:
    return await AskOwner(world.database, previewer(world))(world.voice.voice_id, TEAM, user)


async def decide(world: World, draft: Draft, decided: Decided, *, user: str = OWNER) -> None:
    await DecideContested(world.database, previewer(world), world.clock)(draft.draft_id, TEAM, user, decided)


async def asked(world: World) -> dict[str, dict[str, Any]]:
    """The newest facts of each direct message about a contested draft, by its key."""
    await world.post()
    return {one.saying.key: dict(one.saying.facts) for one in world.said if one.saying.template == "rounds.contested"}


async def test_the_owner_is_asked_about_one_draft_after_the_other_and_sees_who_said_what(world: World) -> None:
    first, second = await contested(world), await contested(world, BRIEFS[1])
    assert (await facts_after(world, "t-1"))["undecided"] == 2
    assert await ask(world) == (OWNER, 2)
    assert list(await asked(world)) == [f"contested:{first.draft_id}:{OWNER}"]
    await decide(world, first, "like")
    messages = await asked(world)
    assert list(messages) == [f"contested:{first.draft_id}:{OWNER}", f"contested:{second.draft_id}:{OWNER}"]
    message = TEMPLATES["rounds.contested"](messages[f"contested:{second.draft_id}:{OWNER}"])
    check_blocks(message.payload()["blocks"])
    words = words_of(message)
    assert f"👍 <@{OWNER}> · 👎 <@{EDITOR}> and <@{MEMBER}>" in words
    assert "Sounds like me" in words
    assert "You said *Sounds like me*" in words_of(
        TEMPLATES["rounds.contested"](messages[f"contested:{first.draft_id}:{OWNER}"])
    )


@pytest.mark.parametrize(
    ("decided", "good", "bad", "not_used"),
    [("like", 1, 0, {}), ("unlike", 0, 1, {}), ("out", 0, 0, {"left out": 1}), (None, 0, 0, {"contested": 1})],
)
async def test_the_answer_is_what_the_draft_counts_as(
    world: World, decided: Decided | None, good: int, bad: int, not_used: dict[str, int]
) -> None:
    draft = await contested(world)
    if decided is not None:
        await decide(world, draft, decided)
    seen = await facts_after(world, "t-1")
    assert (seen["good"], seen["bad"], seen["not_used"]) == (good, bad, not_used)


async def test_an_answer_can_be_changed_and_both_are_on_record(world: World) -> None:
    draft = await contested(world)
    await decide(world, draft, "like")
    await decide(world, draft, "out")
    assert (await facts_after(world, "t-1"))["not_used"] == {"left out": 1}
    entries = await world.audits("draft.decided")
    assert [(one.who, one.before["decided"], one.after["decided"]) for one in entries] == [
        (OWNER, None, "like"),
        (OWNER, "like", "out"),
    ]


async def test_when_votes_no_longer_contradict_each_other_they_count_and_not_the_answer(world: World) -> None:
    draft = await contested(world)
    await decide(world, draft, "unlike")
    await react(world, draft, (MEMBER, "-1"), (EDITOR, "-1"), present=False)
    assert (await facts_after(world, "t-1"))["good"] == 1
    await react(world, draft, (MEMBER, "-1"), (EDITOR, "-1"))
    assert (await facts_after(world, "t-2"))["bad"] == 1
    await react(world, draft, (MEMBER, "no_entry_sign"))
    assert (await facts_after(world, "t-3"))["not_used"] == {"held": 1}


async def test_an_answer_after_people_agreed_says_so(world: World) -> None:
    draft = await contested(world)
    await react(world, draft, (MEMBER, "-1"), (EDITOR, "-1"), present=False)
    await decide(world, draft, "out")
    (facts,) = (await asked(world)).values()
    assert "By now the votes alone say 'good', and that counts." in words_of(TEMPLATES["rounds.contested"](facts))


async def test_the_steward_decides_for_an_owner_who_is_not_here(world: World) -> None:
    class OwnerAway(People):
        def is_active(self, team_id: str, user: str) -> bool:  # noqa: ARG002  # the port has this shape
            return user != OWNER

    draft = await contested(world)
    preview = PreviewRound(world.database, OwnerAway(), world.clock, BOT)
    assert await AskOwner(world.database, preview)(world.voice.voice_id, TEAM, STEWARD) == (STEWARD, 1)
    facts = (await asked(world))[f"contested:{draft.draft_id}:{STEWARD}"]
    assert "Sounds like them" in words_of(TEMPLATES["rounds.contested"](facts))


async def test_members_decide_nothing_and_there_must_be_something_to_decide(world: World) -> None:
    with pytest.raises(NoFeedback):
        await ask(world)
    draft = await contested(world)
    with pytest.raises(NotSteward):
        await ask(world, user=MEMBER)
    with pytest.raises(NotSteward):
        await decide(world, draft, "like", user=MEMBER)
