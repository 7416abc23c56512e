"""Slack's markup as plain words, for a terminal or a page (pure)."""

import re
from collections.abc import Mapping
from typing import Final

from bot.slack.mrkdwn import unescape

TOKEN: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
# As Slack reads them: the sign hugs its words and stands apart from others.
BOLD: Final = re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])")
ITALIC: Final = re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])")
NOBODY: Final[Mapping[str, str]] = {}


def plain_words(text: str, names: Mapping[str, str] = NOBODY, *, styled: bool = False) -> str:
    """names: what stands for an id, such as "U0OWNER": "@owner". styled: bold and italics as a terminal shows them."""
    words = TOKEN.sub(lambda found: spoken(found[1], found[2], found[3], names), text)
    if styled:
        words = ITALIC.sub("\x1b[3m\\1\x1b[23m", BOLD.sub("\x1b[1m\\1\x1b[22m", words))
    return unescape(words)


def spoken(sign: str, name: str, label: str | None, names: Mapping[str, str]) -> str:
    if sign in ("@", "#"):
        return names.get(name) or f"{sign}{label or name}"
    if sign == "!":
        kind, _, rest = name.partition("^")
        if kind == "subteam":
            return names.get(rest, f"@{label or rest}")
        return label or f"@{kind}"
    return f"{label} ({name})" if label else name
