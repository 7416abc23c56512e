"""Puts files into Slack: pictures, which only a message that shows them makes visible, and drafts to keep."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.refusals import code_of, is_passing
from pipeline.domain.work import Place
from pipeline.errors import UploadRefused

GONE = frozenset({"file_not_found", "file_deleted"})


@dataclass(frozen=True, slots=True)
class SlackUploads:
    """Satisfies PictureUploads, Sharing and FileSharing. What may succeed later is raised as it came."""

    client: AsyncWebClient
    session: aiohttp.ClientSession

    async def upload(self, name: str, png: bytes, alt: str) -> str:
        try:
            promised = await self.client.files_getUploadURLExternal(filename=name, length=len(png), alt_txt=alt)
            await self.send(str(promised["upload_url"]), png)
            file_id = str(promised["file_id"])
            await self.client.files_completeUploadExternal(files=[{"id": file_id, "title": name}])
        except SlackApiError as error:
            raise refusal(error) from error
        return file_id

    async def share(self, name: str, content: bytes, *, place: Place) -> None:
        """Show a file in a thread, or to one person."""
        try:
            await self._share(name, content, len(content), place)
        except SlackApiError as error:
            raise refusal(error) from error

    async def share_file(self, name: str, path: Path, *, place: Place) -> None:
        """As share, for what is too large to hold in memory."""
        try:
            with path.open("rb") as file:
                await self._share(name, file, os.fstat(file.fileno()).st_size, place)
        except SlackApiError as error:
            raise refusal(error) from error

    async def _share(self, name: str, content: bytes | IO[bytes], size_bytes: int, place: Place) -> None:
        channel_id = place.channel_id or await self.direct_channel(place.user_id or "")
        promised = await self.client.files_getUploadURLExternal(filename=name, length=size_bytes)
        await self.send(str(promised["upload_url"]), content)
        shown: dict[str, str | None] = {"id": str(promised["file_id"]), "title": name}
        await self.client.files_completeUploadExternal(files=[shown], channel_id=channel_id, thread_ts=place.thread_ts)

    async def direct_channel(self, user: str) -> str:
        opened = await self.client.conversations_open(users=user)
        return str(opened["channel"]["id"])

    async def send(self, url: str, content: bytes | IO[bytes]) -> None:
        """The address is the permission: no token goes with it."""
        async with self.session.post(url, data=content) as answer:
            if 400 <= answer.status < 500:
                raise UploadRefused(str(answer.status))
            answer.raise_for_status()

    async def state(self, slack_file_id: str) -> Literal["ready", "processing", "gone"]:
        """Slack names a file's type once it has worked on it; before, a message with it is refused."""
        try:
            told = await self.client.files_info(file=slack_file_id)
        except SlackApiError as error:
            if code_of(error) in GONE:
                return "gone"
            raise refusal(error) from error
        return "ready" if told["file"].get("mimetype") else "processing"


def refusal(error: SlackApiError) -> Exception:
    return error if is_passing(error) else UploadRefused(code_of(error))
