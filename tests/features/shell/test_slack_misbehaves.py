"""Slack is slow, refuses, breaks off or drops the socket: what is said stands there once."""

import asyncio
from collections import Counter

import pytest

from tests.fakes.bot_process import CHANNEL, World, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def keys_standing(town: World) -> Counter[str]:
    """How often each message of ours stands in Slack, by its key."""
    standing: dict[str, str] = {}
    for channel in (CHANNEL, "D0OWNER"):
        for parent in await town.people.messages(channel, user="owner"):
            for one in await town.people.messages(channel, user="owner", thread_ts=parent["ts"]):
                if one.get("metadata"):
                    standing[one["ts"]] = one["metadata"]["event_payload"]["key"]
    return Counter(standing.values())


async def test_posts_that_went_wrong_in_every_way_stand_there_once(town: World) -> None:
    """The three messages of a new voice meet a lost answer (and a failed look for it), refusals and a break."""
    await town.people.fault("chat.postMessage", "reset_after")
    await town.people.fault("conversations.history", "server_error")
    await town.people.fault("chat.postMessage", "rate_limited", retry_after=1)
    await town.people.fault("chat.postMessage", "server_error")
    await town.people.fault("chat.postMessage", "reset_before")
    handle = await town.new_voice()
    await town.quiet()
    await town.request_of(handle)
    assert not (await town.people.look("faults"))["faults"]
    assert set((await keys_standing(town)).values()) == {1}


async def test_an_edit_that_slack_refused_for_now_is_made_later(town: World) -> None:
    handle = await town.new_voice()
    await town.people.fault("chat.update", "server_error", times=2)
    await town.people.fault("chat.update", "reset_after")
    await town.answer(handle, "consent.agree")
    await town.quiet()
    cards = [one for one in await town.people.messages(CHANNEL) if f"🎙️ *{handle}*" in words_of(one)]
    assert ["*ready for samples*" in words_of(one) for one in cards] == [True]


async def test_a_view_slack_does_not_take_is_said_in_plain_words(town: World) -> None:
    await town.people.fault("chat.postMessage", "error", error="invalid_blocks")
    handle = await town.new_voice()
    await town.quiet()
    posted = [one for one in await town.people.messages(CHANNEL) if f"{handle}: new" in one["text"]]
    assert len(posted) == 1
    assert not posted[0].get("blocks")


async def test_a_dropped_socket_is_opened_again(town: World) -> None:
    for _ in range(2):
        await town.people.act("disconnect", abrupt=True)
        await town.people.connected()
    for _ in range(50):
        typed = await town.people.command("member", "/voice list")
        if typed["outcome"] == "acked":
            break
        await asyncio.sleep(0.1)
    assert "voice" in typed["answer"]["text"]


async def test_slack_asking_for_a_new_connection_loses_nothing(town: World) -> None:
    await town.people.act("disconnect", reason="refresh_requested")
    await town.people.connected()
    await town.new_voice()


async def test_slow_slack_does_not_hold_up_an_answer(town: World) -> None:
    await town.people.fault("views.open", "slow", seconds=1.0)
    started = asyncio.get_running_loop().time()
    typed = await town.people.command("steward", "/voice new slowly @owner")
    assert typed["outcome"] == "acked"
    assert asyncio.get_running_loop().time() - started < 1.0
    form = await town.people.wait("view_opened", after=typed["seq"], user="U0STEWARD")
    await town.people.act("close", user="steward", view_id=form["view_id"])


async def test_a_form_slack_does_not_open_leaves_nothing_behind(town: World) -> None:
    for kind, more in (("error", {"error": "expired_trigger_id"}), ("reset_before", {"times": 3})):
        await town.people.fault("views.open", kind, **more)
        typed = await town.people.command("steward", "/voice new unopened @owner")
        assert typed["outcome"] == "acked"
    await town.people.act("faults/clear")
    assert not town.query("SELECT id FROM voice WHERE handle = 'unopened'")
