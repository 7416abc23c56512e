"""Slack's requests over signed HTTP instead of a socket: a short path, a wrong signature, a repeat."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.settings import ModelSettings
from bot.wiring import running_bot
from sandbox.server import running_sandbox
from tests.fakes.bot_process import World, settings_for, words_of


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with (
        running_sandbox(mode="http", retry_scale=0.001) as space,
        running_bot(settings_for(space, tmp_path, mode="http")) as bot,
    ):
        await space.client.act("events_url", url=f"http://127.0.0.1:{bot.port}/slack/events")
        yield World(space, tmp_path, bot)


async def test_the_loop_up_to_a_report(town: World) -> None:
    handle = await town.agreed_voice()
    thread = await town.dataset_thread(handle)
    rows = [f'"Post {n}","A text about mending tool number {n}.",2024-01-{n:02}' for n in range(1, 13)]
    report = await town.report(thread, "few.csv", "\n".join(["title,body,date", *rows]).encode())
    assert "*12* of 12 kept" in words_of(report)


async def test_what_slack_did_not_sign_is_refused(town: World) -> None:
    assert town.bot is not None
    body = b"command=/voice&text=list&team_id=T0SANDBOX&user_id=U0MEMBER&channel_id=C0CONTENT&trigger_id=1"
    url = f"http://127.0.0.1:{town.bot.port}/slack/events"
    async with aiohttp.ClientSession() as session:
        for at, secret in ((time.time(), b"guess"), (time.time() - 600, town.space.signing_secret.encode())):
            stamp = str(int(at))
            signed = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
            headers = {
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": f"v0={signed}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            async with session.post(url, data=body, headers=headers) as answer:
                assert answer.status == 401
        async with session.post(url, data=b"\xff\xfe not even text") as answer:
            assert answer.status in (400, 401)


async def test_health_tells_ready(town: World) -> None:
    assert town.bot is not None
    async with aiohttp.ClientSession() as session:
        for path in ("healthz", "readyz"):
            async with session.get(f"http://127.0.0.1:{town.bot.port}/{path}") as answer:
                assert (answer.status, await answer.json()) == (200, {"ok": True})


@pytest.mark.parametrize(("secrets", "status"), [({}, 404), ({"openai": SecretStr("whsec_c2VjcmV0")}, 400)])
async def test_webhooks_are_listened_to_where_a_secret_is_set(
    tmp_path: Path, secrets: dict[str, SecretStr], status: int
) -> None:
    """Unsigned, as here, they are refused; tests/features/training has the signed ones."""
    async with running_sandbox(mode="http", retry_scale=0.001) as space:
        settings = settings_for(space, tmp_path, mode="http", models=ModelSettings(webhook_secrets=secrets))
        async with running_bot(settings) as bot, aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{bot.port}/webhooks/openai"
            async with session.post(url, data=b"{}") as answer:
                assert answer.status == status
