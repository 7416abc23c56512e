"""files.*: the three-step upload, information, deletion."""

import asyncio

from sandbox.api.call import Call, Json, Method
from sandbox.api.chat import parent_ts
from sandbox.errors import SlackError
from sandbox.shapes import file_json
from sandbox.uploads import Uploads
from sandbox.workspace import Channel, File

MAX_ALT_CHARS = 1000


class FileMethods:
    """The methods share the uploads that are under way, so they live on an object."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    def methods(self) -> dict[str, Method]:
        return {
            "files.getUploadURLExternal": Method(self.get_upload_url, "files:write"),
            "files.completeUploadExternal": Method(self.complete_upload, "files:write"),
            "files.info": Method(self.info, "files:read"),
            "files.delete": Method(self.delete, "files:write"),
        }

    async def get_upload_url(self, call: Call) -> Json:
        length = call.count("length", 0)
        if length <= 0:
            raise SlackError("invalid_arguments", messages=["[ERROR] length must be greater than 0"])
        alt_txt = call.maybe("alt_txt")
        if len(alt_txt) > MAX_ALT_CHARS:
            raise SlackError("alt_txt_too_large")
        file_id, upload_url = self._uploads.promise(call.text("filename"), length, alt_txt)
        return {"upload_url": upload_url, "file_id": file_id}

    async def complete_upload(self, call: Call) -> Json:
        """Answers before the file is worked on and shared; its type, `shares` and file_shared come a little later."""
        wanted = call.listed("files")
        if not wanted:
            raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: files"])
        channel_id = call.maybe("channel_id") or call.maybe("channels")
        channel = None
        if channel_id:
            call.args["channel"] = channel_id
            channel = call.writable_channel()
        thread_ts = parent_ts(call, channel) if channel else None
        files = [self._uploads.complete(str(one["id"]), str(one.get("title") or "")) for one in wanted]
        call.slack.events.tasks.start(self._process_later(call, files, channel, thread_ts))
        return {"files": [self._shape(call, one) for one in files]}

    async def _process_later(
        self, call: Call, files: list[File], channel: Channel | None, thread_ts: str | None
    ) -> None:
        slack = call.slack
        await asyncio.sleep(slack.settings.share_delay_s)
        for file in files:
            file.is_processed = True
        if channel is not None:
            comment = call.maybe("initial_comment")
            slack.posts.share(files, slack.workspace.bot_user_id, channel, comment, thread_ts)

    async def info(self, call: Call) -> Json:
        file = self._visible(call)
        return {"file": self._shape(call, file), "comments": [], "response_metadata": {"next_cursor": ""}}

    async def delete(self, call: Call) -> Json:
        file = self._visible(call)
        if file.user_id != call.slack.workspace.bot_user_id:
            raise SlackError("cant_delete_file")
        self._uploads.delete(file)
        return {}

    def _visible(self, call: Call) -> File:
        file = call.slack.workspace.files.get(call.text("file"))
        if file is None or not call.slack.workspace.bot_sees(file):
            raise SlackError("file_deleted" if file and file.is_deleted else "file_not_found")
        return file

    def _shape(self, call: Call, file: File) -> Json:
        return file_json(call.slack.workspace, file, call.slack.base_url)
