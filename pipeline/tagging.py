"""Every rule's opinion about one document, beside its untouched text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.domain.documents import Document, DocumentId, Mark, PlainText, Recipe, Rule
from pipeline.findings import choice_of
from pipeline.stages import (
    contacts,
    edges,
    guests,
    health,
    html,
    identifiers,
    link_lists,
    links,
    mojibake,
    secrets,
    shortcodes,
    stale,
)

Flag = Literal["stale", "version", "link-list", "guest-post"]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A document and every rule's opinion about it.

    shortcodes: marks on document.body. marks: on plain.text. title_marks: on title, which is plain.
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


@dataclass(frozen=True, slots=True)
class TagOptions:
    """The two choices that decide which text the other rules look at."""

    shortcodes_out: bool
    markup_out: bool

    @classmethod
    def of(cls, recipe: Recipe) -> "TagOptions":
        return cls(choice_of(recipe, "shortcode") == "fix", choice_of(recipe, "markup") == "fix")


def tag(key: DocumentId, document: Document, options: TagOptions) -> Tagged:
    """Mark one document; nothing in it is changed."""
    found = tuple(shortcodes.find_shortcodes(document.body))
    body = _without(document.body, found) if options.shortcodes_out else document.body
    plain = html.to_plain(body, markup=document.markup)
    title = html.to_plain(document.title, markup="html").text if {"<", "&"} & set(document.title) else document.title
    title = " ".join(title.split())
    plain = plain if options.markup_out else replace(plain, text=body, anchors=())
    marks = _marks(plain.text)
    is_answer = document.prompt is not None  # a training row has no visitor to address and no author to name
    return Tagged(
        key=key,
        document=document,
        plain=plain,
        title=title,
        shortcodes=found,
        marks=marks if is_answer else marks + _edge_marks(plain.text, document),
        title_marks=_marks(title),
        flags=() if is_answer else tuple(_flags(document, title, plain, marks)),
    )


def _edge_marks(text: str, document: Document) -> tuple[Mark, ...]:
    return (*edges.find_bios(text, document.author_name or document.author), *edges.find_calls(text))


def _flags(document: Document, title: str, plain: PlainText, marks: Iterable[Mark]) -> Iterator[Flag]:
    if stale.is_dated(title, plain.text):
        yield "stale"
    if stale.announces_version(title, plain.text):
        yield "version"
    if link_lists.is_link_list(plain.text, [*of_rule("link", marks), *plain.anchors]):
        yield "link-list"
    if guests.is_guest_post(title, plain.text, (document.author, document.author_name)):
        yield "guest-post"


def _marks(text: str) -> tuple[Mark, ...]:
    finders = (
        mojibake.find_mojibake,
        secrets.find_secrets,
        contacts.find_emails,
        contacts.find_phones,
        identifiers.find_identifiers,
        health.find_health,
        links.find_links,
    )
    return tuple(mark for find in finders for mark in find(text))


def places(rule: Rule, tagged: Tagged) -> list[Mark]:
    """Every place of a rule in a text and its title; an address that is its own link counts once."""
    marks = of_rule(rule, tagged.marks)
    if rule == "link":
        marks += [a for a in tagged.plain.anchors if not any(m.start < a.end and a.start < m.end for m in marks)]
    return marks + of_rule(rule, tagged.title_marks)


def of_rule(rule: Rule, marks: Iterable[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark.rule == rule]


def _without(body: str, marks: Iterable[Mark]) -> str:
    """A body without its shortcodes and otherwise untidied: "[words](…)" has to stay a link."""
    kept: list[str] = []
    at = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        kept += [body[at : mark.start], mark.replacement if mark.start >= at else ""]
        at = max(at, mark.end)
    return "".join([*kept, body[at:]])
