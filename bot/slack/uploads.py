"""Puts files into Slack: pictures, which only a message that shows them makes visible, and drafts to keep."""

from dataclasses import dataclass
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.refusals import code_of, is_passing
from pipeline.domain.work import Place
from pipeline.errors import UploadRefused

GONE = frozenset({"file_not_found", "file_deleted"})


@dataclass(frozen=True, slots=True)
class SlackUploads:
    """Satisfies PictureUploads and Sharing of two features. What may succeed later is raised as it came."""

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
            channel_id = place.channel_id or await self.direct_channel(place.user_id or "")
            promised = await self.client.files_getUploadURLExternal(filename=name, length=len(content))
            await self.send(str(promised["upload_url"]), content)
            shown: dict[str, str | None] = {"id": str(promised["file_id"]), "title": name}
            await self.client.files_completeUploadExternal(
                files=[shown], channel_id=channel_id, thread_ts=place.thread_ts
            )
        except SlackApiError as error:
            raise refusal(error) from error

    async def direct_channel(self, user: str) -> str:
        opened = await self.client.conversations_open(users=user)
        return str(opened["channel"]["id"])

    async def send(self, url: str, content: bytes) -> None:
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
