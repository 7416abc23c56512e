"""US1, second half: the owner agrees, refuses, looks, withdraws; nobody else can."""

import contextlib

import pytest

from sandbox.client import ControlRefused
from tests.fakes.bot_process import CHANNEL, World, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def card_of(town: World, handle: str) -> str:
    messages = await town.people.messages(CHANNEL)
    return words_of(next(one for one in messages if f"🎙️ *{handle}*" in words_of(one)))


def consent_state(town: World, handle: str) -> str:
    sql = "SELECT c.state FROM consent c JOIN voice v ON v.id = c.voice_id WHERE handle = ?"
    return str(town.query(sql, handle)[-1][0])


async def test_the_owner_agrees_and_card_thread_and_request_say_so(town: World) -> None:
    handle = await town.new_voice()
    seq = await town.answer(handle, "consent.agree")
    told = await town.said(
        "agreed. Scope: writing posts, drafts in <#C0CONTENT>, for everybody in this workspace, until", after=seq
    )
    assert told["thread_ts"]
    await town.quiet()
    assert "*ready for samples* · consent <@U0OWNER>, until" in await card_of(town, handle)
    messages = await town.people.messages("D0OWNER", user="owner")
    (request,) = [one for one in messages if f"*{handle}*" in words_of(one)]
    assert "✅ You agreed" in words_of(request)
    assert not [block for block in request["blocks"] if block["type"] == "actions"]


async def test_a_no_closes_the_voice_and_tells_the_steward_in_private(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "few.csv", POSTS)
    seq = await town.answer(thread.handle, "consent.refuse")
    told = await town.said("declined", after=seq, channel="D0STEWARD")
    assert told["text"] == (
        f"<@U0OWNER> declined. I deleted the 3 samples collected so far and closed *{thread.handle}*. "
        "The decision isn't up for a vote; please talk to them, not to me."
    )
    await town.quiet()
    card = await card_of(town, thread.handle)
    assert "*closed*" in card
    assert "Add writing samples" not in card
    assert town.query("SELECT dataset_id FROM round WHERE id = ?", town.round_id(thread)) == [(None,)]


async def test_a_closed_voice_takes_no_more_files(town: World) -> None:
    thread = await town.dataset_thread()
    await town.answer(thread.handle, "consent.refuse")
    await town.quiet()
    before = town.query("SELECT count(*) FROM source")
    seq = await town.drop(thread, "late.csv", POSTS)
    await town.said("ended consent", after=seq, kind="ephemeral", to="U0STEWARD")
    typed = await town.people.command("steward", f"/voice data {thread.handle}")
    assert "ended consent" in typed["answer"]["text"]
    assert town.query("SELECT count(*) FROM source") == before


async def test_a_second_click_is_told_what_stands(town: World) -> None:
    handle = await town.new_voice()
    request = await town.request_of(handle)
    for action in ("consent.agree", "consent.agree", "consent.refuse"):
        with contextlib.suppress(ControlRefused):  # the button may be gone already, which is as good
            await town.people.press("owner", "D0OWNER", request["ts"], action)
    await town.quiet()
    assert consent_state(town, handle) == "given"


async def test_only_the_owner_sees_and_withdraws(town: World) -> None:
    handle = await town.agreed_voice()
    typed = await town.people.command("steward", f"/voice consent {handle}")
    assert typed["answer"]["text"] == "Only <@U0OWNER>, whose voice this is, can answer that. Nothing changed."
    typed = await town.people.command("owner", f"/voice consent {handle}")
    assert "your consent is *given*" in typed["answer"]["text"]
    shown = await town.said("your consent is *given*", after=typed["seq"], kind="ephemeral", to="U0OWNER")
    pressed = await town.people.press("owner", CHANNEL, shown["ts"], "consent.withdraw")
    told = await town.said("withdrew consent on", after=pressed["seq"])
    assert f"*{handle}* no longer trains or writes." in told["text"]
    await town.quiet()
    assert consent_state(town, handle) == "withdrawn"
    assert "*stopped*: there is no valid consent" in await card_of(town, handle)


async def test_somebody_else_who_presses_agree_changes_nothing(town: World) -> None:
    """The button stands in the owner's messages; a signed payload may still name somebody else."""
    handle = await town.new_voice()
    request = await town.request_of(handle)
    town.space.slack.workspace.channels["D0OWNER"].members.append("U0STEWARD")
    pressed = await town.people.press("steward", "D0OWNER", request["ts"], "consent.agree")
    told = await town.said("Only <@U0OWNER>", after=pressed["seq"], kind="ephemeral")
    assert told["text"] == "Only <@U0OWNER>, whose voice this is, can answer that. Nothing changed."
    assert consent_state(town, handle) == "asked"
    town.space.slack.workspace.channels["D0OWNER"].members.remove("U0STEWARD")


async def test_an_admin_attests_for_an_owner_who_is_not_in_slack(town: World) -> None:
    """The steward is this workspace's only admin, so nobody else can."""
    form = await town.open_form("outsider", owner="")
    refused = await town.people.submit("steward", form["view_id"], {})
    assert refused["errors"] == {
        "owner": "Choose the owner, or type their name below if they are not in Slack; not both."
    }
    sent = await town.people.submit("steward", form["view_id"], {"owner_name": {"owner_name": "Somebody Else"}})
    assert sent["errors"] == {}
    asked = await town.said("I can't ask this person in Slack.", after=sent["seq"], channel=CHANNEL)
    pressed = await town.people.press("steward", CHANNEL, asked["ts"], "consent.attach")
    opened = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    dropped = await town.people.drop_file("steward", "note.txt", b"I agree. Signed.")
    sent = await town.people.submit("steward", opened["view_id"], {"note": {"note": [dropped["file"]["id"]]}})
    assert sent["errors"] == {}
    told = await town.said("attested that Somebody Else agreed, and attached the signed note", after=sent["seq"])
    assert "“note.txt” (SHA-256 `" in told["text"]
    await town.quiet()
    assert "consent Somebody Else, attested by <@U0STEWARD> on" in await card_of(town, "outsider")
    assert consent_state(town, "outsider") == "given"


POSTS = b"title,body,date\n" + b"\n".join(
    f'"Post {n}","A plain text about repairing tool number {n}, written by hand.",2024-0{n}-01'.encode()
    for n in range(1, 4)
)
