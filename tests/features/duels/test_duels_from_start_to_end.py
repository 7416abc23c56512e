"""A duel from its form to its result: paid once and capped, secret, closed by the clock, told in sentences."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from drafting_world import EDITOR, GUEST, MEMBER, OWNER, STEWARD, TEAM, People, words_of
from duel_world import BRIEFS, PLAIN, VOTERS, DuelWorld, prose

from bot.features.duels.forms import duel_form, wish_entered
from bot.features.duels.looking import FindBout
from bot.features.duels.usecase import FillDuelForm, Pairing, Side, brief_key
from bot.features.duels.voting import Spot
from pipeline.domain.baselines import HeldOut
from pipeline.domain.voices import Dataset
from pipeline.duels import closed_duels
from pipeline.errors import (
    ClosesTooSoon,
    DuelClosed,
    DuelTooDear,
    NoBriefs,
    NoSuchVersion,
    NotAllowedToDraft,
    NotAVoter,
    NoVoters,
    ProviderRefused,
    ProviderUnavailable,
    SameVersion,
)
from sandbox.rules.messages import check_blocks


async def test_both_versions_write_on_every_brief_and_people_vote_on_pairs_without_names(world: DuelWorld) -> None:
    duel = await world.opened()
    assert (duel.state, len(duel.bouts)) == ("open", 6)
    asked = world.inner.provider.asked
    assert sorted(one["brief"] for one in asked) == sorted(BRIEFS * 2)
    assert sum(bool(one["shots"]) for one in asked) == 6  # plain prompting has posts in its prompt
    bouts = await world.said("duels.bout")
    assert len(bouts) == 6
    for facts in bouts:
        assert facts["names"] is None
        assert "founder v1" not in words_of(await world.rendered("duels.bout"))
    card = words_of(await world.rendered("duels.card"))
    assert "Which sounds more like" in card
    assert "6 rounds, names hidden, sides shuffled" in card


async def test_nobody_may_train_on_briefs_of_texts_that_no_version_saw(world: DuelWorld) -> None:
    duel = await world.opened(held_out=(brief_key(BRIEFS[0].upper()),))
    await world.vote_all(duel, won=18)
    await world.pass_until_end(duel)
    assert [one.is_held_out for one in closed_duels(await world.duel())] == [True, *[False] * 5]


async def test_the_form_carries_which_briefs_those_are(world: DuelWorld) -> None:
    class Shots:
        prices = world.writing.shots.prices

        async def held_out(self, dataset: Dataset) -> tuple[HeldOut, ...]:  # noqa: ARG002  # the port has this shape
            return tuple(HeldOut(brief, "a text") for brief in BRIEFS[1:3])

    shots: Any = Shots()
    form = await FillDuelForm(world.inner.database, shots, People(), world.inner.clock)(TEAM, EDITOR, PLAIN, BRIEFS[0])
    view = duel_form(form).to_dict() | {"id": "V1", "state": {"values": {}}}
    assert form.briefs == BRIEFS[:3]
    assert wish_entered(TEAM, EDITOR, view).held_out == tuple(map(brief_key, BRIEFS[1:3]))


async def test_money_is_held_with_the_start_and_settled_with_the_last_text(world: DuelWorld) -> None:
    duel = await world.start(world.wish())
    assert duel is not None
    assert await world.month() == (duel.facts.held_microusd, 0)
    world.inner.provider.answers = [prose() for _ in range(12)]
    await world.work()
    assert await world.month() == (0, 12 * 1_200)


async def test_the_same_form_sent_twice_starts_one_duel(world: DuelWorld) -> None:
    wish = world.wish()
    assert await world.start(wish) is not None
    assert await world.start(wish) is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"briefs": BRIEFS[:1]}, NoBriefs),
        ({"voters": (GUEST,)}, NoVoters),
        ({"pairing": Pairing("founder", Side(1), Side(1))}, SameVersion),
        ({"pairing": Pairing("founder", Side(1), Side(9))}, NoSuchVersion),
        ({"user": GUEST}, NotAllowedToDraft),
    ],
    ids=["briefs", "voters", "same", "version", "guest"],
)
async def test_what_makes_no_sense_starts_nothing(
    world: DuelWorld, change: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await world.start(world.wish(**change))
    assert await world.month() == (0, 0)


async def test_an_end_in_the_past_and_a_price_above_the_cap_start_nothing(world: DuelWorld) -> None:
    with pytest.raises(ClosesTooSoon):
        await world.start(world.wish(closes_at=world.now + timedelta(minutes=1)))
    world.prices.writing = 1_000_000  # twelve texts of 400 tokens, each sent for twice at most: 9,600
    with pytest.raises(DuelTooDear):
        await world.start(world.wish(ceiling_microusd=9_599))


async def test_a_lost_answer_is_sent_for_once_more_and_billed_in_full(world: DuelWorld) -> None:
    duel = await world.start(world.wish(briefs=BRIEFS[:2]))
    assert duel is not None
    world.inner.provider.answers = [ProviderUnavailable("private"), *(prose() for _ in range(4))]
    await world.work()
    world.inner.clock.pass_s(120)
    await world.work()
    assert len(world.inner.provider.asked) == 5
    held, settled = await world.month()
    assert (held, settled) == (0, 4 * 1_200 + duel.texts[0].wanted.send_microusd)
    assert settled <= duel.facts.held_microusd + 4 * 1_200


async def test_a_definite_no_stops_it_with_the_reason(world: DuelWorld) -> None:
    world.inner.provider.answers = [ProviderRefused("private", "model_not_found", "gone")]
    await world.start(world.wish())
    await world.work()
    assert (await world.duel()).state == "failed"
    assert len(world.inner.provider.asked) == 1
    assert "The duel stopped" in words_of(await world.rendered("duels.card"))
    assert (await world.month())[0] == 0


async def test_without_consent_nothing_is_written(world: DuelWorld) -> None:
    await world.start(world.wish())
    await world.inner.withdraw_consent()
    await world.work()
    assert world.inner.provider.asked == []
    assert (await world.duel()).state == "failed"


async def test_identical_texts_are_left_out_and_said(world: DuelWorld) -> None:
    same = prose()
    world.inner.provider.answers = [same, same, *(prose() for _ in range(4))]
    await world.start(world.wish(briefs=BRIEFS[:3]))
    await world.work()
    assert [bout.number for bout in (await world.duel()).bouts] == [2, 3]
    assert "A and B came out identical for brief 1" in words_of(await world.rendered("duels.card"))


async def test_the_newest_vote_stands_until_the_end_and_none_after(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.vote(duel, 3, MEMBER, "one")
    await world.vote(duel, 3, MEMBER, "other")
    assert [(vote.voter, vote.choice) for vote in (await world.duel()).votes] == [(MEMBER, "other")]
    world.inner.clock.now = duel.closes_at
    with pytest.raises(DuelClosed):
        await world.vote(duel, 3, MEMBER, "one")


async def test_only_those_who_were_named_vote(world: DuelWorld) -> None:
    duel = await world.opened()
    with pytest.raises(NotAVoter):
        await world.votes(Spot(duel.duel_id, 1), TEAM, STEWARD, "A")
    with pytest.raises(NotAVoter):
        await world.votes(Spot(duel.duel_id, 1), "T2", OWNER, "A")


async def test_nobody_sees_votes_before_the_end(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.said("duels.bout")
    before = dict(world.facts)
    await world.vote_all(duel, won=10)
    await world.said("duels.bout")
    assert world.facts == before


async def test_the_clock_closes_it_and_the_result_says_who_is_better_and_how_sure_that_is(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.vote_all(duel, won=14, lost=2, equal=2)
    await world.pass_until_end(duel)
    assert (await world.duel()).state == "closed"
    result = words_of(await world.rendered("duels.result"))
    assert "*founder v1* beat *plain model + 5 posts*: 14 – 2, 2 equal (3 voters, 18 votes)." in result
    assert "Chance founder v1 is really better: *over 99 %*" in result
    assert "Both wrote about equally long texts" in result
    assert "Gate for founder v1: beats plain ✅ · consent ✅" in result
    assert "Promote v1" in result
    names = {tuple(facts["names"]) for facts in await world.said("duels.bout")}
    assert names == {("founder v1", "plain model + 5 posts"), ("plain model + 5 posts", "founder v1")}


async def test_ten_to_eight_is_no_win(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.vote_all(duel, won=10, lost=8)
    await world.pass_until_end(duel)
    result = words_of(await world.rendered("duels.result"))
    assert "10 – 8. That's a coin toss (68 %)" in result or "10 – 8. That may be chance: 68 %" in result
    assert "I won't call a winner" in result


async def test_a_lost_duel_offers_to_retire_the_loser(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.vote_all(duel, won=2, lost=14)
    await world.pass_until_end(duel)
    result = words_of(await world.rendered("duels.result"))
    assert "*plain model + 5 posts* won 14 – 2 against *founder v1*" in result
    assert "Retire v1, use few-shot" in result
    assert "Look at lost briefs" in result


async def test_with_too_few_votes_somebody_decides(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.vote_all(duel, won=5)
    await world.pass_until_end(duel)
    assert (await world.duel()).state == "short"
    assert "Only 5 votes; I need 12 for a verdict." in words_of(await world.rendered("duels.short"))
    await world.extend(duel.duel_id, TEAM, EDITOR)
    again = await world.duel()
    assert again.state == "open"
    assert again.closes_at > duel.closes_at
    await world.vote_all(again, won=12)
    await world.pass_until_end(again)
    assert (await world.duel()).state == "closed"


async def test_too_few_votes_can_be_closed_without_a_verdict(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.vote_all(duel, won=5)
    await world.pass_until_end(duel)
    await world.close_short(duel.duel_id, TEAM, EDITOR)
    assert "closed without a verdict: 5 votes" in words_of(await world.rendered("duels.result"))
    with pytest.raises(DuelClosed):
        await world.extend(duel.duel_id, TEAM, EDITOR)


async def test_once_everybody_has_voted_it_can_be_closed_at_once(world: DuelWorld) -> None:
    duel = await world.opened()
    with pytest.raises(DuelClosed):
        await world.close_now(duel.duel_id, TEAM, EDITOR)
    await world.vote_all(duel, won=18)
    assert "Close now" in words_of(await world.rendered("duels.card"))
    await world.close_now(duel.duel_id, TEAM, EDITOR)
    assert (await world.duel()).state == "closed"


async def test_closing_again_or_by_a_second_worker_changes_nothing(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.vote_all(duel, won=12)
    await world.pass_until_end(duel)
    closed = await world.duel()
    async with world.inner.database.begin() as tx:
        await tx.work.enqueue("duel-close", duel.duel_id, TEAM, run_at=world.now)
    await world.work()
    assert await world.duel() == closed


async def test_a_version_that_is_retired_meanwhile_ends_it_and_keeps_the_votes(world: DuelWorld) -> None:
    duel = await world.opened()
    await world.vote_all(duel, won=11)
    [_, trained] = await world.models()
    await world.retire(world.promotion(trained))
    assert (await world.duel()).state == "gone"
    result = words_of(await world.rendered("duels.result"))
    assert "v1 was retired during the duel. I closed it; 11 votes are kept." in result


async def test_plain_prompting_becomes_version_0_once(world: DuelWorld) -> None:
    await world.opened()
    assert [model.version for model in await world.models()] == [0, 1]
    await world.opened()
    assert [model.version for model in await world.models()] == [0, 1]


async def test_every_message_passes_slacks_checks_even_with_hostile_texts(world: DuelWorld) -> None:
    world.inner.provider.answers = [f"<!channel> *_`~ {'&<>' * 2_000} {prose(600)}" for _ in range(12)]
    await world.start(world.wish(pairing=PLAIN, voters=VOTERS))
    await world.work()
    for template in ("duels.card", "duels.bout"):
        message = await world.rendered(template)
        check_blocks(message.payload()["blocks"])
        assert "<!channel>" not in words_of(message)


async def test_a_text_that_never_comes_leaves_its_brief_out(world: DuelWorld) -> None:
    world.inner.provider.answers = ["too short", "too short", *(prose() for _ in range(10))]
    await world.start(replace(world.wish(), briefs=BRIEFS[:4]))
    await world.work()
    duel = await world.duel()
    assert (duel.state, len(duel.bouts)) == ("open", 3)
    assert "On 1 brief one of the two wrote nothing to judge" in words_of(await world.rendered("duels.card"))


async def test_an_emoji_on_a_text_is_noticed_while_people_vote_and_seldom_looked_for_else(
    world: DuelWorld,
) -> None:
    find = FindBout(world.inner.database, world.inner.clock)

    async def is_found() -> bool:
        return await find(TEAM, place[0], place[1])

    place = ("C1", "1.0")
    assert not await is_found()
    duel = await world.opened()
    posted = {one.saying.key: one for one in await world.inner.post()}
    async with world.inner.database.read() as tx:
        there = await tx.outbox.posted(f"{duel.key}:bout:1")
    assert there is not None, sorted(posted)
    place = (there.channel_id, there.ts)
    assert not await is_found()  # nobody voted a moment ago
    world.inner.clock.pass_s(3)
    assert await is_found()
    place = (there.channel_id, "1.0")
    assert not await is_found()
    await world.pass_until_end(duel)
    place = (there.channel_id, there.ts)
    assert (await world.duel()).state != "open" and not await is_found()
