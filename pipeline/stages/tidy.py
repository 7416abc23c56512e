"""White space, entities and signs that no reader sees."""

import html
import re
from collections.abc import Callable
from itertools import pairwise

from pipeline.domain.documents import Mark
from pipeline.stages.plain_writer import Anchor, ShownCode

# A soft hyphen after one of these letters is half of a broken "í" and is needed to repair it.
_INVISIBLE = re.compile(r"[\xad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff](?<![ÂÃÄÅ]\xad)")
# Signs that are not what they look like, or are not seen at all.
_ODD = re.compile(r"[\t\x1c-\x1f\x85\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]")
# What bodies are full of; the last stands for itself in the others, so it is read last.
_EVERYDAY = (("&quot;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&"))
_SPACES = re.compile(r"[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_GAP = re.compile(r"\n{3,}")
_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Entities are unwrapped this often; a body escaped more times is not an accident of exporting.
_ROUNDS = 4
_WRITTEN_COMMENT = re.compile(r"<!--[^>]{0,2000}-->")
_WRITTEN_TAG = re.compile(r"<(/?[a-zA-Z][^<>\n]{0,500}?)\s*/?>")
# Elements around words, written where nobody read them as such ("&lt;a href=…&gt;words&lt;/a&gt;").
_WRITTEN_PAIR = re.compile(
    r"<(a|abbr|b|big|blockquote|center|cite|code|div|em|font|h[1-6]|i|li|ol|p|small|span|strong|sub|sup|table|td|tr|tt|u|ul)"
    r"((?:\s[^<>]{0,1000})?)>([^<>]{0,5000}[^\s<>][^<>]{0,5000})</\1\s*>",
    re.IGNORECASE,
)
_GLUED = re.compile(r"\w")
_OPEN_SIGN = re.compile(r"<(?=[a-zA-Z/!])")
_LEFTOVER = re.compile(rf"{_OPEN_SIGN.pattern}|{_ENTITY.pattern}")
# Lines of a hard-wrapped paragraph: as wide as typewriters and mail programs break them.
_WRAPPED_WIDTH = range(50, 91)
_WRAPPED_LINES = 3
# Lines may be this much shorter than the widest, and so many must be full: with these all but one
# of 345 prose paragraphs of a Project Gutenberg book are joined, and verses and lines of one sentence each are not.
_WRAPPED_SLACK = 3
_WRAPPED_FULL = 0.8


def decoded(text: str) -> str:
    """Entities as the signs they mean, also when they were escaped twice; invisible signs dropped."""
    if "&" in text:
        for _ in range(_ROUNDS):
            plainer = _ENTITY.sub(_meaning, text)
            if plainer == text:
                break
            text = plainer
    return text if text.isascii() else _INVISIBLE.sub("", text).replace("\xa0", " ")


def read(source: str) -> str:
    """Words of an HTML source as they are meant, entities read once as a browser reads them and then as `decoded`."""
    text = source
    for entity, sign in _EVERYDAY:
        text = text.replace(entity, sign)
    return decoded(html.unescape(source) if "&" in text else text)


def is_odd(text: str) -> bool:
    """Whether a text has white space other than spaces and newlines, or invisible signs."""
    return "\t" in text if text.isascii() else _ODD.search(text) is not None


def _meaning(match: re.Match[str]) -> str:
    return html.unescape(f"&{match[1]};").replace("\xa0", " ")


def tidied(text: str) -> str:
    """Plain text with one blank line between paragraphs, no space at line ends, and hard-wrapped lines joined."""
    lines = (_SPACES.sub(" ", line).strip() for line in decoded(text).splitlines())
    paragraphs = _GAP.sub("\n\n", "\n".join(lines)).strip().split("\n\n")
    return "\n\n".join(_unwrapped(paragraph) for paragraph in paragraphs)


def _unwrapped(paragraph: str) -> str:
    """One line, if nearly every line is as full as it could be: the next word would not have fitted."""
    lines = paragraph.split("\n")
    if len(lines) < _WRAPPED_LINES or not all(len(line) in _WRAPPED_WIDTH for line in lines[:-1]):
        return paragraph
    width = max(map(len, lines)) - _WRAPPED_SLACK
    full = sum(len(line) + 1 + len(after.split(" ", 1)[0]) > width for line, after in pairwise(lines))
    return " ".join(lines) if full >= _WRAPPED_FULL * (len(lines) - 1) else paragraph


def without_leftovers(text: str, anchors: list[Anchor], code: list[ShownCode]) -> tuple[str, tuple[Mark, ...]]:
    """The text without anything that still looks like a tag outside its code, and the anchors as marks over it.

    The places of code move along. Words in angle brackets come from escaped markup (an article about HTML): the
    brackets go, the words stay.
    """
    for _ in range(_ROUNDS):
        if not ("<" in text or "&" in text) or not _LEFTOVER.search(text):
            break
        for pattern, kept in _CLEANERS:
            text = _replaced(text, anchors, code, pattern, kept)
    marks = (Mark("link", a.start, a.end, text[a.start : a.end]) for a in anchors if a.start is not None)
    return text, tuple(sorted((m for m in marks if m.start < m.end), key=lambda m: m.start))


def _nothing(_: re.Match[str]) -> str:
    return ""


def _inside(pair: re.Match[str]) -> str:
    return pair[3]


def _words(tag: re.Match[str]) -> str:
    """What stood in angle brackets, not glued to the words beside it ("List<String>" -> "List String")."""
    before, after = tag.string[tag.start() - 1 : tag.start()], tag.string[tag.end() : tag.end() + 1]
    return f"{' ' if _GLUED.match(before) else ''}{tag[1].rstrip()}{' ' if _GLUED.match(after) else ''}"


def _apart(_: re.Match[str]) -> str:
    return "< "


# In this order: an entity may mean "<", a comment may hold tags.
_CLEANERS = (
    (_ENTITY, _meaning),
    (_WRITTEN_COMMENT, _nothing),
    *[(_WRITTEN_PAIR, _inside)] * 3,
    (_WRITTEN_TAG, _words),
    (_OPEN_SIGN, _apart),
)


def _replaced(
    text: str,
    anchors: list[Anchor],
    code: list[ShownCode],
    pattern: re.Pattern[str],
    kept: Callable[[re.Match[str]], str],
) -> str:
    """Replace in the text, but not in its code, and move the anchors along."""
    shown = [(one.place.start or 0, one.place.end) for one in code]
    out: list[str] = []
    moves: list[tuple[int, int]] = []
    at = shift = 0
    for match in pattern.finditer(text):
        if any(start <= match.start() < end for start, end in shown):
            continue
        words = kept(match)
        out += (text[at : match.start()], words)
        shift += len(words) - len(match[0])
        moves.append((match.end(), shift))
        at = match.end()
    out.append(text[at:])
    result = "".join(out)
    for anchor in (*anchors, *(one.place for one in code)):
        if anchor.start is not None:
            anchor.start = min(len(result), max(0, anchor.start + _shift(moves, anchor.start)))
            anchor.end = min(len(result), max(anchor.start, anchor.end + _shift(moves, anchor.end)))
    return result


def _shift(moves: list[tuple[int, int]], at: int) -> int:
    return next((shift for end, shift in reversed(moves) if end <= at), 0)
