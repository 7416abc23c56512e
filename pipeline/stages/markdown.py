"""Markdown as HTML, with the dialects that blogs are written in: kramdown, Pandoc, footnotes, sloppy emphasis."""

import re
from collections.abc import Iterator
from typing import Final

import pyromark

from pipeline.stages.code import is_code
from pipeline.stages.dialects import plain_dialect
from pipeline.stages.tag_names import TAG

_OPTIONS: Final = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
# Emphasis that CommonMark does not see because it touches a word ("**4) Chains—**But", "done._Each week").
_UNREAD_STRONG = re.compile(r"\*\*(?=\S)|(?<=\S)\*\*")
_UNREAD_START = re.compile(r"(?<=[.!?])_(?=[A-Z“]|&quot;)")
_UNREAD_END = re.compile(r"(?<=[.!?])_(?=\s|$)")
_UNREAD = ("**", "._", "!_", "?_")
_INDENTED = re.compile(r"^(?: {4}|\t)[ \t]*", re.MULTILINE)
_INDENTED_CODE: Final = {"Start": {"CodeBlock": "Indented"}}
_WRITTEN_BLOCK = re.compile(r"\s*</?(?:blockquote|figure|figcaption|table|thead|tbody|tr|td|th|div|p|ul|ol|li|img|a)\b")
_PIECE = re.compile(r"(<[^<>]*>)")
_GLUED_EMPHASIS = re.compile(r"(?<=[.!?])(?=<(?:em|strong)>)")


def render(source: str) -> tuple[str, int]:
    """HTML, and how many HTML tags were written in the source itself."""
    source = plain_dialect(source).encode("utf-8", "replace").decode()  # half a surrogate pair is no UTF-8
    html = pyromark.html(source, options=_OPTIONS)
    if "<pre><code>" in html and _INDENTED.search(source):
        html = pyromark.html(_without_accidents(source), options=_OPTIONS)
    tags = sum(len(TAG.findall(written)) for written in _written_html(source)) if "<" in source else 0
    return _without_unread_signs(html), tags


def _without_accidents(source: str) -> str:
    """Prose and HTML that were indented by accident, and so would be shown as code, moved back to the margin."""
    kept: list[str] = []
    encoded = source.encode()
    at = 0
    for event, place in pyromark.events_with_range(source, options=_OPTIONS):
        if event == _INDENTED_CODE:
            start = encoded.rfind(b"\n", 0, place["start"]) + 1
            block = encoded[start : place["end"]].decode()
            if _WRITTEN_BLOCK.match(block) or not is_code(block, classes=""):
                kept += [encoded[at:start].decode(), _INDENTED.sub("", block)]
                at = place["end"]
    return "".join([*kept, encoded[at:].decode()])


def _written_html(source: str) -> Iterator[str]:
    """Pieces of HTML as the author wrote them; a tag that goes over several lines comes in one piece."""
    written: list[str] = []
    for event in pyromark.events(source, options=_OPTIONS):
        if isinstance(event, dict) and (html := event.get("Html") or event.get("InlineHtml")):
            written.append(str(html))
        elif written:
            yield "".join(written)
            written.clear()
    yield "".join(written)


def _without_unread_signs(html: str) -> str:
    if any(sign in html for sign in _UNREAD):
        html = "".join(_without_signs(_PIECE.split(html)))
    return _GLUED_EMPHASIS.sub(" ", html)


def _without_signs(pieces: list[str]) -> Iterator[str]:
    """Tags and code stay as they are."""
    code = 0
    for piece in pieces:
        if piece.startswith(("</code", "</pre")):
            code = max(0, code - 1)
        elif piece.startswith(("<code", "<pre")):
            code += 1
        if code or piece.startswith("<"):
            yield piece
        else:
            yield _UNREAD_END.sub("", _UNREAD_START.sub(" ", _UNREAD_STRONG.sub("", piece)))
