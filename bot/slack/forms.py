"""Inputs of a modal, and what was entered in them. block_id and action_id are the same name."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
    UserSelectElement,
)

from bot.slack.mrkdwn import shortened, unescape

ERROR_CHARS = 150
OPTION_CHARS = 75
MOST_OPTIONS = 100
PARENTHESIS_WITH_MENTION = re.compile(r" \([^()]*<[@#!][^>]*>[^()]*\)|<[@#!][^>]*>")


def in_form(sentence: str) -> str:
    """A sentence below a field, where Slack shows plain text: without mentions, escapes and length."""
    return shortened(unescape(PARENTHESIS_WITH_MENTION.sub("", sentence)), ERROR_CHARS)


def errors_at(ack: AsyncAck, block_id: str) -> Callable[[str], Awaitable[None]]:
    """For failures_told_by: the sentence stands below this field, and the form stays open."""

    async def tell(sentence: str) -> None:
        await ack(response_action="errors", errors={block_id: in_form(sentence)})

    return tell


def text_input(
    block_id: str, label: str, hint: str, *, optional: bool = True, initial: str | None = None
) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label),
        optional=optional,
        element=PlainTextInputElement(
            action_id=block_id, placeholder=PlainTextObject(text=hint), initial_value=initial
        ),
    )


def select_input(block_id: str, label: str, choices: dict[str, str]) -> InputBlock:
    options = [option(value, words) for value, words in choices.items()]
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label),
        element=StaticSelectElement(action_id=block_id, options=options, initial_option=options[0]),
    )


def option(value: str, words: str) -> Option:
    return Option(value=value, text=PlainTextObject(text=words[:OPTION_CHARS]))


def group_options(groups: Mapping[str, str]) -> list[Option]:
    """User groups by id, in the order of their names; as many as a select takes."""
    return [option(*group) for group in sorted(groups.items(), key=lambda one: one[1])[:MOST_OPTIONS]]


def people_input(block_id: str, label: str, initial: str | None, *, optional: bool = False) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label),
        optional=optional,
        element=UserSelectElement(action_id=block_id, initial_user=initial),
    )


def field_value(view: dict[str, Any], block_id: str) -> str:
    """What was entered in the one element of an input block: text, a user id, a day, a select's value; "" if empty."""
    elements: dict[str, Any] = view["state"]["values"].get(block_id, {})
    for element in elements.values():
        chosen = element.get("selected_option") or {}
        picked = element.get("selected_user") or element.get("selected_date") or element.get("selected_channel")
        entered = element.get("value") or picked or chosen.get("value")
        return str(entered or "")
    return ""


def chosen_values(view: dict[str, Any], block_id: str) -> list[str]:
    """The values chosen in a select that takes several; empty when there is no such block."""
    elements: dict[str, Any] = view["state"]["values"].get(block_id, {})
    return [option["value"] for element in elements.values() for option in element.get("selected_options") or []]


def chosen_users(view: dict[str, Any], block_id: str) -> list[str]:
    """User ids picked in a select that takes several."""
    elements: dict[str, Any] = view["state"]["values"].get(block_id, {})
    return [user for element in elements.values() for user in element.get("selected_users") or []]


def chosen_channels(view: dict[str, Any], block_id: str) -> list[str]:
    """Ids picked in a select that takes several channels."""
    elements: dict[str, Any] = view["state"]["values"].get(block_id, {})
    return [one for element in elements.values() for one in element.get("selected_conversations") or []]


def chosen_files(view: dict[str, Any], block_id: str) -> list[dict[str, Any]]:
    """The files given to a file input, as Slack tells of them."""
    elements: dict[str, Any] = view["state"]["values"].get(block_id, {})
    return [file for element in elements.values() for file in element.get("files") or []]
