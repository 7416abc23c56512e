"""A body in any markup as plain text: WordPress, HTML and Markdown go through one walk over the parsed tree."""

import re
from collections import Counter

from bs4 import BeautifulSoup

from pipeline.domain.documents import Mark, Markup, PlainText
from pipeline.stages.elements import Page
from pipeline.stages.markdown import render
from pipeline.stages.plain_writer import PlainWriter
from pipeline.stages.simple_html import Unusual, write_simple
from pipeline.stages.spelled_signs import spelled_out
from pipeline.stages.tag_names import SWALLOWING, TAG, VOID
from pipeline.stages.tidy import tidied, without_leftovers
from pipeline.stages.tree_walk import walk_tree

# Real posts stay below 40. A tree a million levels deep takes 27 s to build and walk; capped, 0.6 s.
MAX_DEPTH = 200
_COMMENT = re.compile(r"<!--[\s\S]*?-->")
_NO_DECLARATION = re.compile(r"<!(?![a-zA-Z\[-])")
_STRAY_LESS_THAN = re.compile(r"<(?!/?[a-zA-Z][\w:-]*(?:[\s/]|>|$)|!|\?)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][\w:-]*)[^<>]*?(/?)>")
_OBVIOUS_TAG = re.compile(
    r"</(?:p|div|a|strong|em|b|i|span|h[1-6]|li|ul|ol|blockquote|td|pre)\s*>|<(?:br|hr|p)\s*/?>", re.I
)
_ESCAPED_BLOCK = re.compile(r"&lt;(?:p|div|br|ul|ol|h[1-6]|blockquote)\b[^;]{0,200}?&gt;", re.I)
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))

_HTML_BLOCK_SIGN = "<!-- wp:"


def to_plain(body: str, *, markup: Markup, code_out: bool = True) -> PlainText:
    """The words of `body`, by paragraphs; see PlainText for the shape.

    "wordpress": a blank line parts paragraphs and a single newline breaks a line, unless the body is made of blocks.
    "markdown": rendered as CommonMark with tables; tags counts only those written in the source.
    "text": white space tidied, unless it holds obvious tags, which are then taken out as in "wordpress".
    Scripts, forms, frames, images, captions of images and struck-out words are dropped. code_out: so are blocks of
    shown code, which are then found in PlainText.code; otherwise they stay as they are. Code inside a line stays.
    """
    body = _without_controls(body.replace("\r\n", "\n").replace("\r", "\n") if "\r" in body else body)
    if markup == "markdown":
        rendered, tags = render(body)
        return _from_html(rendered, newlines_count=False, tags=tags, code_out=code_out)
    body = spelled_out(body) if markup == "text" else body
    if markup == "text" and not _OBVIOUS_TAG.search(body):
        return _finished(PlainWriter(), tidied(body), 0, 0)
    if markup != "text" and _ESCAPED_BLOCK.search(body) and not TAG.search(body):
        for escaped, sign in _ESCAPES:
            body = body.replace(escaped, sign)
    newlines_count = markup == "text" or (markup == "wordpress" and _HTML_BLOCK_SIGN not in body)
    return _from_html(body, newlines_count=newlines_count, code_out=code_out)


def _from_html(body: str, *, newlines_count: bool, tags: int | None = None, code_out: bool = True) -> PlainText:
    body = _comments_closed(body) if "<!--" in body else body
    comments = len(_COMMENT.findall(body)) if "<!--" in body else 0
    writer = PlainWriter(code_out=code_out)
    try:
        seen = write_simple(body, writer, newlines_count=newlines_count)
    except Unusual:
        writer = PlainWriter(code_out=code_out)
        seen = _by_tree(body, writer, newlines_count=newlines_count)
    return _finished(writer, writer.text(), seen if tags is None else tags, comments)


def _by_tree(body: str, writer: PlainWriter, *, newlines_count: bool) -> int:
    """As a browser would repair it. How many tags were written."""
    source = _STRAY_LESS_THAN.sub("&lt;", _NO_DECLARATION.sub("&lt;!", _flattened(_without_unclosed(body))))
    # All white space stays: Beautiful Soup would take a blank line between two elements for a line break.
    soup = BeautifulSoup(f"<html><body>{source}</body></html>", "lxml", preserve_whitespace_tags={"html"})
    walk_tree(soup, Page(writer, newlines_count=newlines_count))
    return len(TAG.findall(_COMMENT.sub("", body)))


def _without_controls(body: str) -> str:
    encoded = body.encode("utf-8", "surrogatepass")
    return body if len(encoded.translate(None, _CONTROLS)) == len(encoded) else _CONTROL.sub("", body)


def _without_unclosed(body: str) -> str:
    """Elements that are dropped with their content must not take the rest of the text with them.

    Some texts use "<S>" and the like as signs of their own; and a form that never ends is an editor's accident.
    """
    opened: Counter[str] = Counter()
    for closing, name, _ in _TAG_NAME.findall(body):
        if name.lower() in SWALLOWING:
            opened[name.lower()] += -1 if closing else 1
    unclosed = [name for name, count in opened.items() if count > 0]
    if not unclosed:
        return body
    return re.sub(rf"</?(?:{'|'.join(unclosed)})(?=[\s/>])[^<>]*>", " ", body, flags=re.I)


def _finished(writer: PlainWriter, text: str, tags: int, comments: int) -> PlainText:
    text, marks = without_leftovers(text, writer.anchors, writer.code)
    code = (Mark("code", one.place.start or 0, one.place.end, one.words) for one in writer.code)
    return PlainText(text, tags, comments, marks, tuple(code))


def _comments_closed(body: str) -> str:
    """A comment that never ends would swallow the rest of the body: only its sign is taken out."""
    last_end = body.rfind("-->") + 1
    return body[:last_end] + body[last_end:].replace("<!--", "")


def _flattened(body: str) -> str:
    """The same body with tags deeper than MAX_DEPTH taken out; the words in them stay."""
    depth = 0

    def shallow(match: re.Match[str]) -> str:
        nonlocal depth
        if match[3] or match[2].lower() in VOID:
            return match[0]
        if match[1]:
            depth = max(0, depth - 1)
            return match[0] if depth < MAX_DEPTH else " "
        depth += 1
        return match[0] if depth <= MAX_DEPTH else " "

    return _TAG_NAME.sub(shallow, body) if body.count("<") > MAX_DEPTH else body
