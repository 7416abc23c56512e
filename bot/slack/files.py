"""Fetches what people drop: streamed to a temporary file, with the bot's token only where it belongs."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from pipeline.domain.work import DroppedFile
from pipeline.errors import DownloadRefused, FileTooBig

T = TypeVar("T")

CHUNK_BYTES = 1 << 16
TRIES = 3
FIRST_WAIT_S = 0.5
BROKEN_OFF = 0  # DownloadRefused.status when there was no answer to have one
PASSING_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class SlackFiles:
    """limit_bytes: largest file that is read."""

    client: AsyncWebClient
    session: aiohttp.ClientSession
    token: SecretStr
    limit_bytes: int

    @asynccontextmanager
    async def fetch(self, slack_file_id: str) -> AsyncIterator[DroppedFile]:
        facts = await persistent(lambda: self.facts(slack_file_id), slack_file_id)
        name, size = str(facts.get("name") or slack_file_id), int(facts.get("size") or 0)
        if size > self.limit_bytes:
            raise FileTooBig(name, size, self.limit_bytes)
        url = str(facts.get("url_private_download") or facts.get("url_private") or "")
        if not self.is_slack(url):
            raise DownloadRefused(name, 403)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            size = await persistent(lambda: self.download(url, path, name), name)
            yield DroppedFile(name, size, path)

    def is_slack(self, url: str) -> bool:
        """Files kept elsewhere (a document linked from Google Drive) have an address that must not see our token."""
        api, file = urlsplit(self.client.base_url), urlsplit(url)
        host, of_slack = file.hostname or "", api.hostname or ""
        return file.scheme == api.scheme and (host == of_slack or host.endswith("." + of_slack))

    async def facts(self, slack_file_id: str) -> dict[str, Any]:
        try:
            answer = await self.client.files_info(file=slack_file_id)
        except SlackApiError as error:
            status = error.response.status_code
            raise DownloadRefused(slack_file_id, 403 if status == 200 else status) from error
        file: dict[str, Any] = answer["file"]
        return file

    async def download(self, url: str, path: Path, name: str) -> int:
        """Size in bytes. Redirects are not followed: a missing scope sends people to a login page, token and all."""
        headers = {"Authorization": f"Bearer {self.token.get_secret_value()}"}
        async with self.session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise DownloadRefused(name, answer.status)
            # Slack answers a missing scope with 200 and a login page.
            if answer.content_type == "text/html" and not name.lower().endswith((".html", ".htm")):
                raise DownloadRefused(name, 403)
            size = 0
            with path.open("wb") as target:
                async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                    size += len(chunk)
                    if size > self.limit_bytes:
                        raise FileTooBig(name, size, self.limit_bytes)
                    target.write(chunk)
            return size


async def persistent(ask: Callable[[], Awaitable[T]], name: str) -> T:
    """A broken connection and a passing refusal are tried again; raises DownloadRefused after the last try."""
    for attempt in range(TRIES):
        try:
            return await ask()
        except (aiohttp.ClientError, TimeoutError) as error:
            refused = DownloadRefused(name, BROKEN_OFF)
            refused.__cause__ = error
        except DownloadRefused as error:
            if error.status not in PASSING_STATUSES:
                raise
            refused = error
        await asyncio.sleep(FIRST_WAIT_S * 2**attempt)
    raise refused
