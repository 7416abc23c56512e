"""A town whose texts stand ready, a model that answers what the test says, and the clicks of a comparison."""

import asyncio
import json
import random
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.settings import ModelSettings
from pipeline.models.openai_compatible import cost_microusd
from pipeline.models.prices import shipped_prices
from tests.fakes.bot_process import CHANNEL, Json, Thread, World, open_world, words_of
from tests.fakes.openai_server import FakeOpenAI, fake_openai

WRITE = "POST /chat/completions"
SYLLABLES = ("ka", "ro", "ten", "mi", "sal", "ver", "do", "lin")
WHY = "The base ends in May and we need a model of our own."
POSTS = 48
MONTH_LIMIT_MICROUSD = 150_000_000  # of a workspace, as bot/settings.py has it


def prose(number: int, words: int = 80) -> str:
    """Words that no other number has in this order."""
    chance = random.Random(number)
    said = ["".join(chance.choices(SYLLABLES, k=2)) for _ in range(words)]
    sentences = [" ".join(said[start : start + 10]).capitalize() for start in range(0, words, 10)]
    return ". ".join(sentences) + "."


def posts_csv(size: int = POSTS) -> bytes:
    rows = [f'Note {number} {prose(number, 3)},"{prose(number)}"' for number in range(size)]
    return ("title,body\n" + "\n".join(rows)).encode()


@dataclass
class Comparison:
    """One town and its model server."""

    world: World
    model: FakeOpenAI

    async def ready(self, content: bytes | None = None, *, consent: bool = True) -> Thread:
        """A voice with cleaned texts."""
        handle = await (self.world.agreed_voice() if consent else self.world.new_voice())
        thread = await self.world.dataset_thread(handle)
        report = await self.world.report(thread, "notes.csv", content or posts_csv())
        if "datasets.accept_all" in json.dumps(report):
            await self.press("steward", report, "datasets.accept_all")
            await self.world.quiet()
        return thread

    async def press(self, user: str, message: Json, action: str, *, channel: str = CHANNEL) -> Json:
        pressed = dict(await self.world.people.press(user, channel, message["ts"], action))
        assert pressed["outcome"] == "acked", pressed
        return pressed

    async def offer(self, thread: Thread) -> Json:
        """What stands in the thread when approval is asked for too early."""
        await self.world.rehearsed(thread.handle)
        await self.world.people.command("steward", f"/voice train {thread.handle}")
        await self.world.quiet()
        return await self.world.message_in(thread, "A model that nobody trained writes")

    async def start(self, thread: Thread, *judges: str, user: str = "steward") -> Json:
        """The button and its form; the answer to the submission."""
        pressed = await self.press(user, await self.offer(thread), "baseline.start")
        form = await self.world.people.wait("view_opened", after=pressed["seq"], user=f"U0{user.upper()}")
        named = {"judges": {"judges": [f"U0{judge.upper()}" for judge in judges]}} if judges else {}
        return dict(await self.world.people.submit(user, form["view_id"], named))

    async def drafted(self, thread: Thread, *judges: str) -> None:
        """Up to the pairs in the judges' direct messages."""
        self.model.replies.extend(prose(1_000 + number, 200) for number in range(6))
        sent = await self.start(thread, *judges)
        assert sent["errors"] == {}, sent
        await self.world.quiet()

    async def pairs(self, judge: str, thread: Thread) -> list[Json]:
        baseline_id = self.baseline_id(thread)
        messages = await self.world.people.messages(f"D0{judge.upper()}")
        return [dict(one) for one in messages if re.search(rf'"{baseline_id}:\d+"', json.dumps(one.get("blocks", [])))]

    def baseline_id(self, thread: Thread) -> int:
        sql = "SELECT max(id) FROM baseline WHERE round_id = ?"
        return int(self.world.query(sql, self.world.round_id(thread))[0][0])

    async def guess(self, judge: str, pair: Json, guess: str) -> Json:
        return await self.press(judge, pair, f"baseline.guess.{guess}", channel=f"D0{judge.upper()}")

    async def judge_all(self, judge: str, thread: Thread, *, right: int) -> None:
        """right: so many of the real posts are found, the other drafts taken for real."""
        for number, pair in enumerate(await self.pairs(judge, thread)):
            await self.guess(judge, pair, self.real(pair) if number < right else other(self.real(pair)))

    def real(self, pair: Json) -> str:
        """Known here by words that only the owner's texts have."""
        owned = {prose(number).split(". ")[0] for number in range(POSTS)}
        _, a, b = [section["text"]["text"] for section in pair["blocks"] if section["type"] == "section"]
        found = ["A" if any(one in a for one in owned) else "", "B" if any(one in b for one in owned) else ""]
        assert found.count("") == 1, (a, b)
        return "".join(found)

    async def words_in(self, thread: Thread, contains: str) -> str:
        return words_of(await self.world.message_in(thread, contains))

    async def change(self, sql: str, *values: object) -> None:
        await asyncio.to_thread(self._change, sql, values)

    def _change(self, sql: str, values: tuple[object, ...]) -> None:
        """Straight in the file, past all of our code."""
        connection = sqlite3.connect(self.world.database, timeout=10)
        with connection:
            connection.execute(sql, values)
        connection.close()

    async def limit_month(self, limit_microusd: int) -> None:
        await self.change(
            "INSERT INTO budget (team_id, month, scope, raised_microusd, held_microusd, settled_microusd) "
            "SELECT 'T0SANDBOX', strftime('%Y-%m', 'now'), '', ?, 0, 0",
            limit_microusd - MONTH_LIMIT_MICROUSD,
        )

    @property
    def cost(self) -> int:
        """Micro-dollars of one answer of the fake: 100 tokens read, 200 written, at the private server's price."""
        price = shipped_prices().find("private", "understudy-ngram")
        return cost_microusd(price, *self.model.usage)

    def month(self) -> list[tuple[Any, ...]]:
        return self.world.query("SELECT held_microusd, settled_microusd FROM budget WHERE scope = ''")


def other(side: str) -> str:
    return "B" if side == "A" else "A"


@asynccontextmanager
async def open_comparison(folder: Path) -> AsyncIterator[Comparison]:
    async with fake_openai() as model:
        models = ModelSettings(
            api_keys={"private": SecretStr("k")},
            base_urls={"private": model.base_url},
            request_timeout_s=2,
            waking_s=0.2,
        )
        async with open_world(folder, models=models) as world:
            yield Comparison(world, model)
