"""Columns, speakers and the most read: what a person says about a file, through the wire, undone, and by others."""

import asyncio
import json
from random import Random
from typing import Any

import pytest

from tests.fakes.bot_process import CHANNEL, REPORT, Json, Thread, World, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = [
    "about",
    "after",
    "again",
    "answer",
    "apple",
    "basket",
    "before",
    "bread",
    "bridge",
    "butter",
    "candle",
    "carry",
    "chair",
    "cheese",
    "circle",
    "clean",
    "coat",
    "cook",
    "corner",
    "cousin",
    "dance",
    "dinner",
    "door",
    "dream",
    "earth",
    "engine",
    "evening",
    "family",
    "farm",
    "feather",
    "fence",
    "field",
    "finger",
    "fire",
    "flower",
    "forest",
    "friend",
    "garden",
    "glass",
    "green",
    "hammer",
    "happy",
    "harbour",
    "heavy",
    "honey",
    "house",
    "island",
    "kettle",
    "kitchen",
    "ladder",
    "laugh",
    "leaf",
    "letter",
    "lunch",
    "market",
    "meadow",
    "middle",
    "milk",
    "morning",
    "mother",
    "mountain",
    "needle",
    "night",
    "ocean",
    "orange",
    "paper",
    "pencil",
    "pepper",
    "picture",
    "plain",
    "plant",
    "quiet",
    "rabbit",
    "rain",
    "river",
    "road",
    "roof",
    "rope",
    "salt",
    "sand",
    "school",
    "season",
    "shelf",
    "silver",
    "sister",
    "snow",
]


def said(seed: int, words: int = 70) -> str:
    return " ".join(Random(seed).choices(WORDS, k=words)) + "."


def foreign_table() -> bytes:
    rows = [f"{n};Das Tor {n};{said(n)};Kurz gesagt {said(1000 + n, 60)}" for n in range(1, 13)]
    return "\n".join(["Nummer;Überschrift;Inhalt;Auszug", *rows]).encode()


def transcript(*names: str) -> bytes:
    turns = [f"{name} {at:02}:{at * 3 % 60:02}\n{said(at + len(name), 80)}" for at in range(8) for name in names]
    return "\n\n".join(turns).encode()


async def drop(town: World, thread: Thread, name: str, content: bytes) -> None:
    """A file that is read to its end."""
    await town.drop(thread, name, content)
    sql = "SELECT 1 FROM source WHERE round_id = ? AND name = ? AND state = 'read'"
    await town.rows_when(sql, town.round_id(thread), name)
    await town.quiet()


async def message_of(town: World, thread: Thread, name: str) -> Json:
    await town.quiet()
    return dict(await town.message_in(thread, f"*{name}* —"))


async def press(town: World, thread: Thread, name: str, action: str, user: str = "steward") -> Json:
    message = await message_of(town, thread, name)
    return dict(await town.people.press(user, CHANNEL, message["ts"], action))


async def report_of(town: World, thread: Thread) -> str:
    await town.quiet()
    return words_of(await town.message_in(thread, REPORT))


def rows_of(town: World, thread: Thread) -> str:
    ((blob,),) = town.query(
        "SELECT train_blob FROM dataset JOIN round ON round.dataset_id = dataset.id WHERE round.id = ?",
        town.round_id(thread),
    )
    (found,) = [path for path in (town.folder / "artifacts").rglob(f"*{blob[4:]}*") if path.is_file()]
    return found.read_text()


async def test_a_guess_about_columns_is_told_changed_in_a_form_and_undone(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "tor.csv", foreign_table())
    told = words_of(await message_of(town, thread, "tor.csv"))
    assert "I am not sure of the columns: I took “Inhalt” for the text" in told
    assert "Columns not used for training: Nummer, Auszug (kept for tracing)." in told
    pressed = await press(town, thread, "tor.csv", "datasets.columns.0")
    form = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    without = await town.people.submit("steward", form["view_id"], {"text": {"text": "-"}})
    assert without["errors"] == {"text": "Choose the column that holds the writing."}
    await town.people.submit("steward", form["view_id"], {"text": {"text": "3"}})
    await report_of(town, thread)
    told = words_of(await message_of(town, thread, "tor.csv"))
    assert "not sure" not in told
    assert "Columns not used for training: Nummer, Inhalt (kept for tracing)." in told
    assert "Kurz gesagt" in rows_of(town, thread)
    await press(town, thread, "tor.csv", "datasets.undo_reading")
    await report_of(town, thread)
    assert "Kurz gesagt" not in rows_of(town, thread)
    assert "I am not sure" in words_of(await message_of(town, thread, "tor.csv"))


async def test_only_the_steward_says_what_columns_mean(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "two.csv", f"Überschrift;Inhalt\nTor;{said(1)}\nZaun;{said(2)}".encode())
    before = await report_of(town, thread)
    pressed = await press(town, thread, "two.csv", "datasets.columns.0", "member")
    assert await town.said("Only the steward", after=pressed["seq"], kind="ephemeral", to="U0MEMBER")
    assert await report_of(town, thread) == before


async def test_columns_that_leave_nothing_are_taken_back_and_the_file_stays(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "one.csv", f'2014-03-12,Das Tor am Abend,"{said(1)}"\n'.encode())
    before = await report_of(town, thread)
    pressed = await press(town, thread, "one.csv", "datasets.columns.0")
    form = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    await town.people.submit("steward", form["view_id"], {"header": {"header": "names"}})
    await town.quiet()
    assert "I kept the columns as they were." in words_of(await message_of(town, thread, "one.csv"))
    assert await report_of(town, thread) == before
    sql = "SELECT state, readings FROM source WHERE round_id = ?"
    assert town.query(sql, town.round_id(thread)) == [("read", "[]")]


async def test_who_speaks_is_told_guessed_by_name_and_chosen(town: World) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "talk.txt", transcript("Owner", "Host Person"))
    told = words_of(await message_of(town, thread, "talk.txt"))
    assert "Who speaks: " in told
    assert "The voice is *Owner*; what the others say is left out." in told
    report = await report_of(town, thread)
    assert "*1* of 2 kept" in report
    assert "1 by other speakers" in report
    mine = rows_of(town, thread)
    host = next(at for at, one in enumerate(speakers(town, thread)) if one["name"] == "Host Person")
    message = await message_of(town, thread, "talk.txt")
    presses = [town.people.press("steward", CHANNEL, message["ts"], f"datasets.speaker.{host}") for _ in range(2)]
    await asyncio.gather(*presses)
    await report_of(town, thread)
    assert "The voice is *Host Person*" in words_of(await message_of(town, thread, "talk.txt"))
    assert len(town.query("SELECT 1 FROM audit_entry WHERE what = 'reading.chosen'")) >= 1
    assert rows_of(town, thread) != mine
    await press(town, thread, "talk.txt", "datasets.undo_reading")
    await report_of(town, thread)
    assert "The voice is *Owner*" in words_of(await message_of(town, thread, "talk.txt"))
    assert rows_of(town, thread) == mine


def speakers(town: World, thread: Thread) -> list[dict[str, Any]]:
    sql = "SELECT facts FROM source WHERE round_id = ? ORDER BY id DESC LIMIT 1"
    ((facts,),) = town.query(sql, town.round_id(thread))
    found: list[dict[str, Any]] = json.loads(facts)["speakers"]
    return found


async def test_strangers_are_not_taken_for_the_voice_until_somebody_says(town: World) -> None:
    thread = await town.dataset_thread()
    await drop(town, thread, "call.vtt", b"WEBVTT\n\n" + cues())
    told = words_of(await message_of(town, thread, "call.vtt"))
    assert "*Who is the voice?* Until you say, nothing of this file is used." in told
    assert "Speaker 1: “" in told
    pressed = await press(town, thread, "call.vtt", "datasets.speakers")
    form = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    await town.people.submit("steward", form["view_id"], {"speakers": {"speakers": ["1"]}})
    assert "*1* of 2 kept" in await report_of(town, thread)


def cues() -> bytes:
    lines = [f"00:0{at}:00.000 --> 00:0{at}:50.000\n<v {at % 2}>{said(at, 60)}\n" for at in range(8)]
    return "\n".join(lines).encode()


async def test_a_chosen_speaker_stays_whatever_author_the_posts_are_filtered_by(town: World) -> None:
    thread = await town.dataset_thread()
    posts = "\n".join(
        ["title,body,author", *(f"Post {n},{said(n)},{'mq' if n % 4 else 'guest'}" for n in range(1, 13))]
    )
    await town.report(thread, "posts.csv", posts.encode())
    await drop(town, thread, "talk.txt", transcript("Owner", "Host Person"))
    report = await report_of(town, thread)
    assert "*10* of 14 kept" in report
    assert "3 other authors" in report
    assert "1 by other speakers" in report


async def test_a_file_that_names_no_authors_is_not_said_to_be_chosen_by_one(town: World) -> None:
    thread = await town.dataset_thread()
    named = "\n".join(
        ["title,body,author", *(f"Post {n},{said(n)},{'mq' if n % 4 else 'guest'}" for n in range(1, 13))]
    )
    await town.report(thread, "named.csv", named.encode())
    await drop(town, thread, "plain.csv", "\n".join(["title,body", *(f"T{n},{said(50 + n)}" for n in (1, 2))]).encode())
    assert "*9* kept: author *mq* · type" in words_of(await message_of(town, thread, "named.csv"))
    assert "*2* kept: type *post*" in words_of(await message_of(town, thread, "plain.csv"))
    told = await town.refusal(thread, "again.csv", named.encode(), why="SameFile")
    assert "(9 texts). Nothing added." in told


async def test_figures_join_posts_and_the_top_half_is_kept_and_all_again(town: World) -> None:
    thread = await town.dataset_thread()
    rows = [f"Post {n},{said(n)},https://example.org/2024/post-{n}/" for n in range(1, 25)]
    await town.report(thread, "posts.csv", "\n".join(["title,body,url", *rows]).encode())
    figures = [f"/2024/post-{n},{n * 10}" for n in range(1, 21)]
    await drop(town, thread, "Pages.csv", "\n".join(["Page path,Views", *figures]).encode())
    report = await report_of(town, thread)
    assert "Joined views to 20 of 24 texts; 4 had no figures and stay in." in report
    assert "views of 20 pages: figures, not writing" in words_of(await message_of(town, thread, "Pages.csv"))
    message = await town.message_in(thread, REPORT)
    presses = [town.people.press("steward", CHANNEL, message["ts"], "datasets.best.50") for _ in range(2)]
    await asyncio.gather(*presses)
    report = await report_of(town, thread)
    assert "*14* of 24 kept" in report
    assert "Left out: 10 read less" in report
    assert len(town.query("SELECT 1 FROM recipe_step WHERE round_id = ?", town.round_id(thread))) == 1
    message = await town.message_in(thread, REPORT)
    await town.people.press("steward", CHANNEL, message["ts"], "datasets.best.all")
    assert "*24* of 24 kept" in await report_of(town, thread)


async def test_any_share_of_the_most_read_can_be_typed(town: World) -> None:
    thread = await town.dataset_thread()
    rows = [f"Post {n},{said(n)},https://example.org/2024/post-{n}/" for n in range(1, 25)]
    await town.report(thread, "posts.csv", "\n".join(["title,body,url", *rows]).encode())
    figures = [f"/2024/post-{n},{n * 10}" for n in range(1, 21)]
    await drop(town, thread, "Pages.csv", "\n".join(["Page path,Views", *figures]).encode())
    message = await town.message_in(thread, REPORT)
    for typed, outcome in (("0", "errors"), ("half", "errors"), ("100", "errors"), (" 40 %", "acked")):
        pressed = await town.people.press("steward", CHANNEL, message["ts"], "datasets.other_best")
        form = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
        sent = await town.people.submit("steward", form["view_id"], {"percent": {"percent": typed}})
        assert outcome in str(sent), typed
    await town.quiet()
    report = await report_of(town, thread)
    assert "Left out: 12 read less" in report
    assert "Only the 40 % with the most views are kept of those." in report
    assert "then the *40 %* read most" in words_of(await message_of(town, thread, "posts.csv"))


async def test_figures_of_words_not_pages_are_refused_with_a_way_out(town: World) -> None:
    thread = await town.dataset_thread()
    queries = b"Top queries,Clicks,Impressions,CTR,Position\nmending gates,4,80,5%,3.1\n"
    told = await town.refusal(thread, "Queries.csv", queries, why="FiguresWithoutPages")
    assert told.startswith("`Queries.csv` has figures, but not of which pages")
