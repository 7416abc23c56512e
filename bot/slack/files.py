"""Fetches what people drop: streamed to a temporary file, with the bot's token only where it belongs."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from pipeline.domain.work import DroppedFile
from pipeline.errors import DownloadRefused, FileTooBig

CHUNK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class SlackFiles:
    """limit_bytes: largest file that is read."""

    client: AsyncWebClient
    session: aiohttp.ClientSession
    token: SecretStr
    limit_bytes: int

    @asynccontextmanager
    async def fetch(self, slack_file_id: str) -> AsyncIterator[DroppedFile]:
        facts = await self.facts(slack_file_id)
        name, size = str(facts.get("name") or slack_file_id), int(facts.get("size") or 0)
        if size > self.limit_bytes:
            raise FileTooBig(name, size, self.limit_bytes)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            size = await self.download(str(facts.get("url_private_download") or facts["url_private"]), path, name)
            yield DroppedFile(name, size, path)

    async def facts(self, slack_file_id: str) -> dict[str, Any]:
        try:
            answer = await self.client.files_info(file=slack_file_id)
        except SlackApiError as error:
            raise DownloadRefused(slack_file_id, error.response.status_code) from error
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
