"""WordPress exports (WXR 1.0 to 1.2) and plain RSS with full texts, repaired where they are no valid XML.

Only the fields named here are read. Comments, commenters' addresses and post metadata never leave the XML.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from lxml import etree

from pipeline.domain.documents import BrokenItem, Document, DocumentId, Notice
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile, UnreadableFile, UnsafeXml
from pipeline.sources.dates import parse_date
from pipeline.sources.decoding import TextStream
from pipeline.sources.source import Source
from pipeline.sources.wxr_items import ItemScanner, RawItem
from pipeline.sources.wxr_salvage import salvaged_fields

# Characters XML 1.0 forbids; exports have them because MySQL allows them.
FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FORBIDDEN_ASCII = bytes({*range(0x20)} - {*b"\t\n\r"})
NO_CHARACTERS = ("\ufffe", "\uffff")
UNREAD = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
ENTITIES = re.compile(r"<!ENTITY|<!DOCTYPE[^>]*\[", re.IGNORECASE)
ROOT = re.compile(r"<rss\b[^<>]*>", re.IGNORECASE)
AUTHOR = re.compile(r"<wp:author\b[^<>]*>.*?</wp:author\s*>", re.DOTALL)
DECLARED = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
DECLARATION_BYTES = 200
# What a namespace is called in these exports, whichever prefix a file gives it.
FAMILIES = (
    (re.compile(r"wordpress\.org/export/[\d.]+/excerpt"), "excerpt"),
    (re.compile(r"wordpress\.org/export/"), "wp"),
    (re.compile(r"purl\.org/rss/1\.0/modules/content"), "content"),
    (re.compile(r"purl\.org/dc/elements"), "dc"),
)
TERMS = frozenset({"category", "post_tag"})
Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Export:
    """What the head of the file says of all its items. root: the opening tag with its namespaces."""

    root: str
    authors: dict[str, str]


class Repairs:
    """The first line that was no valid XML; one notice per file is enough."""

    def __init__(self) -> None:
        self.line = 0
        self.sample = ""

    def add(self, line: int, sample: str) -> None:
        if not self.line:
            self.line, self.sample = line, sample

    def notices(self, name: str) -> Iterator[Notice]:
        if self.line:
            yield Notice("repaired-xml", name, f"line {self.line}", self.sample)


def read_wxr(source: Source) -> Iterator[Item]:
    """Raises UnsafeXml before anything is parsed, UnreadableFile with the line when there is no item to save."""
    text = TextStream(source.stream, _declared(source))
    scanner = ItemScanner(source.limits.record_chars)
    repairs = Repairs()
    export: Export | None = None
    for raw in _raw_items(text, scanner, source, repairs):
        export = export or _export(scanner.head, source, repairs)
        yield _item(raw, scanner.items, export, source, repairs)
    if export is None:
        _refuse(scanner.head, source)
    if "</rss" not in scanner.ending:
        repairs.add(scanner.line, "")
    yield from text.notices(source.name)
    yield from repairs.notices(source.name)


def _declared(source: Source) -> str | None:
    found = DECLARED.search(source.stream.read(DECLARATION_BYTES))
    source.stream.seek(0)
    return found[1].decode("ascii") if found else None


def _raw_items(text: TextStream, scanner: ItemScanner, source: Source, repairs: Repairs) -> Iterator[RawItem]:
    for chunk in text.chunks():
        cleaned = _allowed(chunk)
        if len(cleaned) != len(chunk):
            repairs.add(_line_of_first(chunk, scanner.line), "")
        yield from scanner.feed(cleaned)
        if scanner.head_is_oversize:
            raise UnreadableFile(source.name, f"line {scanner.line}")
    yield from scanner.feed("", final=True)


def _allowed(chunk: str) -> str:
    """Without FORBIDDEN characters; most chunks have none, which is told quickly."""
    try:
        encoded = chunk.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return FORBIDDEN.sub("", chunk)
    rare = len(encoded.translate(None, FORBIDDEN_ASCII)) != len(encoded) or any(sign in chunk for sign in NO_CHARACTERS)
    return FORBIDDEN.sub("", chunk) if rare else chunk


def _line_of_first(chunk: str, line: int) -> int:
    found = FORBIDDEN.search(chunk)
    return line + chunk.count("\n", 0, found.start() if found else 0)


def _export(head: str, source: Source, repairs: Repairs) -> Export:
    _refuse_entities(head, source)
    found = ROOT.search(UNREAD.sub("", head))
    root = " ".join(found[0].split()) if found else "<rss>"
    _, line = _well_formed(head)
    if line:
        repairs.add(line, "")
    authors: dict[str, str] = {}
    for block in AUTHOR.findall(head):
        element, _ = _parse(f"{root}{block}</rss>")
        fields = _fields(element[0]) if element is not None and len(element) else {}
        login = fields.get("wp:author_login", "")
        if login:
            authors[login.casefold()] = fields.get("wp:author_display_name") or login
    return Export(root, authors)


def _refuse_entities(head: str, source: Source) -> None:
    if ENTITIES.search(UNREAD.sub("", head)):
        raise UnsafeXml(source.name)


def _refuse(head: str, source: Source) -> None:
    """No item at all: an export of nothing, or no export."""
    _refuse_entities(head, source)
    closed, line = _well_formed(head)
    if closed and not line:
        raise EmptyFile(source.name)
    raise UnreadableFile(source.name, f"line {line or head.count(chr(10)) + 1}")


def _well_formed(text: str) -> tuple[bool, int]:
    """Whether the text is a whole XML document, and the first line that is wrong before its end (0: none)."""
    parser = etree.XMLPullParser(events=(), **_safe(recover=False))
    try:
        parser.feed(text.encode())
    except etree.XMLSyntaxError as error:
        return False, error.lineno or 1
    try:
        parser.close()
    except etree.XMLSyntaxError:
        return False, 0
    return True, 0


def _safe(*, recover: bool) -> dict[str, object]:
    """huge_tree only lifts the limit of 10 MB per text; the scanner has bounded the item, entities are refused."""
    return {
        "recover": recover,
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": True,
        "remove_comments": True,
        "remove_pis": True,
        "encoding": "utf-8",
    }


def _parse(text: str) -> tuple[etree._Element | None, int]:
    """The root element and the line (within text) of the first thing that had to be repaired, 0 when none."""
    encoded = text.encode()
    try:
        return etree.fromstring(encoded, etree.XMLParser(**_safe(recover=False))), 0
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
    try:
        return etree.fromstring(encoded, etree.XMLParser(**_safe(recover=True))), line
    except etree.XMLSyntaxError:
        return None, line


def _item(raw: RawItem, number: int, export: Export, source: Source, repairs: Repairs) -> Item:
    fallback = DocumentId(f"item-{number}")
    if raw.oversize:
        return BrokenItem(fallback, source.name, f"longer than {source.limits.record_chars:,} characters")
    root, line = _parse(f"{export.root}{raw.text}</rss>")
    if line:
        repairs.add(raw.line + line - 1, _line(raw.text, line))
    element = root[0] if root is not None and len(root) else None
    fields = _fields(element) if element is not None else {}
    if line and "wp:post_id" not in fields:
        fields |= salvaged_fields(raw.text)
    document_id = DocumentId(fields.get("wp:post_id") or fallback)
    if not raw.ended and "wp:post_type" not in fields:
        return BrokenItem(document_id, source.name, f"line {raw.line}: the file ends inside this item")
    if element is None or not fields:
        return BrokenItem(document_id, source.name, f"line {raw.line}: nothing in this item can be read")
    return _document(document_id, fields, _tags(element), export, source)


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1].strip()[:120] if 0 < number <= len(lines) else ""


def _fields(element: etree._Element) -> Fields:
    """The texts of the direct children, stripped; the first of each name counts."""
    fields: Fields = {}
    for child in element:
        key = _key(child)
        if key not in fields and not len(child):
            fields[key] = "".join(child.itertext()).strip()
    return fields


def _key(element: etree._Element) -> str:
    """ "wp:post_id" whichever prefix or version the file uses; without a declaration the tag already says it."""
    namespace, _, name = str(element.tag).rpartition("}")
    family = _family(namespace) or element.prefix
    return f"{family}:{name}" if family else name


@lru_cache(maxsize=64)  # a file has a handful of namespaces
def _family(namespace: str) -> str:
    return next((family for pattern, family in FAMILIES if pattern.search(namespace)), "")


def _tags(element: etree._Element) -> tuple[str, ...]:
    found = (
        (child.text or "").strip() or child.get("nicename", "")
        for child in element.iterchildren("category")
        if child.get("domain", "category") in TERMS
    )
    return tuple(dict.fromkeys(html.unescape(tag) for tag in found if tag))


def _document(
    document_id: DocumentId, fields: Fields, tags: tuple[str, ...], export: Export, source: Source
) -> Document:
    wordpress = any(key.startswith("wp:") for key in fields)
    author = fields.get("dc:creator") or fields.get("author") or None
    return Document(
        document_id=document_id,
        title=html.unescape(fields.get("title", "")),
        body=fields.get("content:encoded") or ("" if wordpress else fields.get("description", "")),
        markup="wordpress" if wordpress else "html",
        source_name=source.name,
        author=author,
        author_name=export.authors.get(author.casefold()) if author else None,
        published_at=_published(fields),
        status=fields.get("wp:status", "").lower() or "publish",
        kind=fields.get("wp:post_type", "").lower() or "post",
        url=fields.get("link") or None,
        tags=tags,
    )


def _published(fields: Fields) -> datetime | None:
    """WordPress writes 0000-00-00 for drafts, and a wrong year -0001 in pubDate."""
    keys = ("wp:post_date_gmt", "wp:post_date", "pubDate")
    return next((moment for key in keys if (moment := parse_date(fields.get(key)))), None)
