"""Tokens of the n-gram model: split without a loss, and which of them open or close an aside."""

import re
from typing import Final

# Line ends; then what must not be torn apart (link target, footnote, HTML tag, code, address), a word with inner
# apostrophes or hyphens, or a mark. Blanks before a token belong to it.
TOKEN: Final = re.compile(
    r"""\n+|[^\S\n]*(?:\]\([^()\s]*\)|\[\^\w+\]:?|</?[A-Za-z][^<>\n]*>|`[^`\n]+`|(?:https?://|www\.)[^\s()<>\[\]"]+"""
    r"""|\w+(?:['’\-]\w+)*|\*\*|[^\w\s])|[^\S\n]+"""
)
WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
OPENING: Final = {"(": ")", "[": "]", "“": "”", ' "': '"', " **": "**"}
CLOSING: Final = frozenset(OPENING.values())


def tokenize(text: str) -> list[str]:
    """Split a text without losing a character: joining the tokens gives the text back."""
    return TOKEN.findall(text)


def words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)}


def opens(token: str) -> str:
    """The mark that a token opens, as OPENING names it, or ''. A plain quote opens when a blank stands before it."""
    return next((mark for mark in (token, token.strip(" ")) if mark in OPENING), "")


def closes(token: str) -> str:
    """The mark that a token closes, or ''; `](address)` closes a bracket."""
    name = token.strip(" ")
    return next((mark for mark in (name, name[:1]) if mark in CLOSING), "")
