"""Every rule's opinion about one document, beside its untouched text."""

import pickle
import string
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Final, NamedTuple

from pipeline.domain.documents import Choice, Document, DocumentId, Mark, PlainText, Recipe, Rule
from pipeline.findings import choice_of
from pipeline.prompts import stable_hash
from pipeline.shelf import Place, Shelf
from pipeline.stages import (
    answers,
    code,
    contacts,
    edges,
    footnotes,
    guests,
    health,
    html,
    identifiers,
    language,
    link_lists,
    links,
    mojibake,
    quotations,
    secrets,
    stale,
)
from pipeline.stages import shortcodes as codes
from pipeline.stages.outlines import Outline, outlines
from pipeline.stages.signs import Signs
from pipeline.tagged import PLACED, Flag, Tagged, packed_ends

# A text with more words than this, less than half of it marked, has words left whatever is taken out.
_SURELY_WORDED: Final = 50


MIN_LETTERS: Final = 40  # a shorter answer may be an abbreviation
OPENING_CHARS: Final = 1_000  # who shouts begins with it
_CAPITALS, _LETTERS = string.ascii_uppercase.encode(), string.ascii_letters.encode()


@dataclass(frozen=True, slots=True)
class Marked:
    """A document and every rule's opinion about it.

    shortcodes: marks on document.body. footnotes: marks on `source`; notes: how many they are about.
    marks: on plain.text. title_marks: on title, which is plain.
    flags: what is said of the text as a whole; "version" announces one, which is stale once it is old.
    """

    key: DocumentId
    document: Document
    plain: PlainText
    title: str
    shortcodes: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    title_marks: tuple[Mark, ...]
    flags: tuple[Flag, ...] = ()
    footnotes: tuple[Mark, ...] = ()
    notes: int = 0

    def source(self, options: "TagOptions") -> str:
        """The body that footnotes were looked for in."""
        return without(self.document.body, self.shortcodes) if options.shortcodes_out else self.document.body

    def pack(self) -> bytes:
        plain = self.plain
        marks = (self.shortcodes, self.marks, self.title_marks, plain.anchors, plain.code, self.footnotes)
        told = tuple([_OF_MARK(mark) for mark in some] for some in marks)
        facts = (
            self.key,
            _OF_DOCUMENT(self.document),
            plain.tags,
            plain.comments,
            self.title,
            told,
            self.flags,
            self.notes,
        )
        text = plain.text.encode("utf-8", "surrogatepass")
        return len(text).to_bytes(_SIZE) + text + pickle.dumps(facts, pickle.HIGHEST_PROTOCOL)

    @classmethod
    def unpack(cls, packed: bytes) -> "Marked":
        """Only of what pack wrote into a file of this process."""
        behind = _SIZE + int.from_bytes(packed[:_SIZE])
        key, document, tags, comments, title, told, flags, notes = pickle.loads(memoryview(packed)[behind:])
        found, marks, title_marks, anchors, code, signs = (tuple(Mark(*mark) for mark in some) for some in told)
        plain = PlainText(text_of(packed), tags, comments, anchors, code)
        return cls(key, Document(*document), plain, title, found, marks, title_marks, flags, signs, notes)


def text_of(packed: bytes) -> str:
    """The plain text alone."""
    return packed[_SIZE : _SIZE + int.from_bytes(packed[:_SIZE])].decode("utf-8", "surrogatepass")


_SIZE: Final = 8  # bytes that tell how long the text is
_OF_DOCUMENT = attrgetter(*(one.name for one in fields(Document)))
_OF_MARK = attrgetter(*(one.name for one in fields(Mark)))


class TaggedBatch(NamedTuple):
    """Tagged documents, placed as if `records` began at byte 0."""

    tagged: list[Tagged]
    records: bytes

    def shelved(self, shelf: Shelf) -> Iterator[Tagged]:
        at, _ = shelf.add(self.records)
        for one in self.tagged:
            yield one._replace(at=at + one.at)


@dataclass(frozen=True, slots=True)
class TagOptions:
    """The choices that decide which text the other rules look at."""

    shortcodes_out: bool
    markup_out: bool
    code_out: bool = True
    footnotes: Choice = "fix"

    @classmethod
    def of(cls, recipe: Recipe) -> "TagOptions":
        shortcodes, markup, code = (choice_of(recipe, rule) == "fix" for rule in _LAYERS)
        return cls(shortcodes, markup, code, choice_of(recipe, "footnote"))


_LAYERS: Final[tuple[Rule, ...]] = ("shortcode", "markup", "code")


def tag_batch(options: TagOptions, batch: Sequence[tuple[DocumentId, Document]]) -> TaggedBatch:
    """Mark some documents; nothing in them is changed."""
    marked = [mark(key, document, options) for key, document in batch]
    tagged: list[Tagged] = []
    records: list[bytes] = []
    at = 0
    for one, shape in zip(marked, outlines([one.plain.text for one in marked]), strict=True):
        whole, outline = one.pack(), shape.pack()
        tagged.append(_tagged(one, shape, Place(at, len(whole)), len(outline)))
        records += [whole, outline]
        at += len(whole) + len(outline)
    return TaggedBatch(tagged, b"".join(records))


def mark(key: DocumentId, document: Document, options: TagOptions) -> Marked:
    found = tuple(codes.find_shortcodes(document.body))
    body = without(document.body, found) if options.shortcodes_out else document.body
    notes = footnotes.Footnotes()
    if _SIGNS_IN_BODIES(body):
        notes = footnotes.find_footnotes(body, in_brackets=options.footnotes == "brackets")
    body = body if options.footnotes == "keep" else without(body, notes.marks)
    plain = html.to_plain(body, markup=document.markup, code_out=options.code_out)
    title = html.to_plain(document.title, markup="html").text if {"<", "&"} & set(document.title) else document.title
    title = " ".join(title.split())
    plain = plain if options.markup_out else replace(plain, text=body, anchors=())
    signs = _SIGNS(plain.text)
    marks = _marks(plain.text, signs)
    is_answer = document.prompt is not None  # a training row has no visitor to address and no author to name
    return Marked(
        key=key,
        document=document,
        plain=plain,
        title=title,
        shortcodes=found,
        marks=marks if is_answer else marks + _edge_marks(plain.text, document),
        title_marks=_marks(title, _SIGNS(title)),
        flags=tuple(_flags(document, title, plain, marks, dated="stale" in signs)),
        footnotes=notes.marks,
        notes=notes.notes,
    )


def _edge_marks(text: str, document: Document) -> tuple[Mark, ...]:
    return (*edges.find_bios(text, document.author_name or document.author), *edges.find_calls(text))


def _flags(document: Document, title: str, plain: PlainText, marks: Iterable[Mark], *, dated: bool) -> Iterator[Flag]:
    """dated: the text may be."""
    if in_capitals(plain.text):
        yield "capitals"
    if code.is_mostly_code(plain):
        yield "mostly-code"
    if document.prompt is not None:
        return
    if dated and stale.is_dated(title, plain.text):
        yield "stale"
    if stale.announces_version(title, plain.text):
        yield "version"
    if link_lists.is_link_list(plain.text, [*of_rule("link", marks), *plain.anchors]):
        yield "link-list"
    if guests.is_guest_post(title, plain.text, (document.author, document.author_name)):
        yield "guest-post"


def in_capitals(text: str) -> bool:
    """More than a third of the letters: where the classic preparation tool offered lower case."""
    opening = text[:OPENING_CHARS].encode("utf-8", "surrogatepass")
    others = len(opening.translate(None, _LETTERS))
    lower = len(opening.translate(None, _CAPITALS)) - others
    upper = len(opening) - others - lower
    return upper + lower >= MIN_LETTERS and 2 * upper > lower


def _tagged(one: Marked, shape: Outline, whole: Place, outline_size: int) -> Tagged:
    document, text = one.document, one.plain.text
    found = {rule: places(rule, one) for rule in PLACED}
    in_text = Counter(mark.rule for mark in one.marks) + Counter(mark.rule for mark in one.shortcodes)
    kinds = Counter((rule, mark.replacement) for rule in _PERSONAL for mark in found[rule])
    hidden = sum(mark.end - mark.start for mark in one.marks)
    counts = {rule: len(marks) for rule, marks in found.items()}
    counts |= {"markup": one.plain.tags + one.plain.comments, "footnote": one.notes}
    in_text |= {"footnote": one.notes, "code": len(one.plain.code)}
    return Tagged(
        key=one.key,
        document_id=document.document_id,
        source_name=document.source_name,
        raw_title=document.title,
        title=one.title,
        published_at=document.published_at,
        kind=document.kind,
        markup=document.markup,
        register=document.register,
        places=tuple(counts[rule] for rule in PLACED),
        in_text=tuple(in_text[rule] for rule in PLACED),
        ends=packed_ends(one.marks),
        kinds=tuple((rule, instead, count) for (rule, instead), count in kinds.items()),
        flags=one.flags,
        language=language.main_language(text),
        quoted=quotations.is_quoted(text, (document.author, document.author_name)),
        may_be_empty=len(shape.hashes) <= _SURELY_WORDED or 2 * hidden >= len(text),
        answer=_answer(document.prompt, text),
        at=whole.at,
        size=whole.size,
        outline_size=outline_size,
        tags=document.tags,
    )


def _answer(prompt: str | None, text: str) -> int | None:
    return stable_hash("answer", f"{prompt}\n{text}") if prompt is not None and answers.is_short(text) else None


_PERSONAL: Final[tuple[Rule, ...]] = ("email", "personal-data")


def _marks(text: str, signs: Collection[str]) -> tuple[Mark, ...]:
    """signs: of which rules there are some in the text."""
    finders = (
        ("mojibake", mojibake.find_mojibake),
        ("secrets", secrets.find_secrets),
        ("e-mail", contacts.find_emails),
        ("numbers", contacts.find_phones),
        ("identifiers", identifiers.find_identifiers),
        ("health", health.find_health),
        ("links", links.find_links),
    )
    return tuple(mark for rule, find in finders if rule in signs for mark in find(text))


_SIGNS: Final = Signs(
    {
        "mojibake": mojibake.SIGNS,
        "secrets": secrets.SIGNS,
        "e-mail": contacts.EMAIL_SIGNS,
        "numbers": contacts.NUMBER_SIGNS,
        "identifiers": identifiers.SIGNS,
        "health": health.SIGNS,
        "links": links.SIGNS,
        "stale": stale.SIGNS,
    }
)
_SIGNS_IN_BODIES: Final = Signs({"footnotes": footnotes.SIGNS})


def places(rule: Rule, marked: Marked) -> list[Mark]:
    """Every place of a rule in a body, text and title; an address that is its own link counts once."""
    if rule == "shortcode":
        return list(marked.shortcodes)
    if rule == "footnote":
        return list(marked.footnotes)
    if rule == "code":
        return list(marked.plain.code)
    marks = of_rule(rule, marked.marks)
    if rule == "link":
        marks += [a for a in marked.plain.anchors if not any(m.start < a.end and a.start < m.end for m in marks)]
    return marks + of_rule(rule, marked.title_marks)


def of_rule(rule: Rule, marks: Iterable[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark.rule == rule]


def without(body: str, marks: Iterable[Mark]) -> str:
    """A body without its shortcodes or footnotes and otherwise untidied: "[words](…)" has to stay a link."""
    kept: list[str] = []
    at = 0
    for one in sorted(marks, key=lambda mark: mark.start):
        kept += [body[at : one.start], one.replacement if one.start >= at else ""]
        at = max(at, one.end)
    return "".join([*kept, body[at:]])
