"""A message as values: text for notifications and screen readers, blocks for the eye. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    BlockElement,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.slack.mrkdwn import clipped

SECTION_CHARS = 3000  # Slack's limit for a section's text
MESSAGE_CHARS = 11_500  # all blocks together (product.md 6.4); Slack refuses somewhat over 13,200
TEXT_CHARS = 3500  # chat.update refuses text over 4,000 (msg_too_long)


@dataclass(frozen=True, slots=True)
class Message:
    """text always accompanies blocks."""

    text: str
    blocks: Sequence[Block] = field(default_factory=tuple)

    def payload(self) -> dict[str, Any]:
        """Checked against Slack's limits by slack_sdk's own classes; raises SlackObjectFormationError."""
        blocks = [block.to_dict() for block in self.blocks]
        fit([block["text"] for block in blocks if block["type"] == "section" and "text" in block], MESSAGE_CHARS)
        return {"text": clipped(self.text, TEXT_CHARS), "blocks": blocks}


def fit(texts: Sequence[dict[str, Any]], chars: int) -> None:
    """Clip the longest text objects, in place, until all together have at most `chars` characters."""
    left = chars
    for still, text in zip(range(len(texts), 0, -1), sorted(texts, key=lambda one: len(one["text"])), strict=True):
        text["text"] = clipped(text["text"], left // still)
        left -= len(text["text"])


Facts = Mapping[str, Any]
Renderer = Callable[[Facts], Message]
Templates = Mapping[str, Renderer]


def plain(text: str) -> Message:
    """One paragraph."""
    return Message(text=text, blocks=(section(text),))


def section(text: str, accessory: BlockElement | None = None) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=clipped(text, SECTION_CHARS)), accessory=accessory)


def header(text: str) -> HeaderBlock:
    return HeaderBlock(text=PlainTextObject(text=text[:150], emoji=True))


def context(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=clipped(text, SECTION_CHARS))])


def divider() -> DividerBlock:
    return DividerBlock()


def markdown(text: str) -> MarkdownBlock:
    return MarkdownBlock(text=text)


def button(
    label: str, action_id: str, value: object, *, style: str | None = None, confirm: ConfirmObject | None = None
) -> ButtonElement:
    """value is sent back when pressed; Slack drops values that are not strings."""
    return ButtonElement(
        text=PlainTextObject(text=label, emoji=True),
        action_id=action_id,
        value=str(value),
        style=style,
        confirm=confirm,
    )


def buttons(*elements: ButtonElement, block_id: str | None = None) -> ActionsBlock:
    return ActionsBlock(elements=list(elements), block_id=block_id)
