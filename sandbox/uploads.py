"""Files: promised uploads, what was uploaded, and the addresses they are fetched from."""

import mimetypes
import secrets
from dataclasses import dataclass

from aiohttp import web

from sandbox.errors import SlackError
from sandbox.slack import Slack
from sandbox.workspace import File

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body><h1>Sign in to Sandbox</h1></body></html>"


@dataclass(slots=True)
class Promise:
    """What files.getUploadURLExternal announced. content is None until the bytes came."""

    file_id: str
    name: str
    size_bytes: int
    alt_txt: str = ""
    content: bytes | None = None


class Uploads:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._promised: dict[str, Promise] = {}
        self._count = 0

    def promise(self, name: str, size_bytes: int, alt_txt: str = "") -> tuple[str, str]:
        """(file id, upload address) for a file that will be sent."""
        ticket = secrets.token_hex(12)
        self._promised[ticket] = Promise(self._new_id(), name, size_bytes, alt_txt)
        return self._promised[ticket].file_id, f"{self._slack.base_url}/upload/v1/{ticket}"

    def complete(self, file_id: str, title: str) -> File:
        """Turn an uploaded promise into a file of the bot, not processed yet. SlackError: file_not_found."""
        for ticket, one in list(self._promised.items()):
            if one.file_id == file_id and one.content is not None:
                del self._promised[ticket]
                bot = self._slack.workspace.bot_user_id
                file = self.store(bot, one.name, one.content, title=title, file_id=file_id)
                file.is_processed, file.alt_txt = False, one.alt_txt
                return file
        raise SlackError("file_not_found")

    def store(
        self,
        user_id: str,
        name: str,
        content: bytes,
        *,
        title: str = "",
        mimetype: str = "",
        file_id: str = "",
    ) -> File:
        guessed = mimetype or mimetypes.guess_type(name)[0] or "application/octet-stream"
        created = int(self._slack.clock.now())
        file_id = file_id or self._new_id()
        file = File(file_id, user_id, name, title or name, guessed, content, created)
        self._slack.workspace.files[file_id] = file
        return file

    def delete(self, file: File) -> None:
        """Remove a file everywhere and tell the app."""
        seen = self._slack.workspace.bot_sees(file)
        file.is_deleted = True
        file.content = b""
        self._slack.feed.add("file_deleted", file_id=file.file_id, user=file.user_id)
        if seen:
            event = {"type": "file_deleted", "file_id": file.file_id, "channel_ids": list(file.shares)}
            self._slack.events.emit(event | {"event_ts": self._slack.clock.next_ts()})

    async def take(self, request: web.Request) -> web.StreamResponse:
        """POST to an upload address: raw bytes, or a form with one file part."""
        promised = self._promised.get(request.match_info["ticket"])
        if promised is None or promised.content is not None:
            return web.Response(status=404, text="no such upload")
        content = await _body(request)
        if len(content) != promised.size_bytes:
            return web.Response(status=400, text="the length differs from the announced one")
        promised.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def give(self, request: web.Request) -> web.StreamResponse:
        """GET url_private(_download). Without a good token Slack answers 200 with its login page."""
        file = self._slack.workspace.files.get(request.match_info["file_id"])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = token == self._slack.settings.bot_token and self._slack.workspace.installed
        if not allowed or "files:read" not in self._slack.manifest.scopes:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if file is None or not self._slack.workspace.bot_sees(file):
            return web.Response(status=404, text=LOGIN_PAGE, content_type="text/html")
        return download(file)

    def _new_id(self) -> str:
        self._count += 1
        return f"F{self._count:08d}"


async def _body(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    part = next((one for one in form.values() if isinstance(one, web.FileField)), None)
    return part.file.read() if part else b""


def download(file: File) -> web.Response:
    """nosniff and attachment: a file someone dropped must not run in the page's origin."""
    quoted = file.name.replace('"', "").replace("\r", "").replace("\n", "")
    ascii_name = quoted.encode("ascii", "replace").decode()
    return web.Response(
        body=file.content,
        headers={
            "Content-Type": file.mimetype,
            "Content-Disposition": f'attachment; filename="{ascii_name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
