"""Views a member has on screen: the stack of modals (three at most) and the home tab."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox.block_ids import with_ids
from sandbox.clock import Clock
from sandbox.errors import ControlError, SlackError
from sandbox.feed import Feed
from sandbox.inputs import State, state_of
from sandbox.rules.views import check_view
from sandbox.workspace import Workspace

MAX_STACK = 3


@dataclass(slots=True)
class OpenView:
    """definition: the view as the app gave it, with ids filled in. errors: block_id -> what the app answered."""

    view_id: str
    user_id: str
    definition: dict[str, Any]
    root_view_id: str
    previous_view_id: str | None
    hash: str
    state: State = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""

    @property
    def blocks(self) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = self.definition["blocks"]
        return blocks


class Views:
    def __init__(self, workspace: Workspace, clock: Clock, feed: Feed) -> None:
        self._workspace = workspace
        self._clock = clock
        self._feed = feed
        self._count = 0
        self.stacks: dict[str, list[OpenView]] = {}
        self.homes: dict[str, OpenView] = {}

    def open(self, user_id: str, view: Any) -> OpenView:
        """A new modal. Whatever this member had open from the app before is gone."""
        check_view(view, "modal")
        self._check_external_id(view)
        opened = self._new(user_id, view)
        self.stacks[user_id] = [opened]
        return self._told("view_opened", opened)

    def push(self, user_id: str, view: Any) -> OpenView:
        check_view(view, "modal")
        self._check_external_id(view)
        stack = self.stacks.get(user_id, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MAX_STACK:
            raise SlackError("push_limit_reached")
        pushed = self._new(user_id, view)
        pushed.root_view_id, pushed.previous_view_id = stack[0].view_id, stack[-1].view_id
        stack.append(pushed)
        return self._told("view_opened", pushed)

    def update(self, opened: OpenView, view: Any, known_hash: str = "") -> OpenView:
        """Replace what a view shows. Values stay where block_id, action_id and element type are the same."""
        check_view(view, opened.definition["type"])
        if known_hash and known_hash != opened.hash:
            raise SlackError("hash_conflict")
        opened.definition = {**view, "blocks": with_ids(view["blocks"])}
        opened.state = state_of(opened.blocks, opened.state)
        opened.hash = self._new_hash()
        opened.errors, opened.notice = {}, ""
        return self._told("view_updated", opened)

    def publish(self, user_id: str, view: Any, known_hash: str = "") -> OpenView:
        check_view(view, "home")
        before = self.homes.get(user_id)
        if known_hash and (before is None or before.hash != known_hash):
            raise SlackError("hash_conflict")
        published = self._new(user_id, view)
        if before:
            published.view_id = published.root_view_id = before.view_id
            published.state = state_of(published.blocks, before.state)
        self.homes[user_id] = published
        return self._told("home", published)

    def close(self, opened: OpenView, *, clear: bool = False) -> None:
        """Take the view off its stack, or with clear the whole stack."""
        stack = self.stacks.get(opened.user_id, [])
        gone = list(stack) if clear else [one for one in stack if one is opened]
        self.stacks[opened.user_id] = [one for one in stack if one not in gone]
        for one in gone:
            self._told("view_closed", one)

    def find(self, view_id: str = "", external_id: str = "") -> OpenView | None:
        """A view on screen now; a closed one is not found, as in Slack."""
        on_screen = [*self.homes.values(), *(one for stack in self.stacks.values() for one in stack)]
        for one in on_screen:
            if view_id and one.view_id == view_id:
                return one
            if external_id and one.definition.get("external_id") == external_id:
                return one
        return None

    def seen_by(self, user_id: str, view_id: str) -> OpenView:
        opened = self.find(view_id)
        if opened is None or opened.user_id != user_id:
            raise ControlError("view_not_open", f"{user_id} has no view {view_id} open", status=404)
        return opened

    def note(self, opened: OpenView, *, errors: dict[str, str] | None = None, notice: str = "") -> None:
        """Show the errors the app answered, or Slack's own trouble notice, in the modal."""
        opened.errors, opened.notice = errors or {}, notice
        self._told("view_noted", opened)

    def shape(self, opened: OpenView) -> dict[str, Any]:
        """Slack's JSON for a view, as in payloads and answers."""
        workspace, given = self._workspace, opened.definition
        shape = {
            "id": opened.view_id,
            "team_id": workspace.team_id,
            "type": given["type"],
            "blocks": opened.blocks,
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "state": {"values": opened.state},
            "hash": opened.hash,
            "title": given.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": opened.previous_view_id,
            "root_view_id": opened.root_view_id,
            "app_id": workspace.app_id,
            "external_id": given.get("external_id", ""),
            "app_installed_team_id": workspace.team_id,
            "bot_id": workspace.bot_id,
        }
        return shape

    def _new(self, user_id: str, view: dict[str, Any]) -> OpenView:
        self._count += 1
        view_id = f"V{self._count:08d}"
        definition = {**view, "blocks": with_ids(view["blocks"])}
        opened = OpenView(view_id, user_id, definition, view_id, None, self._new_hash())
        opened.state = state_of(opened.blocks)
        return opened

    def _new_hash(self) -> str:
        return f"{int(self._clock.now())}.{secrets.token_hex(4)}"

    def _check_external_id(self, view: dict[str, Any]) -> None:
        external_id = view.get("external_id")
        if external_id and self.find(external_id=external_id):
            raise SlackError("duplicate_external_id")

    def _told(self, kind: str, opened: OpenView) -> OpenView:
        self._feed.add(
            kind,
            user=opened.user_id,
            view_id=opened.view_id,
            callback_id=opened.definition.get("callback_id", ""),
            view=self.shape(opened),
            errors=dict(opened.errors),
            notice=opened.notice,
        )
        return opened
