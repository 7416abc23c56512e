"""Slack's markup as words for a terminal."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.slack.plain_words import plain_words

Json = Mapping[str, Any]
ANSI: Final = re.compile(r"\x1b\[\d*m")
RULE: Final = "─" * 24


def block_lines(block: Json, names: Mapping[str, str], *, styled: bool) -> list[str]:
    """What a block shows, line by line; buttons as [labels]."""

    def words(text: str) -> str:
        return plain_words(text, names, styled=styled)

    match block["type"]:
        case "section":
            texts = [element["text"] for element in [block.get("text"), *block.get("fields", [])] if element]
            lines = [line for text in texts for line in words(text).split("\n")]
            beside = labels([block["accessory"]]) if block.get("accessory") else ""
            return [*lines[:-1], f"{lines[-1]}  {beside}"] if beside and lines else lines
        case "context":
            return [line for one in block["elements"] for line in words(one.get("text", "")).split("\n")]
        case "actions":
            return [labels(block["elements"])]
        case "header":
            return [str(block["text"]["text"]).upper()]
        case "markdown":
            return [line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for line in lines_of(block)]
        case "divider":
            return [RULE]
        case _:
            return [f"({block['type']})"]


def lines_of(block: Json) -> list[str]:
    return str(block["text"]).split("\n")


def labels(elements: Sequence[Json]) -> str:
    return " ".join(f"[{label(element)}]" for element in elements)


def label(element: Json) -> str:
    """What is written on a button or an open choice."""
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text") or element.get("type"))


def message_lines(message: Json, text: str, names: Mapping[str, str], *, styled: bool) -> list[str]:
    """Blocks where there are any, else the text; files by their names."""
    blocks = [block for block in message.get("blocks", []) if block["type"] != "rich_text"]
    if blocks:
        lines = [line for block in blocks for line in block_lines(block, names, styled=styled)]
    else:
        lines = plain_words(text, names, styled=styled).split("\n") if text else []
    return [*lines, *(f"📎 {file['name']}" for file in message.get("files", []))]


def wrapped(line: str, width: int) -> list[str]:
    """Lines of at most `width` visible characters, broken between words; one long word is not broken."""
    first, *words = line.split(" ")
    rows, length = [first], visible(first)
    for word in words:
        if length + 1 + visible(word) > width:
            rows.append(word)
            length = visible(word)
        else:
            rows[-1] += f" {word}"
            length += 1 + visible(word)
    return rows


def visible(text: str) -> int:
    """Characters that take room."""
    return len(ANSI.sub("", text))
