"""Rules for whole messages: total lengths, tables, metadata."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sandbox.errors import SlackError
from sandbox.rules.blocks import block_problems

MAX_TEXT_CHARS = 40_000  # Slack cuts longer text off; refusing is stricter
MAX_UPDATE_TEXT_CHARS = 4_000  # chat.update is stricter than chat.postMessage (facts: pymc-labs/daimon #106)
MAX_BLOCKS_TEXT_CHARS = 13_200  # measured live by others (bolt-js #2509, metabase #79908)
MAX_MARKDOWN_CHARS = 12_000  # all markdown blocks of a message together
MAX_RENDERED_BLOCKS = 50  # a markdown block counts as what it expands to (archestra #4980)
MAX_METADATA_CHARS = 8_000  # Slack publishes no number; longer state belongs in a database anyway
MAX_EVENT_TYPE_CHARS = 255


def check_message(
    text: str, blocks: list[dict[str, Any]], attachments: list[dict[str, Any]], *, has_files: bool = False
) -> None:
    """Raise what Slack answers to a message that it would not show."""
    if not (text or blocks or attachments or has_files):
        raise SlackError("no_text")
    if len(text) > MAX_TEXT_CHARS:
        raise SlackError("msg_too_long")
    check_blocks(blocks)
    for index, attachment in enumerate(attachments):
        problems = list(block_problems(attachment.get("blocks", []), "message", f"/attachments/{index}/blocks"))
        if problems:
            raise SlackError("invalid_attachments", messages=problems)


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    problems = list(block_problems(blocks, "message"))
    if problems:
        raise SlackError("invalid_blocks", messages=problems)
    if sum(len(one) for one in texts_in(blocks)) > MAX_BLOCKS_TEXT_CHARS:
        raise SlackError("msg_blocks_too_long")
    kinds = [one["type"] for one in blocks]
    if kinds.count("table") > 1:
        raise SlackError("invalid_attachments", messages=["[ERROR] only_one_table_allowed"])
    markdown = [one["text"] for one in blocks if one["type"] == "markdown"]
    if sum(map(len, markdown)) > MAX_MARKDOWN_CHARS:
        raise SlackError("msg_blocks_too_long")
    if len(blocks) - len(markdown) + sum(map(rendered_blocks, markdown)) > MAX_RENDERED_BLOCKS:
        raise SlackError("invalid_blocks", messages=["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"])


def texts_in(part: Any) -> Iterator[str]:
    """Every string under a "text" key, at any depth."""
    if isinstance(part, list):
        for one in part:
            yield from texts_in(one)
    elif isinstance(part, dict):
        for name, one in part.items():
            if name == "text" and isinstance(one, str):
                yield one
            else:
                yield from texts_in(one)


def rendered_blocks(markdown: str) -> int:
    """How many blocks Slack makes of this: headings, rules and tables stand alone, the rest runs together.

    An estimate; Slack's own expansion is not published.
    """
    count, in_run = 0, False
    for line in markdown.splitlines():
        alone = bool(re.match(r"\s*(#{1,6} |-{3,}\s*$|\*{3,}\s*$|!\[)", line))
        table_row = line.lstrip().startswith("|")
        starts_run = bool(line.strip()) and not alone and not table_row and not in_run
        count += alone or starts_run
        in_run = not alone and not table_row and (in_run or bool(line.strip()))
    return count + len(re.findall(r"(?m)^\s*\|?[\s:|-]*-{3,}[\s:|-]*\|[\s:|-]*$", markdown))


def check_metadata(metadata: Any) -> None:
    """metadata: {"event_type": str, "event_payload": {...}}; an empty object removes it in chat.update."""
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not metadata:
        return
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not event_type or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema")
    if set(metadata) - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_format")
    if len(event_type) > MAX_EVENT_TYPE_CHARS or len(json.dumps(payload)) > MAX_METADATA_CHARS:
        raise SlackError("metadata_too_large")
