"""Emoji mapped by a workspace's admin: used from then on, and each round keeps the map of its day."""

from collections.abc import Mapping
from typing import Any

import pytest
from drafting_world import EDITOR, MEMBER, OWNER, STEWARD, TEAM, World
from test_rounds_preview import BRIEFS, facts_after, previewer, react
from test_rounds_taking import Store, fixed_draft, take, told

from bot.features.admin.emoji import ChangeEmoji, LookAtEmoji
from bot.features.admin.emoji_forms import block_of, emoji_form, wanted_emoji
from bot.features.admin.usecase import CheckAdmin
from bot.features.drafting.usecase import DRAFT_TEXT
from bot.features.drafting.views import TEMPLATES as DRAFT_VIEWS
from bot.features.rounds.tracing import TraceWithdrawals
from bot.slack.amounts import WrongEntry
from pipeline.errors import NotAdmin
from pipeline.verdicts import MEANINGS, Meaning, read_meanings, taught, written_meanings

TADA = {"tada": "use", "x": "not this", "no_entry_sign": "never train"}


class Admins:
    def admins(self, team_id: str) -> tuple[str, ...]:  # noqa: ARG002  # the port has this shape
        return (OWNER,)


async def change(world: World, wanted: Mapping[str, str], *, user: str = OWNER) -> None:
    admins: Any = Admins()
    await ChangeEmoji(world.database, CheckAdmin(admins), world.clock)(TEAM, user, read_meanings(wanted))


def entered(typed: Mapping[str, str]) -> dict[str, Any]:
    values = {block_of(name): {block_of(name): {"value": text}} for name, text in typed.items()}  # type: ignore[arg-type]  # names of meanings
    return {"state": {"values": values}}


async def test_the_new_map_decides_what_emoji_come_to(world: World) -> None:
    draft = await world.drafted(BRIEFS[0])
    await react(world, draft, (OWNER, "tada"), (EDITOR, "+1"), (MEMBER, "+1"))
    assert (await facts_after(world, "t-1"))["good"] == 1  # two thumbs
    await react(world, draft, (EDITOR, "+1"), (MEMBER, "+1"), present=False)
    assert (await facts_after(world, "t-2"))["good"] == 0
    await change(world, TADA)
    assert (await facts_after(world, "t-3"))["good"] == 1  # the owner's tada
    [entry] = await world.audits("emoji.changed")
    assert (entry.before["+1"], entry.after) == ("use", TADA)


async def test_only_admins_see_and_change_it(world: World) -> None:
    admins: Any = Admins()
    with pytest.raises(NotAdmin):
        await change(world, TADA, user=STEWARD)
    with pytest.raises(NotAdmin):
        await LookAtEmoji(world.database, CheckAdmin(admins))(TEAM, STEWARD)
    assert await LookAtEmoji(world.database, CheckAdmin(admins))(TEAM, OWNER) == MEANINGS


async def test_a_changed_map_has_drafts_read_again_and_the_same_map_nothing(world: World) -> None:
    await change(world, written_meanings(MEANINGS))
    assert await world.claim() is None
    await change(world, TADA)
    item = await world.claim()
    assert item is not None and (item.kind, item.subject) == ("sweep", TEAM)


async def test_a_round_keeps_the_map_of_its_day(world: World) -> None:
    draft = await fixed_draft(world)
    await take(world, Store())
    async with world.database.read() as tx:
        [taken] = await tx.round_feedbacks.of_voice(world.voice.voice_id)
    assert taken.meanings == written_meanings(MEANINGS)
    await change(world, {"tada": "use", "x": "not this", "lock": "never train"})
    await react(world, draft, (OWNER, "no_entry_sign"))
    trace = TraceWithdrawals(world.database, previewer(world), world.clock)
    await trace()
    assert len(await told(world)) == 2  # 🚫 held texts of that round, whatever it means now


async def test_emoji_that_a_round_did_not_know_mean_what_they_mean_now(world: World) -> None:
    draft = await fixed_draft(world)
    await take(world, Store())
    await change(world, {"tada": "use", "x": "not this", "lock": "never train"})
    await react(world, draft, (OWNER, "lock"))
    await TraceWithdrawals(world.database, previewer(world), world.clock)()
    assert len(await told(world)) == 2


def test_the_form_shows_what_is_in_force_and_reads_it_back() -> None:
    shown = emoji_form(read_meanings(TADA)).to_dict()
    typed = {
        block["block_id"]: {block["block_id"]: {"value": block["element"].get("initial_value") or ""}}
        for block in shown["blocks"]
        if block["type"] == "input"
    }
    assert written_meanings(wanted_emoji({"state": {"values": typed}})) == TADA


@pytest.mark.parametrize(
    ("typed", "block", "says"),
    [
        ({"use": ":+1:", "not this": ":-1:"}, "emoji-never-train", "At least one emoji"),
        ({"use": ":+1:", "not this": ":thumbsup:", "never train": ":x:"}, "emoji-not-this", "stands under"),
        ({"use": "👍", "not this": ":-1:", "never train": ":x:"}, "emoji-use", "by their names"),
    ],
    ids=["missing", "twice", "no name"],
)
def test_what_makes_no_map_is_said_at_its_field(typed: dict[str, str], block: str, says: str) -> None:
    with pytest.raises(WrongEntry) as wrong:
        wanted_emoji(entered(typed))
    assert wrong.value.block_id == block
    assert says in wrong.value.sentence


def test_several_emoji_may_mean_one_thing_with_any_skin_tone() -> None:
    typed = {"use": ":+1: :TADA: :+1::skin-tone-3:", "not this": "-1", "never train": ":x:"}
    assert wanted_emoji(entered(typed)) == {
        "+1": Meaning("use", polarity=1),
        "tada": Meaning("use", polarity=1),
        "-1": Meaning("not this", polarity=-1),
        "x": Meaning("never train", holds=True),
    }


async def footer(world: World, brief: str) -> tuple[str, tuple[str, ...]]:
    """The line under a new draft that says what emoji mean, and the emoji that the bot puts there."""
    await world.drafted(brief)
    said = [one for one in world.said if one.saying.template == DRAFT_TEXT][-1]
    last = DRAFT_VIEWS[DRAFT_TEXT](said.saying.facts).blocks[-1].to_dict()
    return last["elements"][0]["text"], said.saying.seeds


async def test_the_line_under_a_draft_and_the_emoji_there_follow_the_map(world: World) -> None:
    usual = "React: 👍 use it · 👎 no · ✏️ I'll fix it · 🚫 never train on it"
    assert await footer(world, BRIEFS[0]) == (usual, ("+1", "-1", "pencil2"))
    await change(world, TADA)
    item = await world.claim()  # drafts' emoji are read again
    assert item is not None
    async with world.database.begin() as tx:
        await tx.work.finish(item)
    mapped = "React: :tada: use it · :x: no · 🚫 never train on it"
    assert await footer(world, BRIEFS[1]) == (mapped, ("tada", "x"))


def test_of_several_emoji_for_one_meaning_the_first_is_taught() -> None:
    wanted = wanted_emoji(entered({"use": ":tada: :heart:", "not this": ":x:", "never train": ":no_entry_sign:"}))
    assert taught(wanted) == {"use": "tada", "not this": "x", "never train": "no_entry_sign"}
