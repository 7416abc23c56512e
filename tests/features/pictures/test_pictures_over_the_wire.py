"""[Pictures] under the report: drawn by the worker, uploaded once, shown in one message, said in words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fakes.bot_process import CHANNEL, Json, Thread, World, open_world, words_of

IN_PICTURES = "in pictures"
PNG = b"\x89PNG"


def posts_csv(size: int = 12) -> bytes:
    rows = [f'Note {n},2024-{n % 6 + 1:02d}-03,"{body(n)}"' for n in range(size)]
    return ("title,date,body\n" + "\n".join(rows)).encode()


def body(number: int) -> str:
    return " ".join(
        f"On day {number} the {word} at gate {number * 7} was shut again." for word in ("bell", "van", "hut")
    )


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def reported(world: World) -> tuple[Thread, Json]:
    thread = await world.dataset_thread()
    return thread, await world.report(thread, "notes.csv", posts_csv())


async def press(world: World, report: Json, user: str = "steward") -> int:
    pressed = await world.people.press(user, CHANNEL, report["ts"], "pictures.show")
    assert pressed["outcome"] == "acked", pressed
    return int(pressed["seq"])


async def shown(world: World, thread: Thread) -> list[Json]:
    messages = await world.people.messages(CHANNEL, thread_ts=thread.ts)
    return [dict(one) for one in messages if IN_PICTURES in words_of(one)]


def images(message: Json) -> list[dict[str, Any]]:
    return [block for block in message["blocks"] if block["type"] == "image"]


async def uploads(world: World) -> int:
    """How many files were taken."""
    return len([call for call in await world.people.calls("files.completeUploadExternal") if call["ok"]])


async def test_the_pictures_come_once_with_words_and_are_files_of_slack(town: World) -> None:
    thread, report = await reported(town)
    seq = await press(town, report)
    await town.said(IN_PICTURES, after=seq, thread_ts=thread.ts)
    await town.quiet()
    (message,) = await shown(town, thread)
    assert len(images(message)) == 2
    assert images(message)[0]["alt_text"].startswith("Bar chart, texts per month, January 2024 to June 2024: most in")
    assert all(image["alt_text"] in message["text"] for image in images(message))
    async with aiohttp.ClientSession() as session:
        for image in images(message):
            url = f"{town.space.base_url}/control/files/{image['slack_file']['id']}"
            async with session.get(url) as answer:
                assert (await answer.read()).startswith(PNG)
    assert (await town.whispers_to("steward"))[1:] == ["The pictures come in this thread in a moment."]


async def test_pressed_again_or_by_another_nothing_is_uploaded_or_said_twice(town: World) -> None:
    thread, report = await reported(town)
    for user in ("steward", "steward", "member"):
        await press(town, report, user)
    await town.quiet()
    await press(town, report)
    await town.quiet()
    assert len(await shown(town, thread)) == 1
    assert await uploads(town) == 2


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal", "files.info"])
async def test_a_stumbling_slack_gets_them_later_and_once(town: World, method: str) -> None:
    thread, report = await reported(town)
    await town.people.fault(method, "server_error")
    await press(town, report)
    await town.quiet()
    (message,) = await shown(town, thread)
    assert len(images(message)) == 2


async def test_a_post_whose_answer_was_lost_is_not_doubled(town: World) -> None:
    thread, report = await reported(town)
    await press(town, report)
    await town.rows_when("SELECT 1 FROM picture WHERE slack_file_id IS NOT NULL")
    await town.people.fault("chat.postMessage", "reset_after")
    await town.quiet()
    assert len(await shown(town, thread)) == 1
    assert await uploads(town) == 2


async def test_without_leave_to_upload_a_sentence_says_whom_to_ask(town: World) -> None:
    thread, report = await reported(town)
    await town.people.fault("files.getUploadURLExternal", "error", error="missing_scope")
    await press(town, report)
    await town.quiet()
    assert "Slack didn't take the pictures (missing_scope)" in (await town.in_thread(thread))[-1]
    await press(town, report)
    await town.quiet()
    assert len(await shown(town, thread)) == 1


async def test_a_file_that_somebody_deleted_is_uploaded_again(town: World) -> None:
    thread, report = await reported(town)
    await press(town, report)
    await town.quiet()
    (before,) = await shown(town, thread)
    lost = images(before)[0]["slack_file"]["id"]
    town.space.slack.workspace.files[lost].is_deleted = True
    await press(town, report)
    await town.quiet()
    (after,) = await shown(town, thread)
    assert lost not in [image["slack_file"]["id"] for image in images(after)]
    assert (images(after)[1]["slack_file"], await uploads(town)) == (images(before)[1]["slack_file"], 3)


async def test_other_texts_get_a_message_of_their_own(town: World) -> None:
    thread, report = await reported(town)
    await press(town, report)
    await town.quiet()
    await town.report(thread, "more.csv", b"title,date,body\nNew,2024-09-03," + body(99).encode())
    await press(town, report)
    await town.quiet()
    first, second = await shown(town, thread)
    assert "June 2024" in first["text"] and "September 2024" in second["text"]
    assert town.query("SELECT count(DISTINCT dataset_id), count(*) FROM picture") == [(2, 4)]
