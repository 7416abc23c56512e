"""Markdown as HTML, with the dialects that blogs are written in: kramdown, Pandoc, footnotes, sloppy emphasis."""

import re
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.stages.tag_names import TAG

_FOOTNOTE = re.compile(r"^\[\^([\w-]{1,40})\]:[ \t]*", re.MULTILINE)
_KRAMDOWN = re.compile(r"(?<![ \t])[ \t]*(?:\{:[^{}\n]{0,300}\}|\{#[\w-]{1,80}\}(?=[ \t]*$))", re.MULTILINE)
# markdown-it gives up on deeper block quotes and loses their words.
_DEEP_QUOTE = re.compile(r"^((?:>[ ]?){8})(?:>[ ]?)+", re.MULTILINE)
# "[words]{#id}" and "[words]{.class}" are Pandoc's spans.
_PANDOC_SPAN = re.compile(r"\[([^\[\]\n]{1,500})\]\{[#.:][^{}\n]{0,200}\}")
# A link's title is never shown; with quotes inside it the link is not read as one.
_LINK_TITLE = re.compile(r"(\]\([^\s()<>]{1,2000})\s+\"[^\n]{0,300}?\"\s*\)")
# Emphasis that CommonMark does not see because it touches a word ("**4) Chains—**But", "done._Each week").
_UNREAD_STRONG = re.compile(r"\*\*(?=\S)|(?<=\S)\*\*")
_SENTENCE_END = (".", "!", "?")
_UNREAD_START = re.compile(r"(?<=[.!?])_(?=[A-Z“\"])")
_UNREAD_END = re.compile(r"(?<=[.!?])_(?=\s|$)")


def render(source: str) -> tuple[str, int]:
    """HTML, and how many HTML tags were written in the source itself."""
    for name in set(_FOOTNOTE.findall(source)):
        source = source.replace(f"[^{name}]:", "").replace(f"[^{name}]", "")
    source = _LINK_TITLE.sub(r"\1)", _PANDOC_SPAN.sub(r"\1", _KRAMDOWN.sub("", source)))
    source = _DEEP_QUOTE.sub(r"\1", source)
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(source)
    tags = sum(_clean(token) for token in tokens)
    for token in tokens:
        children = token.children or []
        tags += sum(_clean(child) for child in children)
        for words, opened in pairwise(children):
            if opened.type in {"em_open", "strong_open"} and words.content.endswith(_SENTENCE_END):
                words.content += " "
    return str(parser.renderer.render(tokens, parser.options, {})), tags


def _clean(token: Token) -> int:
    """Tags written in this token; emphasis signs left in its words are taken out."""
    if token.type in {"html_block", "html_inline"}:
        return len(TAG.findall(token.content))
    if token.type == "text":
        words = _UNREAD_STRONG.sub("", token.content)
        token.content = _UNREAD_END.sub("", _UNREAD_START.sub(" ", words))
    return 0
