"""Who may draft, in words (pure)."""

from collections.abc import Sequence

from bot.slack.mrkdwn import channel, escape, person
from pipeline.drafters import GROUP, are_channels, are_groups, are_people

EVERYBODY = "everybody in this workspace"


def group(group_id: str) -> str:
    return f"<!subteam^{group_id}>" if GROUP.fullmatch(group_id) else escape(group_id)


def named(drafters: Sequence[str]) -> str:
    """Each by name. It mentions people and groups, so it stands only where few read: a refusal, a direct message."""
    channels = [channel(one) for one in are_channels(drafters)]
    others = [*map(group, are_groups(drafters)), *map(person, are_people(drafters))]
    return joined([*channels, *others])


def may_draft(drafters: Sequence[str]) -> str:
    """As the subject of a sentence, for few."""
    channels, others = are_channels(drafters), [*are_groups(drafters), *are_people(drafters)]
    if not drafters:
        return EVERYBODY
    members = f"members of {joined([channel(one) for one in channels])}" if channels else ""
    return " and ".join(part for part in (members, named(others)) if part)


def counted(drafters: Sequence[str]) -> str:
    """For many to read: nobody is mentioned by it."""
    if not drafters:
        return EVERYBODY
    channels = [channel(one) for one in are_channels(drafters)]
    parts = [f"members of {joined(channels)}"] if channels else []
    parts += [number(len(are_groups(drafters)), "user group", "user groups")] if are_groups(drafters) else []
    parts += [number(len(are_people(drafters)), "person", "people")] if are_people(drafters) else []
    return joined(parts)


def number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
