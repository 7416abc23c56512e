"""Keeps pages that are nested or cut into more elements than any parser should meet away from the parser."""

import re

from pipeline.errors import UnreadableFile
from pipeline.sources.source import Source

TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>")
# Elements without content; they open nothing.
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))
# Elements that may be left unclosed: counting them as open would find depth where there is none.
IMPLIED_END = frozenset(("p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody", "thead", "tfoot"))
WRAPPER = re.compile(r"</?(?:div|section|center|table)\b[^<>]*>", re.IGNORECASE)
INLINE = re.compile(r"</?(?:span|font|a|b|i|u|em|strong|small|big|tt)\b[^<>]*>", re.IGNORECASE)
PARAGRAPHS = re.compile(r"<p>(?:\s*<p>)+")


def flattened(text: str, source: Source) -> str:
    """The page as it is, or without its wrappers where they are nested too deeply: libxml2 before 2.14 stops at 256
    and loses the rest, and whatever walks the tree later may recurse. Raises UnreadableFile where that is no help."""
    if not _too_much_at(text, source):
        return text
    flat = PARAGRAPHS.sub("<p>", WRAPPER.sub("<p>", INLINE.sub("", text)))
    line = _too_much_at(flat, source)
    if line:
        raise UnreadableFile(source.name, f"line {line}")
    return flat


def _too_much_at(text: str, source: Source) -> int:
    """The line where more elements are open, or have been met, than the limits allow; 0 when that never happens."""
    depth = 0
    for number, match in enumerate(TAG.finditer(text)):
        name = match[2].lower()
        if name not in VOID and name not in IMPLIED_END and not match[3].endswith("/"):
            depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > source.limits.html_depth or number > source.limits.html_tags:
            return text.count("\n", 0, match.start()) + 1
    return 0
