"""US8, step 5: a file and a text are forgotten, and their words are nowhere any more."""

import sqlite3
from typing import Any

import pytest

from tests.fakes.bot_process import STEWARD, Thread, World, words_of
from tests.fakes.made_posts import body, csv_posts

pytestmark = pytest.mark.asyncio(loop_scope="module")


def places_of(town: World, word: str) -> list[str]:
    """Every row and stored file that has the word."""
    connection = sqlite3.connect(town.database)
    lines = [line[:120] for line in connection.iterdump() if word in line]
    connection.close()
    files = [one for one in (town.folder / "artifacts").rglob("*") if one.is_file()]
    return lines + [one.name for one in files if word.encode() in one.read_bytes()]


async def voice_with(town: World, word: str, name: str = "more.csv") -> Thread:
    """A voice with two files; the word stands in a title and a body of the second, which has this name."""
    thread = await town.dataset_thread()
    await town.report(thread, "blog.csv", csv_posts(24).encode())
    second = f'title,body,date\n"About {word}","{body(99)} {word}",2024-02-01\n"Kettles","{body(98)}",2024-02-02\n'
    await town.report(thread, name, second.encode())
    return thread


async def shown(town: World, thread: Thread, **entered: str) -> Any:
    """What the steward is shown after the form."""
    typed = await town.people.command("steward", f"/voice forget {thread.handle}")
    form = await town.people.wait("view_opened", after=typed["seq"], user=STEWARD)
    values = {block: {block: value} for block, value in entered.items()}
    sent = await town.people.submit("steward", form["view_id"], values)
    assert sent["errors"] == {}, sent
    await town.quiet()
    return [one for one in await town.people.messages("D0STEWARD", user="steward") if thread.handle in words_of(one)][
        -1
    ]


async def forgotten(town: World, message: Any) -> str:
    """What stands there after [Forget], and all work is done."""
    pressed = await town.people.press("steward", "D0STEWARD", message["ts"], "forgetting.forget")
    assert pressed["outcome"] == "acked"
    await town.quiet()
    messages = await town.people.messages("D0STEWARD", user="steward")
    return next(words_of(one) for one in messages if one["ts"] == message["ts"])


def file_hash(town: World, name: str) -> str:
    ((sha256,),) = town.query("SELECT sha256 FROM source WHERE name = ?", name)
    return str(sha256)


async def test_a_forgotten_file_is_in_no_row_and_in_no_stored_file(town: World) -> None:
    thread = await voice_with(town, "Zyzzyva", "Zyzzyva.csv")
    assert len(places_of(town, "Zyzzyva")) > 5
    before = town.query("SELECT id, content_hash FROM dataset WHERE round_id = ?", town.round_id(thread))
    message = await shown(town, thread, source=file_hash(town, "Zyzzyva.csv"))
    assert "“Zyzzyva.csv”: 2 texts." in words_of(message)
    assert len(places_of(town, "Zyzzyva")) > 5  # nothing is erased before somebody says so

    assert "2 items erased." in await forgotten(town, message)
    assert places_of(town, "Zyzzyva") == []
    after = town.query("SELECT id, content_hash FROM dataset WHERE round_id = ?", town.round_id(thread))
    assert after[: len(before)] == before  # listed as they were
    kept = town.query(
        "SELECT d.kept FROM round r JOIN dataset d ON d.id = r.dataset_id WHERE r.id = ?", town.round_id(thread)
    )
    assert kept == [(24,)]
    told = [
        words_of(one) for one in await town.people.messages("D0OWNER", user="owner") if "forgotten" in words_of(one)
    ]
    assert f"had a file of *{thread.handle}* forgotten" in told[-1]


async def test_a_forgotten_text_leaves_the_others_of_its_file(town: World) -> None:
    thread = await voice_with(town, "Quixotry")
    message = await shown(town, thread, text="about quixotry")
    assert "“About Quixotry”: 1 text." in words_of(message)
    assert "1 item erased." in await forgotten(town, message)
    assert places_of(town, "Quixotry") == []
    kept = town.query(
        "SELECT d.kept FROM round r JOIN dataset d ON d.id = r.dataset_id WHERE r.id = ?", town.round_id(thread)
    )
    assert kept == [(25,)]


async def test_what_was_forgotten_cannot_be_forgotten_twice_and_leaving_it_changes_nothing(town: World) -> None:
    thread = await voice_with(town, "Rhubarb")
    message = await shown(town, thread, text="About Rhubarb")
    pressed = await town.people.press("steward", "D0STEWARD", message["ts"], "forgetting.leave")
    assert pressed["outcome"] == "acked"
    await town.quiet()
    assert len(places_of(town, "About Rhubarb")) > 3
    again = await shown(town, thread, text="no such title")
    assert "I find no such text" in words_of(again)
    assert town.query("SELECT DISTINCT target FROM erasure WHERE state IN ('dropped', 'done')") == [("",)]


async def test_one_thing_at_a_time(town: World) -> None:
    thread = await voice_with(town, "Sassafras")
    typed = await town.people.command("steward", f"/voice forget {thread.handle}")
    form = await town.people.wait("view_opened", after=typed["seq"], user=STEWARD)
    both = {"text": {"text": "About Sassafras"}, "person": {"person": "U0MEMBER"}}
    sent = await town.people.submit("steward", form["view_id"], both)
    assert sent["errors"] == {"person": "Choose one thing: a file, a person, a text or a note."}
    typed = await town.people.command("member", f"/voice forget {thread.handle}")
    assert "or an admin decides about the data of" in typed["answer"]["text"]
