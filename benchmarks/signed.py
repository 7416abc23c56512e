"""Requests as Slack would send them to the bot, each different, each signed when it is sent."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

SECRET: Final = "bench-signing-secret"
TEAM: Final = "T0SANDBOX"
CHANNEL: Final = "C0CONTENT"
USER: Final = "U0EDITOR"
FORM: Final = "application/x-www-form-urlencoded"
NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Body:
    """What is posted. Sent twice, it is the same delivery."""

    content_type: str
    text: bytes


Make = Callable[[str], Body]


def command(text: str) -> Body:
    fields = {
        "token": "x",
        "team_id": TEAM,
        "team_domain": "bench",
        "channel_id": CHANNEL,
        "channel_name": "content",
        "user_id": USER,
        "user_name": "editor",
        "command": "/voice",
        "text": text,
        "api_app_id": "A0UNDERSTUDY",
        "response_url": "https://hooks.slack.com/commands/T0SANDBOX/1/x",
        "trigger_id": f"{next(NUMBERS)}.{time.time_ns()}",
    }
    return Body(FORM, urlencode(fields).encode())


def list_voices(mark: str) -> Body:  # noqa: ARG001  # it leaves no trace to look for
    return command("list")


def draft(mark: str) -> Body:
    return command(f"draft founder {mark} {next(NUMBERS)} words=50")


def press(mark: str) -> Body:
    """A reason after a 👎 on draft 1: mark becomes part of no row, so the count of audit entries is compared."""
    stamp = f"{time.time():.0f}.{next(NUMBERS):06d}"
    place = {"type": "message", "message_ts": "1763719200.000100", "channel_id": CHANNEL}
    action = {
        "type": "button",
        "action_id": "feedback.reason.voice",
        "block_id": mark,
        "value": "1",
        "action_ts": stamp,
    }
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "bench"},
        "user": {"id": USER, "username": "editor", "team_id": TEAM},
        "api_app_id": "A0UNDERSTUDY",
        "token": "x",
        "container": place,
        "channel": {"id": CHANNEL, "name": "content"},
        "message": {"type": "message", "ts": place["message_ts"], "text": "What's wrong?"},
        "trigger_id": f"{next(NUMBERS)}.press",
        "response_url": "https://hooks.slack.com/actions/T0SANDBOX/1/x",
        "actions": [action],
    }
    return Body(FORM, urlencode({"payload": json.dumps(payload)}).encode())


def reaction(mark: str) -> Body:
    """A 👍 on a message of its own, so that each is a row."""
    number = next(NUMBERS)
    stamp = f"{time.time():.6f}"
    event = {
        "type": "reaction_added",
        "user": USER,
        "reaction": "+1",
        "item": {"type": "message", "channel": CHANNEL, "ts": f"{mark}.{number:06d}"},
        "item_user": "U0UNDERSTUDY",
        "event_ts": stamp,
    }
    envelope = {
        "token": "x",
        "team_id": TEAM,
        "api_app_id": "A0UNDERSTUDY",
        "type": "event_callback",
        "event_id": f"Ev{number}{time.time_ns()}",
        "event_time": int(time.time()),
        "event": event,
    }
    return Body("application/json", json.dumps(envelope).encode())


def request(body: Body) -> bytes:
    """The whole HTTP request, signed now."""
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body.text, hashlib.sha256).hexdigest()
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: bench\r\nContent-Type: {body.content_type}\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={signature}\r\n"
        f"Content-Length: {len(body.text)}\r\n\r\n"
    )
    return head.encode() + body.text
