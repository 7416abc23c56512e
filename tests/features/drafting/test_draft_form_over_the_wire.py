"""The home tab's button and both shortcuts, between a sandbox and the bot."""

from typing import Any

import pytest
from drafting_world import add_model

from storage.database import SqlDatabase
from tests.fakes.bot_process import CHANNEL, MEMBER, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def voice_that_writes(town: World) -> str:
    """Its model stands at a provider that is away: a card is all there will be."""
    handle = await town.agreed_voice()
    assert town.bot is not None
    async with SqlDatabase(town.bot.engine, 0).begin() as tx:
        voice = await tx.voices.by_handle("T0SANDBOX", handle)
        assert voice is not None
        await add_model(tx, voice)
    return handle


async def form_after(town: World, seq: int) -> Any:
    view = await town.people.wait("view_updated", after=seq, user=MEMBER)
    assert "What should it be about?" in str(view)
    return view


async def card_of(town: World, handle: str, seq: int, **where: str) -> Any:
    return await town.people.wait("message", after=seq, contains=f"✍️ *{handle} v1* for", timeout_s=10, **where)


async def test_the_home_tab_asks_for_a_draft_that_only_one_person_sees(town: World) -> None:
    handle = await voice_that_writes(town)
    opened = await town.people.act("home", user="member")
    home = await town.people.wait("home", after=opened["seq"], user=MEMBER)
    assert "Write a draft…" in str(home)
    pressed = await town.people.act("press", user="member", view_id=home["view_id"], action_id="drafting.open")
    form = await form_after(town, pressed["seq"])
    values = {"voice": {"voice": handle}, "brief": {"brief": "why we repair tools"}, "words": {"words": "12"}}
    refused = await town.people.submit("member", form["view_id"], values)
    assert refused["errors"] == {"words": "A number from 50 to 2,000."}
    sent = await town.people.submit("member", form["view_id"], values | {"words": {"words": "200"}})
    assert sent["open"] is False
    await card_of(town, handle, sent["seq"], channel="D0MEMBER")


async def test_a_message_becomes_the_brief_of_a_draft_in_its_thread(town: World) -> None:
    handle = await voice_that_writes(town)
    said = await town.people.post("editor", CHANNEL, "Why do we repair tools?")
    run = await town.people.shortcut("member", "drafting.draft_from_message", CHANNEL, said["ts"])
    form = await form_after(town, run["seq"])
    sent = await town.people.submit("member", form["view_id"], {"voice": {"voice": handle}})
    assert sent["open"] is False
    card = await card_of(town, handle, sent["seq"], channel=CHANNEL, thread_ts=said["ts"])
    assert "repair tools?" in card["text"]


async def test_the_shortcut_from_anywhere_asks_back_in_the_form(town: World) -> None:
    handle = await voice_that_writes(town)
    run = await town.people.act("shortcut", user="member", callback_id="drafting.write_draft")
    form = await form_after(town, run["seq"])
    values = {"voice": {"voice": handle}, "brief": {"brief": "give me the gist"}}
    asked = await town.people.submit("member", form["view_id"], values)
    assert "leaves a lot open" in asked["errors"]["brief"]
    sent = await town.people.submit("member", form["view_id"], values | {"sure": {"sure": ["yes"]}})
    assert sent["open"] is False
    await card_of(town, handle, sent["seq"], channel="D0MEMBER")
