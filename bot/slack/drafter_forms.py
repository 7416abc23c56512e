"""Who may draft, as inputs of a form (pure)."""

from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.models.blocks import (
    ConversationFilter,
    ConversationMultiSelectElement,
    InputBlock,
    PlainTextObject,
    StaticMultiSelectElement,
    UserMultiSelectElement,
)

from bot.slack.forms import chosen_channels, chosen_users, chosen_values, group_options
from pipeline.drafters import MOST_NAMED

CHANNELS: Final = "drafter_channels"
GROUPS: Final = "drafter_groups"
PEOPLE: Final = "drafter_people"
EMPTY_MEANS: Final = "All three empty: everybody. Owner, steward, editors and admins always may; guests never."


def drafter_inputs(groups: Mapping[str, str]) -> list[InputBlock]:
    """groups: by id."""
    shared = ConversationFilter(include=["public", "private"])
    channels = ConversationMultiSelectElement(action_id=CHANNELS, filter=shared, max_selected_items=MOST_NAMED)
    people = UserMultiSelectElement(action_id=PEOPLE, max_selected_items=MOST_NAMED)
    inputs = [named_input(CHANNELS, "Who may draft? Members of these channels", channels, EMPTY_MEANS)]
    if groups:
        options = group_options(groups)
        chosen = StaticMultiSelectElement(action_id=GROUPS, options=options, max_selected_items=MOST_NAMED)
        inputs.append(named_input(GROUPS, "…and of these user groups", chosen))
    return [*inputs, named_input(PEOPLE, "…and these people", people)]


def named_input(block_id: str, label: str, element: Any, hint: str | None = None) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label),
        element=element,
        optional=True,
        hint=PlainTextObject(text=hint) if hint else None,
    )


def drafters_chosen(view: dict[str, Any]) -> tuple[str, ...]:
    """Slack ids; none: everybody."""
    chosen = (*chosen_channels(view, CHANNELS), *chosen_values(view, GROUPS), *chosen_users(view, PEOPLE))
    return tuple(dict.fromkeys(chosen))
