"""Notes at the foot of a text and the signs that refer to them: Markdown, HTML, WordPress, Textile, "[1]"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.domain.documents import Mark
from pipeline.stages.shown import outside, shown_code
from pipeline.stages.signs import words

_NAME = r"[\w.:*†‡-]{1,60}"
_CONTINUED = r"(?:\n(?![ \t]*\n|[ \t]{0,3}(?:\[\^|#{1,6}[ \t]|```|~~~|:::|---|[-*+][ \t]|<))[^\n]+)*"
_DEFINITION = re.compile(
    rf"^[ \t]{{0,3}}\[\^(?P<name>{_NAME})\]:[ \t]*"
    rf"(?P<text>[^\n]*{_CONTINUED}(?:\n(?:[ \t]*\n)+(?: {{4,}}|\t)[^\n]+{_CONTINUED})*)\n?",
    re.MULTILINE,
)
_REFERENCE = re.compile(rf"[ \t]*\[\^(?P<name>{_NAME})\]")
# Without a note of that name: a number or a word, not the signs of a regular expression.
_LOST_NAME = re.compile(r"\d{1,3}|[A-Za-z]{3,}(?:-[A-Za-z]{2,})*\d{0,3}")
_INLINE = re.compile(r"(?<=[\w.,;:!?)”\"'’*_])[ \t]*\^\[(?P<text>(?:[^\[\]\n]|\[[^\[\]\n]{0,300}\]){1,2000})\]")

_WORD = r"(?:foot|end)notes?"
_LIST = re.compile(
    rf"<(?P<tag>ol|ul|div|section|aside|dl|table)\b[^<>]*?\b(?:class|id|role)=[\"'](?:[^\"'<>]*[\s_-])?{_WORD}(?![a-z])"
    r"[^<>]*>",
    re.IGNORECASE,
)
_ITEM = re.compile(r"<(?P<tag>li|p|div|dd)\b(?P<attributes>[^<>]*)>(?P<text>[\s\S]*?)(?=</?(?P=tag)\b)", re.IGNORECASE)
_ID = re.compile(r"\bid=[\"']([^\"']+)[\"']")
_BACK = re.compile(
    r"href=[\"']?#_?(?:fn|ftn|edn|foot|footnote|endnote|note|ref)[\w:.-]*?(?:ref|back|rev)[\w:.-]*", re.I
)
_TAG = re.compile(r"<[^<>]*>")
_RETURN_SIGN = re.compile(r"<a\b[^<>]*>\s*(?:[\[(]?\d{1,3}[\])]?|[↩↑^⤴]\ufe0e?|back)\s*</a>", re.IGNORECASE)
_ANCHOR = r"<a\b[^<>]*\bhref=[\"']#(?P<target>[^\"'<>]+)[\"'][^<>]*>[^<>]{0,20}</a>"
_HTML_REFERENCE = re.compile(rf"<sup\b[^<>]*>\s*\[?{_ANCHOR}\]?\s*</sup>|{_ANCHOR.replace('target', 'bare')}", re.I)

# "fn1. words" and "[1] words" as paragraphs; each needs its sign in the text before.
_NUMBERED = re.compile(
    r"^(?:<p\b[^<>]*>)?[ \t]*"
    r"(?:fn(?P<fn>\d{1,3})\.|\[(?P<bracket>\d{1,3})\](?![(\[:])|<sup>(?P<sup>\d{1,3})</sup>)[ \t]+"
    r"(?P<text>[^\s][^\n]*(?:\n(?![ \t]*(?:\n|fn\d|\[\d|<p\b|<sup>))[^\n]+)*)",
    re.MULTILINE,
)
_HEADING = re.compile(
    r"(?:\A|\n)[ \t]*(?:<hr\s*/?>\s*)?(?:#{1,6}[ \t]+|<(?:h\d|p|strong|b)\b[^<>]*>|\*\*|__){0,3}"
    rf"(?:{_WORD}|notes)[ \t]*:?"
    r"[ \t]*(?:#{1,6}|</(?:h\d|p|strong|b)>|\*\*|__|:){0,3}\s*\Z",
    re.IGNORECASE,
)
_AFTER_SIGN: Final = ("", *" \t\n.,;:!?)[—–")
_MIN_TEXT: Final = 0.5  # of the body: an element around more than the rest is the post, not its notes
_SIGNS: Final = (
    "[^",
    "^[",
    "otnote",
    "OTNOTE",
    "ndnote",
    "#_ftn",
    "#fn",
    "#ftn",
    "#_edn",
    "#note",
    "#ref",
    "fn1.",
    "[1]",
    "<sup>1",
)
SIGNS: Final = words(*_SIGNS)


@dataclass(frozen=True, slots=True)
class Footnotes:
    """marks: of rule "footnote", over notes and the signs that refer to them. notes: how many."""

    marks: tuple[Mark, ...] = ()
    notes: int = 0


def find_footnotes(body: str, *, in_brackets: bool = False) -> Footnotes:
    """in_brackets: the marks put each note in brackets where the text first refers to it, instead of nowhere."""
    if not any(sign in body for sign in _SIGNS):
        return Footnotes()
    finder = _Finder(body, in_brackets=in_brackets)
    if "[^" in body or "^[" in body:
        finder.markdown()
    if "<" in body:
        finder.html()
    finder.numbered()
    return finder.found()


class _Finder:
    def __init__(self, body: str, *, in_brackets: bool) -> None:
        self.body = body
        self.in_brackets = in_brackets
        self.shown = shown_code(body)
        self.marks: list[Mark] = []
        self.notes = 0

    def markdown(self) -> None:
        notes = list(outside(_DEFINITION.finditer(self.body), self.shown))
        words = {note["name"]: _one_line(note["text"]) for note in notes}
        for note in notes:
            self._note(note.start(), note.end())
        told: set[str] = set()
        for sign in outside(_REFERENCE.finditer(self.body), self.shown):
            name = sign["name"]
            if self._inside(sign.start()):
                continue
            if name in words:
                self._mark(*self._with_gap(sign), words[name] if name not in told else "")
                told.add(name)
            elif _LOST_NAME.fullmatch(name) and not self.body.startswith(("(", "["), sign.end()):
                self._note(*self._with_gap(sign))
        for inline in outside(_INLINE.finditer(self.body), self.shown):
            self._note(*inline.span(), inline["text"])

    def _with_gap(self, sign: re.Match[str]) -> tuple[int, int]:
        """The blanks before a sign go with it, unless nothing else parts the words around it."""
        start, end = sign.span()
        glues = self.body[end : end + 1] not in _AFTER_SIGN
        return (self.body.index("[", start), end) if glues else (start, end)

    def html(self) -> None:
        words: dict[str, str] = {}
        for opening in outside(_LIST.finditer(self.body), self.shown):
            end = _end_of(self.body, opening)
            if end is None or self._inside(opening.start()) or end - opening.end() > _MIN_TEXT * len(self.body):
                continue
            items = _items(self.body[opening.end() : end])
            words |= items
            self.notes += max(1, len(items)) - 1
            self._note(opening.start(), end)
        for back in outside(_BACK.finditer(self.body), self.shown):
            if not self._inside(back.start()):
                self._note(*_paragraph_around(self.body, back.start()))
        if words:
            self._html_references(words)

    def _html_references(self, words: Mapping[str, str]) -> None:
        told: set[str] = set()
        for sign in outside(_HTML_REFERENCE.finditer(self.body), self.shown):
            name = sign["target"] or sign["bare"]
            if name in words and not self._inside(sign.start()):
                self._mark(*sign.span(), words[name] if name not in told else "")
                told.add(name)

    def numbered(self) -> None:
        """Only where all of them follow each other from 1 on and each is referred to before the first."""
        notes = [note for note in outside(_NUMBERED.finditer(self.body), self.shown) if not self._inside(note.start())]
        numbers = [int(note["fn"] or note["bracket"] or note["sup"]) for note in notes]
        if not notes or numbers != list(range(1, len(notes) + 1)):
            return
        before = self.body[: notes[0].start()]
        signs = [re.search(rf"(?<=\S)[ ]?(?:\[{n}\](?!\()|<sup>{n}</sup>)", before) for n in numbers]
        if None in signs:
            return
        for note, sign in zip(notes, signs, strict=True):
            assert sign is not None
            self._note(*note.span())
            self._mark(*sign.span(), _one_line(note["text"]))

    def found(self) -> Footnotes:
        if not self.marks:
            return Footnotes()
        return Footnotes(tuple(sorted(self.marks, key=lambda mark: mark.start)), self.notes)

    def _note(self, start: int, end: int, words: str = "") -> None:
        """A note, with the heading right before it."""
        self.notes += 1
        heading = (
            _HEADING.search(self.body, max(0, start - 80), start)
            if "\n" in self.body[max(0, start - 2) : start]
            else None
        )
        self._mark(heading.start() if heading else start, end, words, "\n\n" if heading and not words else "")

    def _mark(self, start: int, end: int, words: str = "", instead: str = "") -> None:
        self.marks.append(Mark("footnote", start, end, f" ({words})" if words and self.in_brackets else instead))

    def _inside(self, at: int) -> bool:
        return any(mark.start <= at < mark.end for mark in self.marks)


def _one_line(text: str) -> str:
    text = _REFERENCE.sub("", _RETURN_SIGN.sub("", text))
    return " ".join(_TAG.sub(" ", text).split()) if "<" in text else " ".join(text.split())


def _items(inside: str) -> dict[str, str]:
    """The notes of a list by the id that links lead to; a number where there is none."""
    found: dict[str, str] = {}
    for number, item in enumerate(_ITEM.finditer(inside)):
        named = _ID.search(item["attributes"]) or _ID.search(item["text"])
        found[named[1] if named else f"{number}"] = _one_line(item["text"])
    return found


def _end_of(body: str, opening: re.Match[str]) -> int | None:
    """Where the element ends; None when it never does."""
    depth = 1
    for tag in re.finditer(rf"<(/?){opening['tag']}\b[^<>]*>", body[opening.end() :], re.IGNORECASE):
        depth += -1 if tag[1] else 1
        if not depth:
            return opening.end() + tag.end()
    return None


def _paragraph_around(body: str, at: int) -> tuple[int, int]:
    starts = (
        body.rfind("<p", 0, at),
        body.rfind("<li", 0, at),
        body.rfind("\n\n", 0, at),
        body.rfind("<div", 0, at),
        0,
    )
    ends = [place for sign in ("</p>", "</li>", "\n\n", "</div>") if (place := body.find(sign, at)) >= 0]
    return max(starts), min(ends, default=len(body))
