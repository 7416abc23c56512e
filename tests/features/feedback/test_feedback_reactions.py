"""Emoji are kept as state whatever order they come in; a 👎 and a ✏️ are asked back, privately."""

import asyncio
import itertools
import random

import pytest
from drafting_world import CHANNEL, EDITOR, GUEST, OWNER, TEAM, People, words_of
from feedback_world import BOT, FeedbackWorld, rendered

from bot.features.feedback.usecase import RecordReaction
from pipeline.domain.drafting import Reaction
from pipeline.verdicts import Voters, verdict


async def test_an_emoji_on_a_draft_is_stored(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    assert await world.emoji(await world.inner.ts_of(draft.text_key), "+1") == 200
    [reaction] = await world.reactions(draft)
    assert (reaction.user, reaction.name, reaction.present) == (EDITOR, "+1", True)
    assert await world.inner.post() == []  # nothing is said about a 👍


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_added_removed_added_ends_alike_in_any_order(world: FeedbackWorld, order: tuple[int, ...]) -> None:
    draft = await world.inner.drafted()
    ts = await world.inner.ts_of(draft.text_key)
    events = [(True, 1), (False, 2), (True, 3)]
    for number in order:
        present, at = events[number]
        for _ in range(2):  # and each is delivered twice
            await world.emoji(ts, "dart", present=present, at=at, event_id=f"Ev-{number}")
    [reaction] = await world.reactions(draft)
    assert reaction.present


async def test_a_storm_of_shuffled_repeats_gives_the_final_state(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    ts = await world.inner.ts_of(draft.text_key)
    chance = random.Random(7)
    users, names = ["UA", "UB", "UC", "UD", OWNER], ["+1", "-1", "no_entry_sign", "star"]
    events = [(chance.choice(users), chance.choice(names), chance.random() < 0.6, at) for at in range(60)]
    final = {(user, name): present for user, name, present, _ in events}
    deliveries = [number for number in range(60) for _ in range(3)]
    chance.shuffle(deliveries)
    await asyncio.gather(
        *(
            world.emoji(ts, name, user=user, present=present, at=at, event_id=f"Ev-{number}")
            for number in deliveries
            for user, name, present, at in [events[number]]
        )
    )
    assert {(one.user, one.name): one.present for one in await world.reactions(draft)} == final


async def test_taking_back_the_newer_emoji_restores_the_older(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    ts = await world.inner.ts_of(draft.text_key)
    await world.emoji(ts, "+1", user=OWNER, at=1)
    await world.emoji(ts, "-1", user=OWNER, at=2)
    await world.emoji(ts, "-1", user=OWNER, at=3, present=False)
    assert verdict(await world.reactions(draft), voters=Voters(OWNER)).state == "good"


@pytest.mark.parametrize(("user", "name"), [(BOT, "+1"), (EDITOR, "tada"), (GUEST, "+1")])
async def test_our_own_unknown_and_guests_emoji_do_not_count(world: FeedbackWorld, user: str, name: str) -> None:
    draft = await world.inner.drafted()
    await world.emoji(await world.inner.ts_of(draft.text_key), name, user=user)
    assert await world.reactions(draft) == []
    assert len(await world.inner.audits("feedback.guest_not_counted")) == (user == GUEST)


async def test_our_own_emoji_are_known_without_bolts_help(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    react = RecordReaction(world.writer, world.database, People(), world.inner.clock, BOT)
    seed = Reaction(TEAM, CHANNEL, await world.inner.ts_of(draft.text_key), BOT, "+1", True, "1764200000.000100")
    await react(seed, delivery_id="Ev-1")
    assert await world.reactions(draft) == []


async def test_a_thumb_down_asks_why_in_private(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.emoji(await world.inner.ts_of(draft.text_key), "-1::skin-tone-3")
    [why] = await world.inner.post()
    assert (why.saying.only_for, why.thread_ts) == (EDITOR, await world.inner.ts_of(draft.card_key))
    words = words_of(rendered(why))
    for label in ("What's wrong?", "Not this voice", "Facts", "Dull/long", "Repeats an old post", "Other"):
        assert label in words
    await world.press("feedback.reason.dull", draft.draft_id)
    [entry] = await world.inner.audits("feedback.reason")
    assert (entry.subject, entry.after) == (draft.label, {"reason": "dull"})
    assert "Only the count is shown" in words_of(rendered((await world.inner.post())[0]))


async def test_a_press_delivered_twice_is_one_reason(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    for _ in range(2):
        await world.press("feedback.reason.facts", draft.draft_id)
    assert len(await world.inner.audits("feedback.reason")) == 1


async def test_a_pencil_tells_how_to_fix(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.emoji(await world.inner.ts_of(draft.text_key), "pencil2")
    [how] = await world.inner.post()
    assert "starting with `fix:`" in words_of(rendered(how))
    await world.press("feedback.edit_here", draft.draft_id)
    [form] = world.modals.opened
    assert form["callback_id"] == "feedback.fix_form"


async def test_a_repeated_delivery_asks_once_also_after_a_crash_in_between(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    ts = await world.inner.ts_of(draft.text_key)
    for _ in range(3):  # the second and third are what Slack sends again when we died before the answer
        await world.emoji(ts, "-1", event_id="Ev-same")
    assert len(await world.inner.post()) == 1


async def test_each_who_says_no_is_asked(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    ts = await world.inner.ts_of(draft.text_key)
    await world.emoji(ts, "-1", user="UA")
    await world.emoji(ts, "-1", user="UB")
    assert [one.saying.only_for for one in await world.inner.post()] == ["UA", "UB"]


async def test_what_was_taken_back_already_is_not_asked_about(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    ts = await world.inner.ts_of(draft.text_key)
    await world.emoji(ts, "-1", present=False, at=2)
    await world.emoji(ts, "-1", present=True, at=1)
    assert await world.inner.post() == []


async def test_emoji_elsewhere_are_not_talked_about(world: FeedbackWorld) -> None:
    draft = await world.inner.drafted()
    await world.emoji(await world.inner.ts_of(draft.card_key), "-1")
    await world.emoji("1764111111.000100", "pencil2")
    assert await world.inner.post() == []


async def test_emoji_on_files_are_let_pass(world: FeedbackWorld) -> None:
    event = {"type": "reaction_added", "user": EDITOR, "reaction": "+1", "item": {"type": "file", "file": "F1"}}
    assert await world.event(event | {"event_ts": "1.1"}) == 200
