"""Slash commands, buttons, shortcuts and modals: the payload out, the acknowledgement in, what the user sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.block_ids import with_ids
from sandbox.errors import SlackError
from sandbox.modals import OpenView
from sandbox.parcels import Answer, Kind, Parcel
from sandbox.rules.messages import check_message
from sandbox.workspace import Channel, Message

if TYPE_CHECKING:
    from sandbox.slack import Slack

_CHANNEL_NAMES = {"im": "directmessage", "group": "privategroup"}


@dataclass(frozen=True, slots=True)
class Reaction:
    """What came of an interaction. notice: what Slack showed the person because the app failed; "" if nothing."""

    answer: Answer
    notice: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.answer.outcome,
            "detail": self.answer.detail,
            "notice": self.notice,
            "answer": self.answer.body,
        }


class Interactions:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def command(self, user_id: str, channel: Channel, name: str, text: str) -> Reaction:
        """Run a slash command; a text or blocks in the acknowledgement becomes a message."""
        url = self._slack.response_urls.new(channel.channel_id, user_id)
        workspace = self._slack.workspace
        payload = {
            "token": "sandbox-verification-token",
            "team_id": workspace.team_id,
            "team_domain": workspace.domain,
            "channel_id": channel.channel_id,
            "channel_name": _CHANNEL_NAMES.get(channel.kind, channel.name),
            "user_id": user_id,
            "user_name": workspace.members[user_id].name,
            "command": name,
            "text": text,
            "api_app_id": workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": self._slack.base_url + url,
            "trigger_id": self._slack.triggers.new(user_id),
        }
        answer = await self._send("slash_commands", payload)
        if answer.outcome != "acked":
            return self._failed(user_id, name, answer)
        body = {"text": answer.body} if isinstance(answer.body, str) else answer.body
        try:
            if body:
                self.respond(body, channel, user_id)
        except SlackError as err:
            refused = Answer("failed", answer.body, f"{err.error} {err.messages}")
            return self._failed(user_id, name, refused, "invalid_command_response")
        return Reaction(answer)

    def respond(self, body: dict[str, Any], channel: Channel, user_id: str) -> Message:
        """A message in answer to a command or over a response_url: ephemeral unless said otherwise.

        No membership is needed here, as in Slack.
        """
        slack = self._slack
        text, blocks = str(body.get("text") or ""), body.get("blocks") or []
        check_message(text, blocks, body.get("attachments") or [])
        message = Message(
            channel.channel_id,
            slack.clock.next_ts(),
            slack.workspace.bot_user_id,
            text,
            with_ids(blocks),
            bot_id=slack.workspace.bot_id,
            thread_ts=body.get("thread_ts"),
        )
        if body.get("response_type") == "in_channel":
            return slack.posts.post(message)
        message.seen_only_by = user_id
        return slack.posts.ephemeral(message)

    async def act_on_message(
        self, user_id: str, message: Message, action: dict[str, Any], state: dict[str, Any]
    ) -> Reaction:
        """Press or choose something in a message. Ephemeral messages are not part of the payload, as in Slack."""
        slack = self._slack
        channel = slack.workspace.channels[message.channel_id]
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.channel_id,
            "is_ephemeral": message.seen_only_by is not None,
        }
        if message.is_reply:
            container["thread_ts"] = message.thread_ts
        payload = self._payload("block_actions", user_id) | {
            "container": container,
            "channel": self._channel(channel),
            "state": {"values": state},
            "response_url": slack.base_url + slack.response_urls.new(channel.channel_id, user_id, message),
            "actions": [action | {"action_ts": slack.clock.next_ts()}],
        }
        if message.seen_only_by is None:
            payload["message"] = slack.posts.shape(message)
        return await self._interact(user_id, payload)

    async def act_on_view(self, user_id: str, opened: OpenView, action: dict[str, Any]) -> Reaction:
        slack = self._slack
        payload = self._payload("block_actions", user_id, opened.view_id) | {
            "container": {"type": "view", "view_id": opened.view_id},
            "view": slack.views.shape(opened),
            "actions": [action | {"action_ts": slack.clock.next_ts()}],
        }
        return await self._interact(user_id, payload)

    async def message_shortcut(self, user_id: str, callback_id: str, message: Message) -> Reaction:
        slack = self._slack
        channel = slack.workspace.channels[message.channel_id]
        payload = self._payload("message_action", user_id) | {
            "callback_id": callback_id,
            "message_ts": message.ts,
            "message": slack.posts.shape(message),
            "channel": self._channel(channel),
            "response_url": slack.base_url + slack.response_urls.new(channel.channel_id, user_id),
            "action_ts": slack.clock.next_ts(),
        }
        return await self._interact(user_id, payload)

    async def global_shortcut(self, user_id: str, callback_id: str) -> Reaction:
        payload = self._payload("shortcut", user_id) | {
            "callback_id": callback_id,
            "action_ts": self._slack.clock.next_ts(),
        }
        return await self._interact(user_id, payload)

    async def submit(self, user_id: str, opened: OpenView) -> Reaction:
        """Send a modal in; the answer closes it, shows errors, or changes the stack."""
        views = self._slack.views
        opened.errors, opened.notice = {}, ""  # those of an earlier answer
        payload = self._payload("view_submission", user_id, opened.view_id) | {
            "view": views.shape(opened),
            "response_urls": [],
        }
        answer = await self._send("interactive", payload)
        if answer.outcome != "acked":
            reaction = self._failed(user_id, "view_submission", answer)
        else:
            reaction = self._follow(user_id, opened, answer)
        if reaction.notice:
            views.note(opened, notice=reaction.notice)
        return reaction

    def _follow(self, user_id: str, opened: OpenView, answer: Answer) -> Reaction:
        """Do what the acknowledgement of a submission says."""
        views = self._slack.views
        body = answer.body if isinstance(answer.body, dict) else {}
        action = body.get("response_action")
        try:
            if action is None and not body:
                views.close(opened)
            elif action == "clear":
                views.close(opened, clear=True)
            elif action == "update":
                views.update(opened, body.get("view"))
            elif action == "push":
                views.push(user_id, body.get("view"))
            elif action == "errors" and _fits(body.get("errors"), opened):
                views.note(opened, errors=body["errors"])
            else:
                raise SlackError("invalid_response", messages=[str(body)[:300]])
        except SlackError as err:
            refused = Answer("failed", answer.body, f"{err.error} {err.messages}")
            return self._failed(user_id, "view_submission", refused)
        return Reaction(answer)

    async def close(self, user_id: str, opened: OpenView, *, clear: bool) -> Reaction:
        """Close a modal by hand; the app is told only where the view asked for it."""
        self._slack.views.close(opened, clear=clear)
        if not opened.definition.get("notify_on_close"):
            return Reaction(Answer("acked", detail="the app is not told without notify_on_close"))
        payload = self._payload("view_closed", user_id) | {
            "view": self._slack.views.shape(opened),
            "is_cleared": clear,
        }
        del payload["trigger_id"]
        return await self._interact(user_id, payload)

    async def _interact(self, user_id: str, payload: dict[str, Any]) -> Reaction:
        answer = await self._send("interactive", payload)
        if answer.outcome != "acked":
            return self._failed(user_id, str(payload["type"]), answer)
        return Reaction(answer)

    async def _send(self, kind: Kind, payload: dict[str, Any]) -> Answer:
        slack = self._slack
        if not slack.workspace.installed:
            return Answer("unreachable", detail="the app is not installed")
        answer = await slack.transport.send(Parcel(kind, payload), timeout_s=slack.settings.ack_timeout_s)
        slack.feed.add(
            "delivery",
            event=str(payload.get("type", payload.get("command"))),
            attempt=0,
            outcome=answer.outcome,
            detail=answer.detail,
            payload=payload,
        )
        return answer

    def _failed(self, user_id: str, what: str, answer: Answer, error: str = "") -> Reaction:
        """Slack's own words to the person; only they see them."""
        error = error or ("operation_timeout" if answer.outcome == "timeout" else "dispatch_failed")
        text = f'{what} failed with the error "{error}"'
        self._slack.feed.add("notice", user=user_id, error=error, text=text, detail=answer.detail)
        return Reaction(answer, error)

    def _payload(self, kind: str, user_id: str, view_id: str | None = None) -> dict[str, Any]:
        workspace = self._slack.workspace
        member = workspace.members[user_id]
        return {
            "type": kind,
            "user": {
                "id": user_id,
                "username": member.name,
                "name": member.name,
                "team_id": workspace.team_id,
            },
            "api_app_id": workspace.app_id,
            "token": "sandbox-verification-token",
            "trigger_id": self._slack.triggers.new(user_id, view_id),
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _channel(self, channel: Channel) -> dict[str, str]:
        return {"id": channel.channel_id, "name": _CHANNEL_NAMES.get(channel.kind, channel.name)}


def _fits(errors: Any, opened: OpenView) -> bool:
    """Errors may only name input blocks of this view."""
    inputs = {one["block_id"] for one in opened.blocks if one["type"] == "input"}
    return isinstance(errors, dict) and bool(errors) and set(errors) <= inputs
