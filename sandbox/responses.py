"""response_url: answers to a command, a button or a shortcut, five times within 30 minutes."""

from typing import Any

from aiohttp import web

from sandbox.block_ids import with_ids
from sandbox.errors import SlackError
from sandbox.rules.messages import check_message
from sandbox.slack import Slack
from sandbox.tickets import ResponseUrl
from sandbox.workspace import Message


class Responses:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def take(self, request: web.Request) -> web.StreamResponse:
        """POST to a response_url. Answers the word ok, or 404 once it is used up or too old."""
        try:
            made = self._slack.response_urls.use(request.match_info["token"])
        except SlackError as err:
            return web.json_response({"ok": False, "error": err.error}, status=404)
        try:
            body = await request.json()
            self._respond(made, body)
        except SlackError as err:
            refusal = {"ok": False, "error": err.error, "response_metadata": {"messages": err.messages}}
            return web.json_response(refusal, status=400)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        self._slack.feed.add("response_url", user=made.user_id, channel=made.channel_id, uses=made.uses)
        return web.Response(text="ok")

    def _respond(self, made: ResponseUrl, body: dict[str, Any]) -> None:
        slack = self._slack
        source = self._still_there(made)
        if body.get("delete_original"):
            if source:
                slack.posts.delete(source)
        elif body.get("replace_original") and source:
            self._replace(source, body)
        else:
            channel = slack.workspace.channels[made.channel_id]
            slack.interactions.respond(body, channel, made.user_id)

    def _replace(self, source: Message, body: dict[str, Any]) -> None:
        text, blocks = str(body.get("text") or ""), body.get("blocks") or []
        attachments = body.get("attachments") or []
        check_message(text, blocks, attachments)
        self._slack.posts.edit(source, text=text, blocks=with_ids(blocks), attachments=attachments)

    def _still_there(self, made: ResponseUrl) -> Message | None:
        if made.source is None:
            return None
        ts = made.source.ts
        kept = self._slack.workspace.channels[made.channel_id].messages.get(ts)
        return kept or self._slack.workspace.ephemeral(made.channel_id, ts)
