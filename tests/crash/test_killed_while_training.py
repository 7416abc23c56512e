"""kill -9 of the bot while a run is paid for: one job at the provider, one notice, however the restart falls."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.server import RunningSandbox, running_sandbox
from tests.fakes.bot_process import BotProcess, World, bot_process

# Two bots, a rehearsal and a training run of four seconds; on a busy machine 45 s were measured.
pytestmark = pytest.mark.timeout(240)

KEY = "key-of-the-test"
TRAINING_S = 4
POSTS = 24


@asynccontextmanager
async def model_server(folder: Path) -> AsyncIterator[str]:
    """The real model server as a process of its own; its address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "modelserver", "--port", "0", "--state", str(folder / "models")),
        *("--api-key", KEY, "--min-train-seconds", str(TRAINING_S)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=dict(os.environ),
    )
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
    try:
        yield line.rsplit(" ", 1)[1].strip()
    finally:
        process.terminate()
        await process.wait()


def provider(url: str) -> dict[str, str]:
    return {
        "UNDERSTUDY_MODELS__API_KEYS": f'{{"private": "{KEY}"}}',
        "UNDERSTUDY_MODELS__BASE_URLS": f'{{"private": "{url}"}}',
        "UNDERSTUDY_MODELS__POLL_S": "0.3",
        "UNDERSTUDY_MODELS__SETTLE_S": "0.5",
        "UNDERSTUDY_MODELS__REQUEST_TIMEOUT_S": "5",
        "UNDERSTUDY_SPEND__CHANNEL_ID": "C0VOICESPEND",
        "UNDERSTUDY_SPEND__APPROVERS": '["U0APPROVER"]',
    }


async def jobs_at(url: str) -> list[dict[str, Any]]:
    """The provider's own list, past all of our code."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession() as session, session.get(f"{url}/fine_tuning/jobs", headers=headers) as answer:
        return list((await answer.json())["data"])


def posts_csv() -> bytes:
    rows = [f"Note {number},{body(number)}" for number in range(POSTS)]
    return ("title,body\n" + "\n".join(rows)).encode()


def body(number: int) -> str:
    """Ten sentences of words that no other post has in this order."""
    chance = random.Random(number)
    words = ["".join(chance.choices("bdfglmnprst", k=1) + chance.choices("aeiou", k=2)) for _ in range(60)]
    return " ".join(f"The {' '.join(chance.sample(words, 8))} was there again." for _ in range(10))


async def approved(world: World) -> None:
    """From nothing to an approved run."""
    handle = await world.agreed_voice()
    thread = await world.dataset_thread(handle)
    report = await world.report(thread, "notes.csv", posts_csv())
    accept = [
        element["action_id"]
        for block in report["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == "datasets.accept_all"
    ]
    if accept:
        await world.people.press("steward", "C0CONTENT", report["ts"], accept[0])
        await world.quiet()
    await world.ready_to_pay(handle)
    typed = await world.people.command("steward", f"/voice train {handle}")
    assert typed["answer"] is None, typed["answer"]
    form = await world.people.wait("view_opened", after=typed["seq"], user="U0STEWARD")
    await world.people.submit("steward", form["view_id"], {})
    card = await world.people.wait("message", after=typed["seq"], channel="C0VOICESPEND", by_bot=True)
    await world.people.press("approver", "C0VOICESPEND", card["ts"], "spending.approve")


async def notices(space: RunningSandbox) -> list[str]:
    """Every message anywhere that tells that the model is ready."""
    told = []
    for channel in ("C0CONTENT", "D0STEWARD"):
        for message in await space.client.messages(channel, user="steward"):
            if "is trained" in str(message.get("text")):
                told.append(f"{channel} {message['text']}")
    return told


@pytest.mark.parametrize("states", [("sending", "validating", "running"), ("running",)])
async def test_a_killed_bot_pays_once_and_tells_once(tmp_path: Path, states: tuple[str, ...]) -> None:
    """states: it is killed as soon as the run is in one of them."""
    async with running_sandbox(retry_scale=0.001) as space, model_server(tmp_path) as url:
        world = World(space, tmp_path)
        async with dying_bot(space, tmp_path, url) as bot:
            await approved(world)
            await world.rows_when(f"SELECT id FROM tuning_job WHERE state IN ({', '.join(map(repr, states))})")
            await bot.killed()
        world.pass_leases()
        async with dying_bot(space, tmp_path, url):
            await world.rows_when("SELECT id FROM tuning_job WHERE state = 'ready'", timeout_s=60)
            await world.quiet()
        told = await notices(space)
        assert len(await jobs_at(url)) == 1
        assert len([one for one in told if one.startswith("C0CONTENT")]) == 1
        assert len([one for one in told if one.startswith("D0STEWARD")]) == 1
        assert world.query("SELECT count(*) FROM voice_model") == [(1,)]


@asynccontextmanager
async def dying_bot(space: RunningSandbox, folder: Path, url: str) -> AsyncIterator[BotProcess]:
    """A bot process that does not outlive the block."""
    bot = await bot_process(space, folder, **provider(url))
    try:
        await space.client.connected()
        yield bot
    finally:
        with suppress(ProcessLookupError):
            await bot.killed()
