"""Ordinary HTML straight to a Page, without building a tree: the path that nearly every post takes.

It reads what editors and Markdown write: known elements, properly nested, quoted attributes. At the first thing it
does not know it gives up, and the body is parsed as a browser would; a property test holds the two ways together.
"""

import html
import re
from collections.abc import Mapping
from typing import Final

from pipeline.stages.elements import Leave, Page, is_dropped
from pipeline.stages.plain_writer import PlainWriter
from pipeline.stages.tag_names import TAG
from pipeline.stages.tidy import decoded, is_odd, read

# Elements by what may stand in them. PHRASE: words and other phrases; FLOW: also blocks; LIST: items; ROWS and ROW:
# the parts of a table. Anything nested otherwise is rearranged by browsers, so it is left to a parser.
FLOW, PHRASE, LIST, VOID = range(4)
_INSIDE: Final[Mapping[str, int]] = {
    **dict.fromkeys(("div", "section", "article", "aside", "main", "blockquote", "figure", "li"), FLOW),
    **dict.fromkeys(("p", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption"), PHRASE),
    **dict.fromkeys(("ul", "ol"), LIST),
    **dict.fromkeys(("br", "hr", "img"), VOID),
}
_PHRASES: Final = frozenset(
    {"a", "abbr", "b", "big", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q", "s", "samp"}
    | {"small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "script", "style", "iframe"}
)
# Of those, the ones that go with everything in them.
_GONE: Final = frozenset(("del", "s", "strike", "figcaption", "img", "script", "style", "iframe"))
# What stands in these is not HTML and lasts until their own end.
_RAW: Final = frozenset(("script", "style", "iframe"))
_PLAIN_TAGS: Final[Mapping[str, str]] = {
    **{f"<{name}>": name for name in (*_INSIDE, *_PHRASES)},
    **{"<br />": "br", "<br/>": "br", "<hr />": "hr", "<hr/>": "hr"},
}
_CLOSING: Final = {f"</{name}>": name for name in (*_INSIDE, *_PHRASES)}
_TOKEN = re.compile(r"(<!--[\s\S]*?-->|<[^<>]*>)")
_TAG = re.compile(
    r"<([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][\w:.-]*(?:=(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*+)\s*(/?)>"
)
_WANTED = re.compile(r"\s(class|href|start)=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+))")
_NONE: Final[Mapping[str, str]] = {}
# The deepest an ordinary post nests; deeper ones are flattened first.
_MAX_OPEN: Final = 100


class Unusual(Exception):
    """Something that needs a parser."""


def write_simple(body: str, writer: PlainWriter, *, newlines_count: bool) -> int:
    """Writes all words and returns how many tags there were; raises Unusual, then what was written is worthless."""
    odd = is_odd(body)
    reader = _Reader(Page(writer, newlines_count=newlines_count, is_plain=not odd and "&" not in body), is_odd=odd)
    tokens = _TOKEN.split(body)
    for at in range(0, len(tokens) - 1, 2):
        if tokens[at]:
            reader.words(tokens[at])
        reader.tag(tokens, at + 1)
    if tokens[-1]:
        reader.words(tokens[-1])
    reader.end()
    return reader.tags


class _Reader:
    """What is open: names, what may stand in them, and what to do when they end."""

    def __init__(self, page: Page, *, is_odd: bool) -> None:
        self._page = page
        self._odd = is_odd
        self._open: list[tuple[str, int, Leave | None]] = []
        self._inside = FLOW
        self._links = 0
        self._gone_at = 0
        self._raw = ""
        self.tags = 0

    def words(self, text: str) -> None:
        if self._raw:
            self._check_raw(text)
        elif "<" in text:
            raise Unusual
        elif not self._gone_at:
            self._page.words(read(text) if "&" in text else decoded(text) if self._odd else text)

    def tag(self, tokens: list[str], at: int) -> None:
        tag = tokens[at]
        if self._raw and tag != self._raw:
            if tag.startswith("<!"):
                raise Unusual
            self._check_raw(tag)
            self.tags += TAG.match(tag) is not None
            return
        if closed := _CLOSING.get(tag):
            self._close(closed)
        elif opened := _PLAIN_TAGS.get(tag):
            self._start(opened, _NONE, None)
        elif tag.startswith("<!--"):
            return
        else:
            only_words = tokens[at + 1] if tokens[at + 2 : at + 3] == ["</a>"] else None
            self._start(*_parsed(tag), only_words)
        self.tags += 1

    def _check_raw(self, source: str) -> None:
        """A script's own end may be written in other ways than this reader knows."""
        if self._raw[:-1] in source.lower():
            raise Unusual

    def end(self) -> None:
        if self._open:
            raise Unusual
        self._page.close()

    def _close(self, name: str) -> None:
        if not self._open:
            raise Unusual
        opened, self._inside, leave = self._open.pop()
        if opened != name:
            raise Unusual
        self._raw = ""
        if name == "a":
            self._links -= 1
        if self._gone_at:
            self._gone_at = self._gone_at if len(self._open) >= self._gone_at else 0
        elif leave is not None:
            leave()

    def _start(self, name: str, attributes: Mapping[str, str], only_words: str | None) -> None:
        """only_words: all that stands in a link, if there is nothing but words in it."""
        inside = self._fitting(name)
        gone = self._gone_at > 0 or name in _GONE or (bool(attributes) and _is_gone(name, attributes, only_words))
        leave = None if gone else self._page.open(name, attributes)
        if inside == VOID:
            return
        self._open.append((name, self._inside, leave))
        self._inside = inside
        if name in _RAW:
            self._raw = f"</{name}>"
        if gone and not self._gone_at:
            self._gone_at = len(self._open)

    def _fitting(self, name: str) -> int:
        """What may stand in the element that begins."""
        phrase = name in _PHRASES
        fits = self._inside == FLOW or (phrase and self._inside == PHRASE)
        if self._inside == LIST or name == "li":
            fits = self._inside == LIST and name == "li"
        if name == "a":
            self._links += 1
        if not fits or self._links > 1 or len(self._open) >= _MAX_OPEN:
            raise Unusual
        return _INSIDE.get(name, PHRASE)


def _is_gone(name: str, attributes: Mapping[str, str], only_words: str | None) -> bool:
    def text() -> str:
        if only_words is None:
            raise Unusual
        return read(only_words)

    return is_dropped(name, attributes, text)


def _parsed(tag: str) -> tuple[str, Mapping[str, str]]:
    """The name and those attributes that change the text."""
    found = _TAG.fullmatch(tag)
    name = found[1].lower() if found else ""
    inside = _INSIDE.get(name, PHRASE if name in _PHRASES else None)
    if found is None or inside is None or (found[3] and inside != VOID):
        raise Unusual
    return name, {key: html.unescape(a or b or c) for key, a, b, c in _WANTED.findall(found[2])}
