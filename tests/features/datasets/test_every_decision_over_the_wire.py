"""Keep, One by one, live counts, files taken out, lost and read again: pressed by several people and twice."""

import asyncio
from typing import Any

import pytest

from tests.fakes.bot_process import CHANNEL, REPORT, Json, Thread, World, words_of
from tests.fakes.made_posts import csv_posts

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINKED = "Read https://example.org/more today."


def linked(number: int = 14) -> bytes:
    return csv_posts(number).replace('.",', f'. {LINKED}",').encode()


async def report_of(town: World, thread: Thread) -> str:
    await town.quiet()
    return words_of(await town.message_in(thread, REPORT))


async def press(town: World, thread: Thread, action: str, user: str = "steward", *, on: str = REPORT) -> Json:
    message = await town.message_in(thread, on)
    return dict(await town.people.press(user, CHANNEL, message["ts"], action))


async def test_a_finding_that_is_kept_is_said_to_be_and_can_be_undone(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "linked.csv", linked())
    presses = [press(town, thread, "datasets.keep.link", user) for user in ("steward", "owner")]
    await asyncio.gather(*presses)
    report = await report_of(town, thread)
    assert "Kept, but nothing can be paid for with it." in report
    await press(town, thread, "datasets.unkeep.link")
    assert "Kept, but" not in await report_of(town, thread)
    sql = "SELECT choice FROM recipe_step WHERE round_id = ? AND rule = 'link' AND undone_at IS NULL"
    assert town.query(sql, town.round_id(thread)) == []


async def test_accepting_all_leaves_what_somebody_kept(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "linked.csv", linked() + b'\n"Short","Too short to learn from.",2024-02-01')
    await press(town, thread, "datasets.keep.link")
    assert "If you accept all: 14 texts" in await report_of(town, thread)
    await press(town, thread, "datasets.accept_all")
    report = await report_of(town, thread)
    assert "✓ *Too short.* 1 text" in report
    assert "Kept, but nothing can be paid for with it." in report
    assert "Accept all" not in report
    sql = "SELECT choice FROM recipe_step WHERE round_id = ? AND rule = 'link'"
    assert town.query(sql, town.round_id(thread)) == [("keep",)]


async def test_one_by_one_walks_through_the_findings_and_shows_what_others_chose(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "linked.csv", linked())
    pressed = await press(town, thread, "datasets.one_by_one")
    form = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    first = form["view"]["blocks"]
    assert "Links" in words_of({"blocks": first})
    acted = await town.people.act(
        "press", user="steward", view_id=form["view_id"], action_id="datasets.walk.choose.fix"
    )
    updated = await town.people.wait("view_updated", after=acted["seq"], user="U0STEWARD")
    assert "Links" not in words_of({"blocks": updated["view"]["blocks"]}).split("\n")[1]
    assert "✓ *Links.*" in await report_of(town, thread)
    back = await town.people.act("press", user="steward", view_id=form["view_id"], action_id="datasets.walk.go.-1")
    shown = await town.people.wait("view_updated", after=back["seq"], user="U0STEWARD")
    assert "✓ *Remove, keep the words*" in words_of({"blocks": shown["view"]["blocks"]})


async def test_the_filters_form_counts_while_somebody_chooses(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "dated.csv", csv_posts(12).encode())
    pressed = await press(town, thread, "datasets.filters")
    form = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    assert "*12 of 12 texts*" in words_of({"blocks": form["view"]["blocks"]})
    name = "datasets.filter.since"
    acted = await town.people.act("press", user="steward", view_id=form["view_id"], action_id=name, value="2030-01-01")
    shown = await town.people.wait("view_updated", after=acted["seq"], user="U0STEWARD")
    assert "*0 of 12 texts*" in words_of({"blocks": shown["view"]["blocks"]})
    assert town.query("SELECT 1 FROM recipe_step WHERE round_id = ?", town.round_id(thread)) == []


async def test_a_file_is_taken_out_once_and_put_back_once(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "one.csv", csv_posts(12).encode())
    before: Any = town.state_of(thread)
    presses = [press(town, thread, "datasets.take_out", user, on="one.csv") for user in ("steward", "owner")]
    await asyncio.gather(*presses)
    await town.quiet()
    assert "taken out by <@U0" in words_of(await town.message_in(thread, "one.csv"))
    assert "No file is left in this round." in (await town.in_thread(thread))[1]
    await press(town, thread, "datasets.put_back", on="one.csv")
    assert "*12* of 12 kept" in await report_of(town, thread)
    assert town.state_of(thread)[1:] == before[1:]


async def test_a_file_deleted_in_slack_leaves_the_round_until_the_steward_keeps_it(town: World) -> None:
    thread = await town.dataset_thread()
    dropped = await town.people.drop_file(
        "steward", "lost.csv", csv_posts(12).encode(), channel=CHANNEL, thread_ts=thread.ts
    )
    sql = "SELECT 1 FROM source WHERE round_id = ? AND state = 'read'"
    await town.rows_when(sql, town.round_id(thread))
    await town.quiet()
    await town.people.act("delete_file", user="steward", file=dropped["file"]["id"])
    await town.people.settled()
    await town.quiet()
    lost = "Someone deleted `lost.csv`. I left its 12 texts out of the next round."
    assert lost in words_of(await town.message_in(thread, "lost.csv"))
    await press(town, thread, "datasets.put_back", on="lost.csv")
    assert "*12* of 12 kept" in await report_of(town, thread)


async def test_the_same_file_can_be_read_again_and_counts_once(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "once.csv", csv_posts(11).encode())
    await town.refusal(thread, "again.csv", csv_posts(11).encode(), why="SameFile")
    refused = await town.message_in(thread, "already read this exact file")
    presses = [town.people.press("steward", CHANNEL, refused["ts"], "datasets.read_again") for _ in range(2)]
    await asyncio.gather(*presses)
    await town.rows_when(
        "SELECT 1 FROM source WHERE round_id = ? AND name = 'again.csv' AND state = 'read'", town.round_id(thread)
    )
    assert "*11* of 11 kept" in await report_of(town, thread)


async def test_somebody_else_can_ask_the_steward(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "linked.csv", linked())
    pressed = await press(town, thread, "datasets.accept_all", "member")
    told = await town.said("Only the steward", after=pressed["seq"], kind="ephemeral", to="U0MEMBER")
    for _ in range(2):
        await town.people.press("member", CHANNEL, told["ts"], "datasets.ask_steward")
    await town.quiet()
    wishes = [one for one in await town.in_thread(thread) if "asks you to press" in one]
    assert wishes == ["<@U0STEWARD>: <@U0MEMBER> asks you to press “Accept all”."]


async def test_small_files_come_in_by_a_form(town: World) -> None:
    thread = await town.dataset_thread()
    typed = await town.people.command("steward", f"/voice data {thread.handle}")
    assert f"|{thread.handle} · round 1>" in typed["answer"]["text"]
    assert f"/archives/{CHANNEL}/p{thread.ts.replace('.', '')}" in typed["answer"]["text"]
