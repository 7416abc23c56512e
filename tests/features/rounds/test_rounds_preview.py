"""What the feedback would become: collected from the database, said once, in sentences that add up."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from drafting_world import (
    CHANNEL,
    EDITOR,
    GUEST,
    MEMBER,
    NOW,
    OWNER,
    STEWARD,
    TEAM,
    TEXT,
    People,
    World,
    new_voice,
    words_of,
)
from slack_bolt.async_app import AsyncApp

from bot.cards import say_round_card
from bot.features.feedback.usecase import GiveReason
from bot.features.rounds.listeners import RoundListeners
from bot.features.rounds.usecase import Asked, CountDislikes, PreviewRound
from bot.features.rounds.views import TEMPLATES
from bot.slack.commands import Commands, Reply
from bot.slack.grammar import Typed
from pipeline.domain.drafting import Draft, NewRewrite, Reaction
from pipeline.errors import MissingArgument, UnknownVoice, VoiceNotReady
from pipeline.rewrites import changed_share
from pipeline.rounds import is_test_brief
from sandbox.rules.messages import check_blocks

BOT = "UBOT"
stamps = itertools.count(1)
BRIEFS = [brief for brief in (f"subject number {n}" for n in range(40)) if not is_test_brief(brief)]
TEST_BRIEF = next(brief for brief in (f"subject number {n}" for n in range(400)) if is_test_brief(brief))
BETTER = TEXT.replace("Repair comes first", "Mend it before you buy")


def previewer(world: World) -> PreviewRound:
    return PreviewRound(world.database, People(), world.clock, BOT)


async def look(world: World, delivery: str = "trigger-9", **more: Any) -> str:
    """The words of the preview as posted."""
    values = {"team_id": TEAM, "channel_id": CHANNEL, "user": STEWARD, "delivery": delivery, "handle": "founder"}
    await previewer(world)(Asked(**(values | more)))
    return words_of(TEMPLATES["rounds.preview"](await facts(world)))


async def facts(world: World) -> dict[str, Any]:
    await post_round_card(world)
    [said] = [one for one in await world.post() if one.saying.template == "rounds.preview"]
    return dict(said.saying.facts)


async def post_round_card(world: World) -> None:
    """The dataset thread, which another feature opens."""
    async with world.database.begin() as tx:
        round_ = await tx.rounds.latest(world.voice.voice_id)
        assert round_ is not None
        await say_round_card(tx, round_, world.voice)


async def react(world: World, draft: Draft, *votes: tuple[str, str], present: bool = True) -> None:
    ts = await world.ts_of(draft.text_key)
    reactions = [
        Reaction(TEAM, CHANNEL, ts, user, name, present, f"{1_764_200_000 + next(stamps)}.000100")
        for user, name in votes
    ]
    async with world.database.begin() as tx:
        await tx.reactions.record(reactions)


async def rewrite(world: World, draft: Draft, text: str, *, user: str = EDITOR, ts: str | None = None) -> None:
    share = changed_share(TEXT, text)
    new = NewRewrite(TEAM, draft.draft_id, user, CHANNEL, ts or f"{1_764_300_000 + next(stamps)}.000100", text, share)
    async with world.database.begin() as tx:
        await tx.rewrites.add(new, now=NOW)


async def test_thumbs_and_versions_become_rows_that_add_up(world: World) -> None:
    fixed, good, bad, thin, contested, held = [await world.drafted(brief) for brief in BRIEFS[:6]]
    tested = await world.drafted(TEST_BRIEF)
    await rewrite(world, fixed, BETTER)
    await react(world, good, (OWNER, "+1"))
    await react(world, bad, (MEMBER, "-1"), (EDITOR, "thumbsdown"), (STEWARD, "robot_face"))
    await react(world, thin, (MEMBER, "+1"))
    await react(world, contested, (OWNER, "+1"), (MEMBER, "-1"), (EDITOR, "-1"))
    await react(world, held, (OWNER, "+1"), (MEMBER, "no_entry_sign"))
    await react(world, tested, (OWNER, "+1"))
    words = await look(world)
    assert "🔁 *founder, round 2 — if locked now*" in words
    assert "+ 1 rewrite → 1 example, 1 pair" in words
    assert "Judged by emoji alone: 1 good · 1 bad" in words
    assert "= 88 examples (87 + 1) · 1 pair → *method: examples (SFT)*. 100 pairs are advised" in words
    assert "Not used: 1 draft with &lt; 2 votes · 1 contested · 1 on hold · 1 test brief" in words


async def test_the_same_reactions_removed_or_in_another_order_count_as_they_stand(world: World) -> None:
    draft = await world.drafted(BRIEFS[0])
    await react(world, draft, (OWNER, "+1"))
    await react(world, draft, (OWNER, "-1"))
    assert (await facts_after(world, "t-1"))["bad"] == 1
    await react(world, draft, (OWNER, "-1"), present=False)
    assert (await facts_after(world, "t-2"))["good"] == 1
    await react(world, draft, (OWNER, "+1"), present=False)
    assert (await facts_after(world, "t-3"))["not_used"] == {"thin": 1}


async def facts_after(world: World, delivery: str) -> dict[str, Any]:
    await previewer(world)(Asked(TEAM, CHANNEL, STEWARD, delivery, "founder"))
    return await facts(world)


async def test_a_good_and_a_bad_draft_of_one_brief_are_a_pair(world: World) -> None:
    good = await world.drafted(BRIEFS[0])
    world.provider.answers = ["Quite another text."]
    bad = await world.drafted(BRIEFS[0].upper())
    await react(world, good, (OWNER, "+1"))
    await react(world, bad, (OWNER, "-1"))
    assert "+ 1 same-brief pair" in await look(world)


async def test_our_own_and_guests_words_do_not_count(world: World) -> None:
    draft = await world.drafted(BRIEFS[0])
    await react(world, draft, (BOT, "+1"), (BOT, "dart"), (GUEST, "-1"), (GUEST, "no_entry_sign"))
    await rewrite(world, draft, BETTER, user=GUEST)
    assert (await facts_after(world, "t-1"))["not_used"] == {"thin": 1}


@pytest.mark.parametrize("ts", ["1764300000.000100", "modal-V1"])
async def test_a_version_with_the_same_text_is_its_writers_thumb(world: World, ts: str) -> None:
    draft = await world.drafted(BRIEFS[0])
    await rewrite(world, draft, TEXT, user=OWNER, ts=ts)
    seen = await facts_after(world, "t-1")
    assert (seen["good"], seen["rewrites"]) == (1, 0)
    async with world.database.begin() as tx:
        await tx.rewrites.withdraw(TEAM, CHANNEL, ts)
    assert (await facts_after(world, "t-2"))["not_used"] == {"thin": 1}


async def test_objections_to_a_version_keep_it_out(world: World) -> None:
    draft = await world.drafted(BRIEFS[0])
    await rewrite(world, draft, BETTER, ts="1764300000.000500")
    assert (await facts_after(world, "t-1"))["rewrites"] == 1
    async with world.database.begin() as tx:
        no = Reaction(TEAM, CHANNEL, "1764300000.000500", OWNER, "-1", True, "1764300001.000100")
        await tx.reactions.record([no])
    assert (await facts_after(world, "t-2"))["rewrites"] == 0


async def test_a_stopped_voice_uses_nothing(world: World) -> None:
    draft = await world.drafted(BRIEFS[0])
    await react(world, draft, (OWNER, "+1"))
    await world.withdraw_consent()
    assert "1 while the voice is stopped" in await look(world)


async def test_consent_that_ended_is_told_and_nothing_is_locked_until_there_is_another(world: World) -> None:
    await react(world, await world.drafted(BRIEFS[0]), (OWNER, "+1"))
    assert "consent ended" not in await look(world, "trigger-8")
    world.clock.pass_s(timedelta(days=365).total_seconds())
    said = await look(world)
    assert "<@UOWNER>'s consent ended on <!date^" in said
    assert "I asked again. No lock until then." in said
    assert "Take it into round" not in said


async def test_nothing_new_is_said_as_such(world: World) -> None:
    for brief in BRIEFS[:6]:
        await world.drafted(brief)
    assert await look(world) == (
        "Nothing new since round 1: 6 drafts, all with fewer than 2 votes. "
        "Reactions that help most: ✏️ with a better version."
    )


async def test_without_drafts_it_says_how_to_make_one(world: World) -> None:
    assert "no drafts. `/voice draft founder &lt;brief&gt;`" in await look(world)


async def test_the_same_delivery_says_it_once(world: World) -> None:
    await post_round_card(world)
    for _ in range(2):
        await previewer(world)(Asked(TEAM, CHANNEL, STEWARD, "trigger-1", "founder"))
    said = await world.post()
    assert [one.saying.template for one in said] == ["datasets.card", "rounds.preview"]
    assert said[1].thread_ts == await world.ts_of(said[0].saying.key)


async def test_a_mention_is_answered_in_its_thread(world: World) -> None:
    here = Asked(TEAM, CHANNEL, STEWARD, "Ev1", "founder", thread_ts="1763000000.000100")
    assert await previewer(world)(here) is None
    [said] = await world.post()
    assert said.thread_ts == "1763000000.000100"
    elsewhere = Asked(TEAM, "C9", STEWARD, "Ev2", "founder", thread_ts="1763000000.000200")
    assert await previewer(world)(elsewhere) is not None


async def test_a_voice_of_another_team_or_without_a_round_is_refused(world: World) -> None:
    with pytest.raises(UnknownVoice):
        await previewer(world)(Asked("T2", CHANNEL, STEWARD, "trigger-1", "founder"))
    async with world.database.begin() as tx:
        await tx.voices.add(new_voice("bare"), now=NOW)
    with pytest.raises(VoiceNotReady):
        await previewer(world)(Asked(TEAM, CHANNEL, STEWARD, "trigger-1", "bare"))


async def test_the_command(world: World) -> None:
    nobody: Any = None
    commands = Commands("/voice", nobody, nobody)
    app = AsyncApp(token="xoxb-test", signing_secret="secret")
    dislikes = CountDislikes(world.database)
    RoundListeners(previewer(world), nobody, nobody, nobody, nobody, dislikes, commands, nobody).register(app)
    verb = commands.verbs["round"]

    async def typed(*words: str, thread_ts: str | None = None) -> Reply:
        return await verb.handler(Typed(TEAM, CHANNEL, STEWARD, "trigger-1", "round", words, thread_ts=thread_ts))

    assert (await typed("Founder")).text == f"The preview comes in the thread of round 1 in <#{CHANNEL}>."
    assert (await typed("founder", thread_ts="1.1")).text == "The preview comes in this thread."
    draft = await world.drafted(BRIEFS[0])
    for user, reason in ((MEMBER, "dull"), (EDITOR, "facts"), (EDITOR, "dull"), (OWNER, "voice")):
        give, told = GiveReason(world.database, world.clock), f"{user}:{reason}"
        await give(draft.draft_id, reason, team_id=TEAM, user=user, delivery_id=told)
    said = (await typed("founder", thread_ts="1.1")).text
    assert said.endswith("(only you see this): Dull/long 2 · Not this voice 1")
    assert EDITOR not in said
    with pytest.raises(MissingArgument):
        await typed()


FULL = {
    "handle": "founder",
    "number": 2,
    "drafts": 120,
    "dataset": 87,
    "new_documents": 12,
    "withdrawn_documents": 3,
    "rewrites": 31,
    "own": 2,
    "own_waiting": 3,
    "different_articles": 4,
    "pairs": {"rewrite": 27, "duel": 9, "verdicts": 6},
    "good": 7,
    "bad": 5,
    "examples": 129,
    "method": "sft",
    "not_used": {"thin": 44, "contested": 5, "held": 2, "test brief": 18},
    "undecided": 5,
    "contradictions": [["B2B marketing", "editor's rewrite", "duel"]],
    "longer_share": 0.74,
    "main_person": "UEDITOR",
    "main_person_share": 0.46,
}


def test_the_whole_preview_reads_as_in_the_product_description() -> None:
    words = words_of(TEMPLATES["rounds.preview"](FULL))
    for line in (
        "+ 31 rewrites → 31 examples, 27 pairs (4 were different articles)",
        "+ 9 duel pairs · + 6 same-brief pairs · + 2 own drafts with ⭐ · + 12 new texts · − 3 withdrawn",
        "= 129 examples (87 + 33 + 12 − 3) · 42 pairs → *method: examples (SFT)*. "
        "100 pairs are advised before preference training.",
        "Not used: 44 drafts with &lt; 2 votes · 5 contested · 2 on hold · 18 test briefs",
        "Watch: corrected texts are longer in 74 % of pairs — this would teach *longer*. "
        "46 % of fixes are by <@UEDITOR>.",
        "14 % of new examples are my own drafts with ⭐. I keep 15 % of the round; the rest (3) wait.",
        "Brief “B2B marketing”: the editor's version says A over B, the duel B over A. Left both out.",
        "Decide 5 contested",
    ):
        assert line in words


@pytest.mark.parametrize("text", ["<!channel> <@U1>", "`" * 3000, "<" * 20_000, "word " * 4_000])
def test_hostile_briefs_break_nothing(text: str) -> None:
    message = TEMPLATES["rounds.preview"](FULL | {"contradictions": [[text, "duel", "verdicts"]] * 400})
    check_blocks(message.payload()["blocks"])
    assert "<!" not in words_of(message)
    assert "<@U1>" not in words_of(message)
    assert "And 395 more briefs" in words_of(message)
