"""Who is who: members of user groups, admins, guests, people who left. Answers from memory."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.refusals import code_of, is_passing

PAGE: Final = 1_000  # the most that conversations.members gives at a time

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SlackPeople:
    """named_admins: who sets the rules; empty leaves that to the workspace's own admins and owners.

    refresh() asks Slack, at start-up and on a schedule, so that no click waits for it before its ack.
    """

    client: AsyncWebClient
    named_admins: Sequence[str]
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    known_groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    known_channels: dict[str, frozenset[str]] = field(default_factory=dict)

    async def refresh(self) -> None:
        users: dict[str, dict[str, Any]] = {}
        async for page in await self.client.users_list(limit=200):
            users |= {user["id"]: user for user in page["members"]}
        self.users = users
        try:
            answer = await self.client.usergroups_list(include_users=True)
        except SlackApiError as error:
            log.warning("user groups not readable", extra={"slack_error": code_of(error)})
            return
        self.known_groups = {group["id"]: group for group in answer["usergroups"]}

    async def learn(self, channels: Collection[str]) -> None:
        """A channel that could only not be read right now keeps the members that are known."""
        asked = {channel: await self._asked(channel) for channel in channels}
        self.known_channels = {channel: there for channel, there in asked.items() if there is not None}

    async def _asked(self, channel: str) -> frozenset[str] | None:
        there: set[str] = set()
        try:
            async for page in await self.client.conversations_members(channel=channel, limit=PAGE):
                there.update(page["members"])
        except SlackApiError as error:
            log.warning("members of a channel not readable", extra={"slack_error": code_of(error)})
            return self.known_channels.get(channel) if is_passing(error) else None
        return frozenset(there)

    def members(self, team_id: str, named: str) -> frozenset[str] | None:
        """Guests and other workspaces' people are among them."""
        if not named.startswith("S"):
            return self.known_channels.get(named)
        group = self.known_groups.get(named)
        return None if group is None or group.get("team_id", team_id) != team_id else frozenset(group.get("users", ()))

    def reachable(self, team_id: str, named: Sequence[str]) -> tuple[str, ...]:
        """Members of `team_id` only; someone who left is noticed at the next refresh."""
        listed: list[str] = []
        for entry in named:
            group = self.known_groups.get(entry, {})
            listed += group.get("users", []) if entry.startswith("S") else [entry]
        there = [user for user in dict.fromkeys(listed) if self.is_active(team_id, user)]
        return tuple(user for user in there if not self.is_guest(team_id, user))

    def admins(self, team_id: str) -> tuple[str, ...]:
        in_slack = [user for user, facts in self.users.items() if facts.get("is_admin") or facts.get("is_owner")]
        return self.reachable(team_id, self.named_admins or in_slack)

    def groups(self, team_id: str) -> dict[str, str]:
        return {
            group_id: str(group.get("name") or group.get("handle") or group_id)
            for group_id, group in self.known_groups.items()
            if group.get("team_id", team_id) == team_id
        }

    def is_active(self, team_id: str, user: str) -> bool:
        facts = self.users.get(user)
        if facts is None or facts.get("deleted") or facts.get("is_bot"):
            return False
        return bool(facts.get("team_id", team_id) == team_id)

    def is_guest(self, team_id: str, user: str) -> bool:
        """Guests, other bots and people of other workspaces: no drafts, and their feedback does not count."""
        facts = self.users.get(user)
        if facts is None:
            return False
        outsider = facts.get("team_id", team_id) != team_id
        return bool(facts.get("is_restricted") or facts.get("is_ultra_restricted") or facts.get("is_bot") or outsider)

    def name(self, user: str) -> str:
        """A display name for places where a mention cannot stand (file contents, system messages)."""
        facts = self.users.get(user, {})
        return str(facts.get("profile", {}).get("display_name") or facts.get("real_name") or facts.get("name") or user)
