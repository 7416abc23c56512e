"""The small buttons of a file's message and of the report: what they show, to whom, and what they change."""

import asyncio

import pytest

from tests.fakes.bot_process import CHANNEL, REPORT, Thread, World, words_of
from tests.fakes.made_posts import csv_posts

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINKED = "Read https://example.org/more today."


async def shown(town: World, thread: Thread, action: str, *, on: str, user: str = "steward") -> str:
    """What the button shows to whoever pressed it, and nobody else."""
    message = await town.message_in(thread, on)
    pressed = await town.people.press(user, CHANNEL, message["ts"], action)
    answer = await town.people.wait(
        "ephemeral", after=pressed["seq"], channel=CHANNEL, to=f"U0{user.upper()}", thread_ts=thread.ts
    )
    return words_of(answer["message"])


async def press_both(town: World, thread: Thread, action: str, *, on: str) -> None:
    """Two people at the same moment."""
    message = await town.message_in(thread, on)
    presses = [town.people.press(user, CHANNEL, message["ts"], action) for user in ("steward", "owner")]
    await asyncio.gather(*presses)
    await town.quiet()


async def test_show_names_some_texts_that_are_kept(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "kept.csv", csv_posts(12).encode())
    told = await shown(town, thread, "datasets.show_kept", on="*kept.csv*")
    assert told.startswith("*Some that are kept:*")
    assert told.count("• *Post ") == 5


async def test_show_unread_tells_what_was_wrong_with_each_row(town: World) -> None:
    thread = await town.dataset_thread()
    rows = csv_posts(12).splitlines()
    rows[4] += ",one too many"
    await town.report(thread, "broken.csv", "\n".join(rows).encode())
    told = await shown(town, thread, "datasets.show_unread", on="*broken.csv*")
    assert told.startswith("*Not read:*\n• row ")
    assert "has 4 columns instead of 3" in told


async def test_before_and_after_shows_what_was_done_to_a_text(town: World) -> None:
    thread = await town.dataset_thread()
    linked = csv_posts(14).replace('.",', f'. {LINKED}",').encode()
    await town.report(thread, "linked.csv", linked)
    await press_both(town, thread, "datasets.fix.link.fix", on=REPORT)
    told = await shown(town, thread, "datasets.before_after", on=REPORT, user="owner")
    assert "https://example.org/more today.\nbecomes\n> " in told


async def test_letters_that_look_right_are_asked_about_no_more(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "posts.csv", csv_posts(12).encode())
    await town.drop(thread, "old.txt", "Ein Café am Fluß, spät am Abend.".encode("cp1252"))
    await town.rows_when("SELECT 1 FROM source WHERE name = 'old.txt' AND state = 'read'")
    await town.quiet()
    await press_both(town, thread, "datasets.looks_right", on="*old.txt*")
    told = await town.message_in(thread, "*old.txt*")
    assert "isn't UTF-8" not in words_of(told)
    assert "Drop it" not in words_of(told)
    assert "*13* of 13 kept" in words_of(await town.message_in(thread, REPORT))


async def test_a_file_with_wrong_letters_is_dropped_and_its_texts_do_not_count(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "posts.csv", csv_posts(12).encode())
    await town.drop(thread, "wrong.txt", "Ein Café am Fluß, spät am Abend.".encode("cp1252"))
    await town.rows_when("SELECT 1 FROM source WHERE name = 'wrong.txt' AND state = 'read'")
    await town.quiet()
    await press_both(town, thread, "datasets.drop_it", on="*wrong.txt*")
    assert "taken out by <@U0" in words_of(await town.message_in(thread, "*wrong.txt*"))
    assert "*12* of 12 kept" in words_of(await town.message_in(thread, REPORT))


async def test_the_nearest_author_is_included_by_a_button(town: World) -> None:
    thread = await town.dataset_thread()
    whose = ['draft,"Ann"'] * 2 + ['publish,"M. Owner"'] * 12
    rows = [f"{row},{one}" for row, one in zip(csv_posts(14).splitlines()[1:], whose, strict=True)]
    report = await town.report(thread, "posts.csv", "\n".join(["title,body,date,status,author", *rows]).encode())
    pressed = await town.people.press("steward", CHANNEL, report["ts"], "datasets.filters")
    form = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    await town.people.submit("steward", form["view_id"], {"*": {"datasets.filter.authors": ["Ann"]}})
    await town.quiet()
    nothing = "All 14 items were filtered out. Closest miss: 12 posts by “M. Owner”."
    assert nothing in words_of(await town.message_in(thread, "filtered out."))
    await press_both(town, thread, "datasets.include_author", on="filtered out.")
    assert "*12* of 14 kept" in words_of(await town.message_in(thread, REPORT))
