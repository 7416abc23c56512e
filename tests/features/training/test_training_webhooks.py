"""Webhooks signed as OpenAI signs them: they wake the look at a run, once, and prove nothing by themselves."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from training_bench import Bench

from bot.features.training.webhooks import WakeRun, WebhookRoutes
from bot.server import serving
from pipeline.models.webhooks import SignedWebhooks

KEY = b"a secret of thirty-two bytes !!!"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def signed(body: bytes, *, event_id: str = "wh_1", at: int | None = None, key: bytes = KEY) -> dict[str, str]:
    """Standard Webhooks: HMAC-SHA256 over id, time and body."""
    stamp = str(int(time.time()) if at is None else at)
    digest = hmac.new(key, b".".join((event_id.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": signature}


def event(kind: str = "fine_tuning.job.succeeded", **more: Any) -> bytes:
    facts = {"id": "evt_1", "object": "event", "created_at": 1, "type": kind, "data": {"id": "ftjob-1"}}
    return json.dumps(facts | more).encode()


@pytest.fixture
async def site(bench: Bench) -> AsyncIterator[str]:
    """Its address; the run is training and looked at again only in a minute."""
    await bench.approve()
    bench.provider.story = ({"status": "running"},)
    await bench.until("running")
    await bench.rest()
    app = web.Application()
    WebhookRoutes(SignedWebhooks({"private": SecretStr(SECRET)}), WakeRun(bench.db, bench.clock)).add_to(app)
    async with serving(app, host="127.0.0.1", port=0) as port:
        yield f"http://127.0.0.1:{port}/webhooks/"


async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def test_an_event_wakes_the_look_and_the_look_decides(bench: Bench, site: str) -> None:
    body = event()
    assert await post(site + "private", body, signed(body)) == 200
    assert await bench.turn() is not None
    assert (await bench.job()).state == "running"  # the provider says so, whatever the event said
    bench.provider.story = ({"status": "succeeded", "model_name": "m", "trained_tokens": 1},)
    assert await post(site + "private", body, signed(body, event_id="wh_2")) == 200
    await bench.rest()
    assert (await bench.job()).state == "ready"


async def test_the_same_event_again_wakes_nothing(bench: Bench, site: str) -> None:
    body = event()
    assert [await post(site + "private", body, signed(body)) for _ in range(3)] == [200] * 3
    assert await bench.turn() is not None
    assert await post(site + "private", body, signed(body)) == 200
    assert await bench.turn() is None


@pytest.mark.parametrize(
    "headers",
    [
        lambda _: {},
        lambda body: {name: value for name, value in signed(body).items() if name != "webhook-id"},
        lambda body: signed(body, key=b"another secret"),
        lambda body: signed(body, at=int(time.time()) - 3600),
        lambda body: signed(body) | {"webhook-id": "wh_9"},
        lambda _: signed(b"another body"),
    ],
    ids=["none", "no id", "other secret", "old", "other id", "other body"],
)
async def test_what_is_not_signed_is_refused_and_wakes_nothing(bench: Bench, site: str, headers: Any) -> None:
    body = event()
    assert await post(site + "private", body, headers(body)) == 400
    assert await bench.turn() is None


async def test_unknown_types_are_carried_by_their_type(bench: Bench, site: str) -> None:
    """The SDK takes them for the first type that it knows."""
    body = event("something.new")
    told = SignedWebhooks({"private": SecretStr(SECRET)}).read("private", body, signed(body))
    assert (told.kind, told.about, told.event_id) == ("something.new", "ftjob-1", "wh_1")
    assert await post(site + "private", body, signed(body)) == 200
    assert await bench.turn() is not None


NOT_OURS = (event(data={"id": "ftjob-of-somebody"}), event(data=None), event(data={}), b'{"type": "x"}')


@pytest.mark.parametrize("body", NOT_OURS)
async def test_events_about_nothing_of_ours_are_accepted_and_wake_nothing(bench: Bench, site: str, body: bytes) -> None:
    assert await post(site + "private", body, signed(body)) == 200
    assert await bench.turn() is None


@pytest.mark.parametrize("body", [b"", b"no json", b"\xff\xfe"])
async def test_a_signed_body_that_is_no_event_is_refused(bench: Bench, site: str, body: bytes) -> None:
    assert await post(site + "private", body, signed(body)) == 400
    assert await bench.turn() is None


async def test_a_provider_without_a_secret_is_not_listened_to(site: str) -> None:
    body = event()
    assert await post(site + "openai", body, signed(body)) == 404
