"""Downloads against a small server: what Slack really answers, and addresses that must not see the token."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.slack import files as files_module
from bot.slack.files import SlackFiles
from pipeline.errors import DownloadRefused, FileTooBig


@dataclass
class Store:
    """Answers each download with the next planned one; tokens: what it was shown."""

    url: str = ""
    answers: list[Any] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"{self.url}/api/"

    async def give(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.headers.get("Authorization", ""))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "torn":
            torn = web.StreamResponse(headers={"Content-Length": "1000"})
            await torn.prepare(request)
            await torn.write(b"half of it")
            assert request.transport is not None
            request.transport.abort()
            return torn
        if isinstance(answer, int):
            return web.Response(status=answer, headers={"Location": "https://elsewhere.test/"})
        content_type, body = answer
        return web.Response(body=body, content_type=content_type)

    async def files_info(self, *, file: str) -> dict[str, Any]:
        return {"file": {"id": file, "name": "a.csv", "size": 3, "url_private": f"{self.url}/file"} | self.facts}


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    store = Store()
    site = web.Application()
    site.router.add_get("/file", store.give)
    runner = web.AppRunner(site, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    store.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield store
    await runner.cleanup()


async def fetched(store: Store) -> bytes:
    client: Any = store
    async with aiohttp.ClientSession() as session:
        files = SlackFiles(client, session, SecretStr("xoxb-secret"), limit_bytes=100)
        async with files.fetch("F1") as file:
            content = file.path.read_bytes()
            assert file.size_bytes == len(content)
            return content


async def test_a_file_is_fetched_with_the_token(store: Store) -> None:
    store.answers = [("text/csv", b"a,b")]
    assert await fetched(store) == b"a,b"
    assert store.tokens == ["Bearer xoxb-secret"]


async def test_a_login_page_instead_of_the_file_is_a_refusal(store: Store) -> None:
    store.answers = [("text/html", b"<h1>Sign in</h1>")]
    with pytest.raises(DownloadRefused) as refused:
        await fetched(store)
    assert refused.value.status == 403
    assert len(store.tokens) == 1


async def test_a_page_that_somebody_dropped_is_a_file(store: Store) -> None:
    store.answers, store.facts = [("text/html", b"<p>mine</p>")], {"name": "Mine.HTML"}
    assert await fetched(store) == b"<p>mine</p>"


@pytest.mark.parametrize("status", [302, 403, 404])
async def test_redirects_and_refusals_are_final(store: Store, status: int) -> None:
    store.answers = [status]
    with pytest.raises(DownloadRefused) as refused:
        await fetched(store)
    assert refused.value.status == status
    assert len(store.tokens) == 1


@pytest.mark.parametrize("accident", ["torn", 500, 429])
async def test_what_may_pass_is_tried_again(store: Store, accident: Any) -> None:
    store.answers = [accident, accident, ("text/csv", b"a,b")]
    assert await fetched(store) == b"a,b"


async def test_what_does_not_pass_is_refused_after_three_tries(store: Store) -> None:
    for accident, status in (("torn", files_module.BROKEN_OFF), (503, 503)):
        store.answers, store.tokens = [accident], []
        with pytest.raises(DownloadRefused) as refused:
            await fetched(store)
        assert (refused.value.status, len(store.tokens)) == (status, 3)


async def test_a_file_longer_than_it_says_is_cut_off(store: Store) -> None:
    store.answers = [("text/csv", b"a" * 101)]
    with pytest.raises(FileTooBig):
        await fetched(store)


async def test_a_file_that_says_it_is_too_big_is_not_fetched(store: Store) -> None:
    store.answers, store.facts = [("text/csv", b"a")], {"size": 101}
    with pytest.raises(FileTooBig):
        await fetched(store)
    assert store.tokens == []


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.elsewhere.test/document/1",
        "http://127.0.0.1.elsewhere.test/file",
        "http://elsewhere.test/127.0.0.1",
        "https://127.0.0.1/file",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_file_kept_elsewhere_never_sees_the_token(store: Store, url: str) -> None:
    store.answers, store.facts = [("text/csv", b"a")], {"url_private": url}
    with pytest.raises(DownloadRefused) as refused:
        await fetched(store)
    assert refused.value.status == 403
    assert store.tokens == []


def test_slacks_own_file_hosts_are_slack() -> None:
    client: Any = Store("https://slack.com")
    session: Any = None
    files = SlackFiles(client, session, SecretStr("x"), 1)
    assert files.is_slack("https://files.slack.com/files-pri/T1-F1/a.csv")
    assert not files.is_slack("https://files.notslack.com/files-pri/T1-F1/a.csv")
    assert not files.is_slack("http://files.slack.com/files-pri/T1-F1/a.csv")
