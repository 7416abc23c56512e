"""What changed, asked by button in the dataset thread; and a stored dataset made again from its recipe."""

import asyncio
import hashlib
import json
import sqlite3
from pathlib import Path
from random import Random

import pytest

from bot.__main__ import main
from tests.fakes.bot_process import CHANNEL, REPORT, Json, Thread, World, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = [
    f"{start}{end}" for start in ("gar", "riv", "eng", "let", "win", "bak") for end in ("den", "er", "ine", "ter", "ow")
]


def posts(number: int, text: str = "Read https://example.org/more today.") -> bytes:
    rows = [
        f'"Post {n}","{" ".join(Random(n).choices(WORDS, k=70))}. {text}",2024-01-{n:02}' for n in range(1, number + 1)
    ]
    return "\n".join(["title,body,date", *rows]).encode()


async def press(town: World, thread: Thread, action: str, user: str = "steward") -> Json:
    report = await town.message_in(thread, REPORT)
    pressed = dict(await town.people.press(user, CHANNEL, report["ts"], action))
    assert pressed["outcome"] == "acked", pressed
    return pressed


async def shown(town: World, after: Json, user: str = "steward") -> Json:
    told = await town.said("what changed since", after=after["seq"], kind="ephemeral", to=f"U0{user.upper()}")
    (message,) = [one for one in await town.people.ephemerals(f"U0{user.upper()}") if one["ts"] == told["ts"]]
    return dict(message)


async def fixed(town: World) -> Thread:
    thread = await town.dataset_thread()
    await town.report(thread, "linked.csv", posts(14))
    await press(town, thread, "datasets.fix.link.fix")
    await town.quiet()
    return thread


async def test_the_first_report_has_nothing_to_compare(town: World) -> None:
    thread = await town.dataset_thread()
    report = await town.report(thread, "linked.csv", posts(14))
    assert "See what changed" not in words_of(report)


async def test_what_changed_is_shown_to_the_one_who_asked(town: World) -> None:
    thread = await fixed(town)
    told = words_of(await shown(town, await press(town, thread, "differences.since_before", "member"), "member"))
    assert f"{thread.handle}, round 1* – what changed since the version before" in told
    assert "• Links taken out of 14 texts (<@U0STEWARD>)" in told
    assert "Held out to test the model: the same" not in told  # their words changed too
    assert "~https://example.org/more~" in told
    assert "11 more rewritten texts" in told


async def test_more_examples_come_page_by_page(town: World) -> None:
    thread = await fixed(town)
    page = await shown(town, await press(town, thread, "differences.since_before"))
    seen = [words_of(page)]
    for _ in range(4):
        page = await shown(town, await town.people.press("steward", CHANNEL, page["ts"], "differences.more"))
        seen.append(words_of(page))
    titles = [line for page in seen for line in page.split("\n") if line.startswith("*Post ")]
    assert len(titles) == len(set(titles)) == 14
    assert "Show more" not in seen[-1]


async def test_a_fix_taken_back_names_who_took_it_back(town: World) -> None:
    thread = await fixed(town)
    await press(town, thread, "datasets.undo.link", "owner")
    await town.quiet()
    told = words_of(await shown(town, await press(town, thread, "differences.since_before")))
    assert "• Links put back into 14 texts (<@U0OWNER>)" in told


async def test_a_double_click_shows_it_twice_at_most_and_changes_nothing(town: World) -> None:
    thread = await fixed(town)
    before = town.state_of(thread)
    await asyncio.gather(*(press(town, thread, "differences.since_before") for _ in range(3)))
    await town.quiet()
    assert town.state_of(thread) == before


async def test_hostile_titles_and_words_mention_nobody(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(
        thread, "a.csv", posts(12, "<!channel> https://example.org/x <@U0OWNER>").replace(b"Post 3", b"<!here>")
    )
    await press(town, thread, "datasets.fix.link.fix")
    await town.quiet()
    told = words_of(await shown(town, await press(town, thread, "differences.since_before")))
    assert not any(sign in told for sign in ("<!channel>", "<!here>", "<@U0OWNER>"))


async def test_the_next_round_is_compared_with_the_one_before(town: World) -> None:
    thread = await fixed(town)
    await town.rows_when("SELECT 1 FROM round WHERE id = ? AND dataset_id IS NOT NULL", town.round_id(thread))
    await asyncio.to_thread(lock, town, town.round_id(thread))
    await town.people.command("steward", f"/voice data {thread.handle}")
    await town.quiet()
    typed = await town.people.command("steward", f"/voice round {thread.handle}")
    preview = await town.said(f"{thread.handle}", after=typed["seq"])
    await town.quiet()
    messages = await town.people.messages(CHANNEL)
    threads = [
        await town.people.messages(CHANNEL, thread_ts=one["ts"]) for one in messages if "round 2" in words_of(one)
    ]
    (preview,) = [one for thread_ in threads for one in thread_ if "See diff to round 1" in json.dumps(one)]
    pressed = await town.people.press("steward", CHANNEL, preview["ts"], "differences.since_last_round")
    told = words_of(await shown(town, pressed))
    assert "what changed since round 1" in told
    assert "The rows are the same" in told


def lock(town: World, round_id: int) -> None:
    """As an approval does."""
    connection = sqlite3.connect(town.database, timeout=10)
    with connection:
        connection.execute("UPDATE round SET state = 'locked' WHERE id = ?", (round_id,))
    connection.close()


async def test_a_stored_dataset_is_made_again_from_its_recipe(town: World, tmp_path: Path) -> None:
    thread = await fixed(town)
    sql = "SELECT d.content_hash, d.recipe_blob FROM dataset d JOIN round r ON r.dataset_id = d.id WHERE r.id = ?"
    ((content_hash, recipe_blob),) = town.query(sql, town.round_id(thread))
    (recipe,) = [path for path in (town.folder / "artifacts").rglob("*") if path.name == recipe_blob]
    assert hashlib.sha256(recipe.read_bytes()).hexdigest() == recipe_blob
    file = tmp_path / "another name.csv"
    file.write_bytes(posts(14))
    arguments = ["prepare", str(file), "--recipe", str(recipe), "--out", str(tmp_path / "out")]
    assert await asyncio.to_thread(main, arguments) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["content_hash"] == content_hash
    assert (tmp_path / "out" / "recipe.json").read_bytes() == recipe.read_bytes()
