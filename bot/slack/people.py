"""Who is who: approvers from user ids and user groups, guests, people who left. Answers from memory."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.refusals import code_of

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SlackPeople:
    """configured: user ids, and user-group ids (S…) whose members count.

    refresh() asks Slack, at start-up and on a schedule, so that no click waits for it before its ack.
    """

    client: AsyncWebClient
    configured: Sequence[str]
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)

    async def refresh(self) -> None:
        users: dict[str, dict[str, Any]] = {}
        async for page in await self.client.users_list(limit=200):
            users |= {user["id"]: user for user in page["members"]}
        self.users = users
        for entry in self.configured:
            if entry.startswith("S"):
                self.groups[entry] = await self.members(entry)

    async def members(self, group_id: str) -> list[str]:
        try:
            answer = await self.client.usergroups_users_list(usergroup=group_id)
        except SlackApiError as error:
            log.warning("user group not readable", extra={"slack_error": code_of(error)})
            return self.groups.get(group_id, [])
        users: list[str] = answer["users"]
        return users

    def approvers(self, team_id: str) -> tuple[str, ...]:
        """Active members of `team_id` only: someone who left is noticed at the next refresh."""
        listed: list[str] = []
        for entry in self.configured:
            listed += self.groups.get(entry, []) if entry.startswith("S") else [entry]
        return tuple(user for user in dict.fromkeys(listed) if self.is_active(team_id, user))

    def is_active(self, team_id: str, user: str) -> bool:
        facts = self.users.get(user)
        if facts is None or facts.get("deleted") or facts.get("is_bot"):
            return False
        return bool(facts.get("team_id", team_id) == team_id)

    def is_guest(self, team_id: str, user: str) -> bool:
        """Guests and people of other workspaces: no drafts, and their feedback does not count."""
        facts = self.users.get(user)
        if facts is None:
            return False
        outsider = facts.get("team_id", team_id) != team_id
        return bool(facts.get("is_restricted") or facts.get("is_ultra_restricted") or outsider)

    def name(self, user: str) -> str:
        """A display name for places where a mention cannot stand (file contents, system messages)."""
        facts = self.users.get(user, {})
        return str(facts.get("profile", {}).get("display_name") or facts.get("real_name") or facts.get("name") or user)
