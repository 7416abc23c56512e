"""The real bot between a sandbox and its own files: inside the test's process, or as a process that can be killed."""

import asyncio
import io
import os
import re
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from bot.settings import (
    ModelSettings,
    PullSettings,
    ServerSettings,
    Settings,
    SlackSettings,
    SpendSettings,
    StorageSettings,
    UploadSettings,
    WorkSettings,
)
from bot.wiring import Bot, running_bot
from sandbox.server import RunningSandbox, running_sandbox
from tests.fakes.price_tables import by_the_token

Json = dict[str, Any]
CHANNEL = "C0CONTENT"
STEWARD, OWNER, MEMBER = "U0STEWARD", "U0OWNER", "U0MEMBER"
REPORT = "*Cleaning report*"
NUMBERS = count(1)


def settings_for(
    space: RunningSandbox,
    folder: Path,
    *,
    port: int = 0,
    mode: Any = "socket",
    models: ModelSettings | None = None,
    pulls: PullSettings | None = None,
    **work: Any,
) -> Settings:
    """work: fields of WorkSettings. models: who can train; nobody unless given. pulls: no private site unless given."""
    models = models or ModelSettings()
    return Settings(
        models=models.model_copy(update={"prices_file": models.prices_file or by_the_token(folder)}),
        slack=SlackSettings(
            bot_token=space.bot_token,
            app_token=space.app_token,
            signing_secret=space.signing_secret,
            api_url=space.api_url,
            mode=mode,
        ),
        storage=StorageSettings(
            database_url=f"sqlite+aiosqlite:///{folder}/bot.sqlite3",
            artifacts_url=str(folder / "artifacts"),
            locks_dir=folder / "locks",
        ),
        uploads=UploadSettings(folder=folder / "uploads"),
        pulls=pulls or PullSettings(delay_s=0),
        spend=SpendSettings(channel_id="C0VOICESPEND", approvers=("U0APPROVER",)),
        work=WorkSettings(**({"tick_s": 0.1} | work)),
        server=ServerSettings(port=port),
    )


@dataclass
class Thread:
    """The dataset thread of a voice."""

    handle: str
    ts: str


@dataclass
class World:
    """A sandbox with the bot in it, and what people do there."""

    space: RunningSandbox
    folder: Path
    bot: Bot | None = None

    @property
    def people(self) -> Any:
        return self.space.client

    @property
    def database(self) -> Path:
        return self.folder / "bot.sqlite3"

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Straight from the file, past all of our code."""
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def pass_leases(self) -> None:
        """As if the lease of a dead process had run out."""
        connection = sqlite3.connect(self.database, timeout=10)
        with connection:
            for table in ("work_item", "outbox"):
                connection.execute(f"UPDATE {table} SET lease_until = '2020-01-01 00:00:00'")
        connection.close()

    async def said(self, contains: str, *, after: int, kind: str = "message", **facts: Any) -> Json:
        return dict(await self.people.wait(kind, after=after, contains=contains, timeout_s=30, **facts))

    async def open_form(self, handle: str, *, owner: str = "@owner", user: str = "steward") -> Json:
        typed = await self.people.command(user, f"/voice new {handle} {owner}")
        opened = await self.people.wait("view_opened", after=typed["seq"], user=f"U0{user.upper()}")
        return dict(opened)

    async def new_voice(self, **entered: str) -> str:
        """A voice that waits for consent; its handle."""
        handle = f"voice-{next(NUMBERS)}"
        form = await self.open_form(handle)
        values = {block: {block: value} for block, value in entered.items()}
        sent = await self.people.submit("steward", form["view_id"], values)
        assert sent["errors"] == {}, sent
        await self.said(f"{handle}: new", after=sent["seq"], channel=CHANNEL)
        return handle

    async def request_of(self, handle: str) -> Json:
        """The consent request in the owner's direct messages."""
        return dict(await self.people.wait("message", contains=f"May {handle} learn", channel="D0OWNER", timeout_s=10))

    async def answer(self, handle: str, action: str, user: str = "owner") -> int:
        request = await self.request_of(handle)
        pressed = await self.people.press(user, "D0OWNER", request["ts"], action)
        assert pressed["outcome"] == "acked", pressed
        return int(pressed["seq"])

    async def agreed_voice(self) -> str:
        handle = await self.new_voice()
        seq = await self.answer(handle, "consent.agree")
        await self.said("agreed. Scope", after=seq)
        return handle

    async def dataset_thread(self, handle: str | None = None) -> Thread:
        handle = handle or await self.new_voice()
        typed = await self.people.command("steward", f"/voice data {handle}")
        assert typed["outcome"] == "acked", typed
        card = await self.people.wait("message", contains=f"📚 *{handle} ·", channel=CHANNEL, timeout_s=10)
        return Thread(handle, card["ts"])

    async def drop(self, thread: Thread, name: str, content: bytes, *, user: str = "steward") -> int:
        dropped = await self.people.drop_file(user, name, io.BytesIO(content), channel=CHANNEL, thread_ts=thread.ts)
        return int(dropped["seq"])

    async def refusal(self, thread: Thread, name: str, content: bytes, *, why: str = "") -> str:
        """Drops a file that will not be counted in; the sentence that stands in the thread afterwards.

        why: the class of the error it is refused with.
        """
        await self.drop(thread, name, content)
        sql = "SELECT 1 FROM source WHERE round_id = ? AND name = ? AND refusal LIKE ?"
        await self.rows_when(sql, self.round_id(thread), name, why or "%")
        await self.quiet()
        return (await self.in_thread(thread))[-1]

    async def in_thread(self, thread: Thread) -> list[str]:
        """The text of each of our answers in the thread, as it stands."""
        messages = await self.people.messages(CHANNEL, user="steward", thread_ts=thread.ts)
        return [words_of(one) for one in messages if one.get("bot_id") and one["ts"] != thread.ts and not private(one)]

    async def message_in(self, thread: Thread, contains: str) -> Json:
        messages = await self.people.messages(CHANNEL, thread_ts=thread.ts)
        (found,) = [one for one in messages if contains in words_of(one)]
        return dict(found)

    async def whispers_to(self, user: str) -> list[str]:
        return [one["text"] for one in await self.people.ephemerals(user)]

    async def rows_when(self, sql: str, *values: Any, timeout_s: float = 30) -> list[tuple[Any, ...]]:
        """The rows as soon as there are some."""
        for _ in range(int(timeout_s / 0.02)):
            if rows := self.query(sql, *values):
                return rows
            await asyncio.sleep(0.02)
        raise AssertionError(f"never: {sql} {values}")

    async def quiet(self) -> None:
        """Until all work is done and everything is said; a provider that does not answer is asked again for ever."""
        for _ in range(2000):
            due = (
                "SELECT 1 FROM work_item WHERE state = 'due' AND kind <> 'preflight' "
                "AND run_at < datetime('now', '+1 minute') "
                "UNION ALL SELECT 1 FROM outbox WHERE state = 'due' LIMIT 1"
            )
            if not self.query(due):
                return
            await asyncio.sleep(0.02)
        rows = self.query("SELECT kind, subject, attempts FROM work_item WHERE state = 'due'")
        raise AssertionError(f"never quiet: {rows} {self.query('SELECT key FROM outbox WHERE state = ?', 'due')}")

    async def report(self, thread: Thread, name: str, content: bytes) -> Json:
        """Drops a good file; the cleaning report that follows."""
        await self.drop(thread, name, content)
        sql = "SELECT 1 FROM source WHERE round_id = ? AND name = ? AND state = 'read'"
        await self.rows_when(sql, self.round_id(thread), name)
        await self.quiet()
        return await self.message_in(thread, REPORT)

    async def rehearsed(self, handle: str) -> None:
        """The free rehearsal of what the voice's texts now are, which has to let them be paid for."""
        typed = await self.people.command("steward", f"/voice rehearse {handle}")
        report = await self.said("Rehearsal", after=typed["seq"], kind="message_changed")
        pressable = [one["action_id"] for block in report["message"]["blocks"] for one in block.get("elements", [])]
        assert "spending.ask" in pressable, words_of(report["message"])

    async def ready_to_pay(self, handle: str) -> None:
        """Rehearsed, its provider asked, and with a reason not to compare with plain prompting first."""
        await self.rehearsed(handle)
        await self.provider_asked()
        await self.skip_comparing(handle)

    async def provider_asked(self) -> None:
        """The private one said yes just now; it need not even run."""
        await asyncio.to_thread(self._provider_asked)

    def _provider_asked(self) -> None:
        connection = sqlite3.connect(self.database, timeout=10)
        with connection:
            connection.execute(
                "INSERT OR REPLACE INTO preflight (team_id, provider, base, checks, asked_at) "
                "SELECT DISTINCT team_id, 'private', 'understudy-ngram', '{}', ? FROM voice",
                (f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}",),
            )
        connection.close()

    async def skip_comparing(self, handle: str) -> None:
        await asyncio.to_thread(self._skip_comparing, handle)

    def _skip_comparing(self, handle: str) -> None:
        connection = sqlite3.connect(self.database, timeout=10)
        with connection:
            connection.execute(
                "INSERT INTO baseline_override (team_id, dataset_hash, by_user, reason, at) "
                "SELECT d.team_id, d.content_hash, ?, 'this test is about training', d.created_at FROM dataset d "
                "JOIN round r ON r.dataset_id = d.id JOIN voice v ON v.id = r.voice_id WHERE v.handle = ?",
                (STEWARD, handle),
            )
        connection.close()

    def round_id(self, thread: Thread) -> int:
        sql = "SELECT r.id FROM round r JOIN voice v ON v.id = r.voice_id WHERE handle = ?"
        ((round_id,),) = self.query(sql, thread.handle)
        return int(round_id)

    def state_of(self, thread: Thread) -> list[tuple[Any, ...]]:
        """What must not change when a file is refused: the dataset, its hash, and the sources that count."""
        round_id = self.round_id(thread)
        return [
            *self.query("SELECT revision, prepared_revision, dataset_id FROM round WHERE id = ?", round_id),
            *self.query("SELECT content_hash FROM dataset WHERE round_id = ?", round_id),
            *self.query("SELECT id, sha256 FROM source WHERE round_id = ? AND state = 'read'", round_id),
        ]


def private(message: Json) -> bool:
    return bool(message.get("is_ephemeral"))


def words_of(message: Json) -> str:
    """All words of the blocks; the text when there are none."""

    def look(part: Any) -> list[str]:
        if isinstance(part, list):
            return [word for one in part for word in look(one)]
        if not isinstance(part, dict):
            return []
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [word for one in part.values() for word in look(one)]

    return "\n".join(look(message.get("blocks", []))) or str(message.get("text", ""))


@asynccontextmanager
async def open_world(folder: Path, *, sandbox: Json | None = None, **work: Any) -> AsyncIterator[World]:
    """The bot in this process, over Socket Mode."""
    async with (
        running_sandbox(**(Json(retry_scale=0.001) | (sandbox or {}))) as space,
        running_bot(settings_for(space, folder, **work)) as bot,
    ):
        await space.client.connected()
        yield World(space, folder, bot)


@dataclass
class BotProcess:
    process: asyncio.subprocess.Process

    async def killed(self) -> None:
        """kill -9."""
        self.process.kill()
        await self.process.wait()

    async def stopped(self) -> int:
        """SIGTERM; the exit status."""
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 20)


async def bot_process(space: RunningSandbox, folder: Path, **more: str) -> BotProcess:
    """`understudy serve` as a process of its own; returns once it says that it is ready."""
    log = (folder / "bot.log").open("ab")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "serve",
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
        env=environment_of(space, folder) | more,
    )
    log.close()
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 60)
    assert b"ready" in line, (folder / "bot.log").read_text("utf-8")[-3000:]
    return BotProcess(process)


def environment_of(space: RunningSandbox, folder: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not re.match("SLACK_|UNDERSTUDY_", name)}
    return ours | {
        "SLACK_BOT_TOKEN": space.bot_token,
        "SLACK_APP_TOKEN": space.app_token,
        "SLACK_API_URL": space.api_url,
        "UNDERSTUDY_STORAGE__DATABASE_URL": f"sqlite+aiosqlite:///{folder}/bot.sqlite3",
        "UNDERSTUDY_STORAGE__ARTIFACTS_URL": str(folder / "artifacts"),
        "UNDERSTUDY_STORAGE__LOCKS_DIR": str(folder / "locks"),
        "UNDERSTUDY_UPLOADS__FOLDER": str(folder / "uploads"),
        "UNDERSTUDY_WORK__TICK_S": "0.1",
        "UNDERSTUDY_SERVER__PORT": "0",
    }


@dataclass(frozen=True)
class Ended:
    """A command that ran to its end."""

    code: int
    out: str
    err: str


async def understudy(space: RunningSandbox, folder: Path, *words: str, **more: str) -> Ended:
    """One command of the command line, as a process of its own. more: environment variables."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment_of(space, folder) | more,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return Ended(process.returncode or 0, out.decode(), err.decode())
