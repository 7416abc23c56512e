"""The poster against a small Slack client in memory: the cases that take too long over the wire."""

# ruff: noqa: ARG002  # the fakes have the shape of their ports

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.message import Message, plain
from bot.slack.poster import MAX_ATTEMPTS, SETTLE, Poster
from pipeline.domain.work import Place, Posting, Saying
from pipeline.errors import LeaseLost

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def refusal(method: str, error: str, status: int = 200, **headers: str) -> SlackApiError:
    response: Any = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url=f"https://slack.test/api/{method}",
        req_args={},
        data={"ok": False, "error": error},
        headers=headers,
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped


@dataclass
class Slack:
    """Answers or raises what was planned per method, and remembers what it was asked."""

    planned: dict[str, list[Exception]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, method: str) -> Any:
        async def call(**given: Any) -> Any:
            self.asked.append((method, given))
            if self.planned.get(method):
                raise self.planned[method].pop(0)
            return {"ts": "1.000100", "message_ts": "2.000100", "channel": {"id": "D1"}, "messages": []}

        return call

    def times(self, method: str) -> int:
        return sum(1 for asked, _ in self.asked if asked == method)


@dataclass
class Postings:
    """Satisfies pipeline.ports.Postings; done holds what became of the message."""

    waiting: list[Posting]
    done: list[tuple[str, Any]] = field(default_factory=list)
    lost: bool = False

    async def claim(self, owner: str, *, now: datetime, lease_s: float) -> Posting | None:
        return self.waiting.pop(0) if self.waiting else None

    async def about_to_post(self, posting: Posting, *, now: datetime) -> None:
        if self.lost:
            raise LeaseLost
        self.done.append(("intent", now))

    async def posted(self, posting: Posting, *, channel_id: str, ts: str, now: datetime) -> None:
        self.done.append(("posted", (channel_id, ts)))

    async def postpone(self, posting: Posting, *, run_at: datetime, clear_intent: bool) -> None:
        self.done.append(("postponed", ((run_at - NOW).total_seconds(), clear_intent)))

    async def give_up(self, posting: Posting, *, error: str) -> None:
        self.done.append(("given up", error))

    async def release_all(self, owner: str) -> None: ...


@dataclass
class Locks:
    """held: another process has it."""

    held: bool = False

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        yield not self.held


class TestPoster(Poster):
    """Its client for single sendings is the same small one."""

    __test__ = False

    @property
    def once(self) -> Any:
        return self.client


def posting(**more: Any) -> Posting:
    place = more.pop("place", Place("T1", channel_id="C1"))
    saying = Saying(
        "k1", more.pop("template", "plain"), {"text": "hello"}, place, more.pop("seeds", ()), more.pop("to", None)
    )
    values: dict[str, Any] = {
        "revision": 1,
        "token": 1,
        "attempts": 1,
        "thread_ts": None,
        "ts": None,
        "intent_at": None,
    }
    return Posting(outbox_id=1, saying=saying, channel_id=place.channel_id, **(values | more))


def broken(facts: Any) -> Message:
    raise TypeError(facts)


async def said(slack: Slack, *postings: Posting, lost: bool = False, held: bool = False) -> list[tuple[str, Any]]:
    client: Any = slack
    rows = Postings(list(postings), lost=lost)
    templates = {"plain": lambda facts: plain(str(facts["text"])), "broken": broken}
    await TestPoster(client, rows, templates, lambda: NOW, "p1", Locks(held)).post_due()
    return rows.done


async def test_the_intent_is_written_before_the_post_and_the_place_after() -> None:
    assert await said(Slack(), posting()) == [("intent", NOW), ("posted", ("C1", "1.000100"))]


async def test_a_message_that_another_process_is_saying_is_left_to_it() -> None:
    slack = Slack()
    assert await said(slack, posting(), held=True) == [("postponed", (SETTLE.total_seconds(), False))]
    assert slack.asked == []


async def test_an_edit_whose_claim_was_lost_is_not_made() -> None:
    slack = Slack()
    await said(slack, posting(ts="1.0"), lost=True)
    assert slack.asked == []


async def test_seeds_refused_for_now_do_not_make_it_post_again() -> None:
    """The post stands: only its intent, which is kept, tells the next try to look for it."""
    slack = Slack({"reactions_add": [refusal("reactions.add", "ratelimited", 429, **{"Retry-After": "7"})]})
    assert (await said(slack, posting(seeds=("+1",))))[-1] == ("postponed", (7.0, False))


async def test_a_post_refused_for_now_is_not_there() -> None:
    slack = Slack({"chat_postMessage": [refusal("chat.postMessage", "ratelimited", 429, **{"Retry-After": "7"})]})
    assert (await said(slack, posting()))[-1] == ("postponed", (7.0, True))


async def test_seeds_that_cannot_be_added_are_left_out() -> None:
    for error in ("already_reacted", "too_many_reactions", "missing_scope"):
        slack = Slack({"reactions_add": [refusal("reactions.add", error)]})
        assert (await said(slack, posting(seeds=("+1", "-1"))))[-1] == ("posted", ("C1", "1.000100"))
        assert slack.times("reactions_add") == 2


@pytest.mark.parametrize(
    "error", [aiohttp.ServerDisconnectedError(), TimeoutError(), refusal("chat.postMessage", "", 502)]
)
async def test_an_unknown_outcome_keeps_its_intent(error: Exception) -> None:
    slack = Slack({"chat_postMessage": [error]})
    assert (await said(slack, posting()))[-1] == ("postponed", (1.0, False))


async def test_after_an_unknown_outcome_it_waits_before_it_looks() -> None:
    slack = Slack()
    assert await said(slack, posting(intent_at=NOW - SETTLE / 2)) == [("postponed", (2.5, False))]
    assert slack.asked == []


async def test_waits_grow_and_end() -> None:
    for attempts, waited in ((1, 1), (5, 16), (20, 60)):
        slack = Slack({"chat_postMessage": [TimeoutError()]})
        assert (await said(slack, posting(attempts=attempts)))[-1] == ("postponed", (waited, False))
    slack = Slack({"chat_postMessage": [TimeoutError()]})
    assert (await said(slack, posting(attempts=MAX_ATTEMPTS)))[-1] == ("given up", "TimeoutError")


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived"])
async def test_a_definite_no_is_not_repeated(error: str) -> None:
    slack = Slack({"chat_postMessage": [refusal("chat.postMessage", error)]})
    assert (await said(slack, posting()))[-1] == ("given up", error)


async def test_without_leave_to_look_it_is_said_rather_than_lost() -> None:
    slack = Slack({"conversations_history": [refusal("conversations.history", "missing_scope")]})
    assert (await said(slack, posting(intent_at=NOW - timedelta(minutes=1))))[-1] == ("posted", ("C1", "1.000100"))


async def test_a_look_that_fails_says_nothing() -> None:
    for error in (refusal("conversations.history", "internal_error"), refusal("conversations.history", "", 503)):
        slack = Slack({"conversations_history": [error]})
        assert (await said(slack, posting(intent_at=NOW - timedelta(minutes=1))))[-1] == ("postponed", (1.0, False))
        assert slack.times("chat_postMessage") == 0


async def test_a_bug_in_one_message_does_not_silence_the_next() -> None:
    done = await said(Slack(), posting(template="broken"), posting(template="unknown"), posting())
    assert [what for what, _ in done] == ["given up", "given up", "intent", "posted"]


async def test_a_message_taken_over_is_left_to_its_new_owner() -> None:
    slack = Slack()
    assert await said(slack, posting(), lost=True) == []
    assert slack.times("chat_postMessage") == 0


async def test_too_long_for_slack_is_said_in_plain_words() -> None:
    slack = Slack({"chat_postMessage": [refusal("chat.postMessage", "msg_blocks_too_long")] * 2})
    assert (await said(slack, posting()))[-1] == ("given up", "msg_blocks_too_long")
    assert ["blocks" in given for method, given in slack.asked if method == "chat_postMessage"] == [True, False]


async def test_a_whisper_is_only_for_one_and_a_direct_message_opens_its_channel() -> None:
    slack = Slack()
    await said(slack, posting(to="U1", thread_ts="1.0"))
    assert slack.asked[0][0] == "chat_postEphemeral"
    assert (slack.asked[0][1]["user"], slack.asked[0][1]["thread_ts"]) == ("U1", "1.0")
    slack = Slack()
    assert (await said(slack, posting(place=Place("T1", user_id="U1"))))[-1] == ("posted", ("D1", "1.000100"))


def test_the_real_client_sends_a_post_once() -> None:
    """The SDK's own default repeats a request whose connection broke after Slack took it."""
    client = AsyncWebClient("xoxb-1", "https://slack.test/api/")
    assert client.retry_handlers
    real: Any = Poster(client, Postings([]), {}, lambda: NOW, "p1", Locks())
    assert real.once.retry_handlers == []
    assert (real.once.token, real.once.base_url) == (client.token, client.base_url)
