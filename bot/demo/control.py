"""What a person does in the sandbox, over its control API (sandbox/README.md)."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.demo.failures import DemoFailed

Json = dict[str, Any]
LONGEST_S: Final = 120.0  # of one request; waiting for a happening is one


class Refused(DemoFailed):
    """The sandbox said no: a person could not have done this in Slack. error: its word for it."""

    def __init__(self, verb: str, body: Json) -> None:
        super().__init__(f"The sandbox refused “{verb}”: {body.get('error')} {body.get('detail')}")
        self.error = str(body.get("error"))


@dataclass(frozen=True, slots=True)
class Control:
    session: aiohttp.ClientSession
    base_url: str

    async def act(self, verb: str, body: Json) -> Json:
        """Raises Refused."""
        given = {name: value for name, value in body.items() if value is not None}
        async with self.session.post(f"{self.base_url}/control/{verb}", json=given) as response:
            return answered(verb, await response.text())

    async def look(self, verb: str, query: Mapping[str, object]) -> Json:
        """Raises Refused."""
        words = {name: str(value) for name, value in query.items()}
        async with self.session.get(f"{self.base_url}/control/{verb}", params=words) as response:
            return answered(verb, await response.text())

    async def drop(self, content: bytes, query: Mapping[str, str]) -> Json:
        """A file dropped in a channel or thread. Raises Refused."""
        url = f"{self.base_url}/control/files"
        async with self.session.post(url, params=dict(query), data=content) as response:
            return answered("files", await response.text())


@asynccontextmanager
async def opened(base_url: str) -> AsyncIterator[Control]:
    timeout = aiohttp.ClientTimeout(total=LONGEST_S)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        yield Control(session, base_url)


def answered(verb: str, text: str) -> Json:
    body: Json = json.loads(text)
    if not body.get("ok"):
        raise Refused(verb, body)
    return body
