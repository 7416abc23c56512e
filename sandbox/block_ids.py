"""Gives blocks and elements the ids Slack makes up when an app leaves them out."""

import copy
import secrets
from typing import Any

from sandbox.rules.blocks import elements_of
from sandbox.rules.elements import ELEMENTS

_WITHOUT_ACTION = ("image", "plain_text", "mrkdwn")


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A copy in which every block has a block_id and every interactive element an action_id."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        if not block.get("block_id"):
            block["block_id"] = secrets.token_hex(3)
        for element in elements_of(block):
            interactive = element.get("type") in ELEMENTS and element["type"] not in _WITHOUT_ACTION
            if interactive and not element.get("action_id"):
                element["action_id"] = secrets.token_hex(3)
    return copied
