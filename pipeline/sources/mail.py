"""Newsletters out of mailboxes (mbox) and single messages (eml)."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from pipeline.domain.documents import BrokenItem, Document, DocumentId, Notice
from pipeline.domain.reading import Item
from pipeline.errors import UnreadableFile
from pipeline.sources.dates import parse_date
from pipeline.sources.decoding import decode_whole
from pipeline.sources.mail_html import main_part
from pipeline.sources.mail_text import own_words
from pipeline.sources.people import person, without_addresses
from pipeline.sources.source import Source
from pipeline.sources.titles import file_title

# A message's first line in a mailbox: "From someone Thu Jan  5 14:30:46 2012", or Thunderbird's "From - …".
FROM_LINE = re.compile(rb"From (?:\S+ .*\d{4}|- |\S+$)")
QUOTED_FROM = re.compile(rb">+From ")
HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
HEADER_CHARS = 2_000
NO_TEXT = "no text in it"
# What the parser raises on broken encodings, besides what it keeps as defects.
FAULTS = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)
# Real letters have a handful of parts and short headers; the parser compares every line with every open boundary, and
# takes quadratic time over the parameters of one header.
MOST_BOUNDARIES = 200
MOST_PARTS = 2_000
HEADER_BYTES = 8_000
ALL_HEADERS_BYTES = 200_000
BOUNDARY = re.compile(rb"boundary\s*=\s*\"?([^\s\";]{1,100})", re.IGNORECASE)
CONTENT_HEADER = re.compile(rb"^content-[a-z-]+[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
LINE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Raw:
    """One message's bytes; cut: it was longer than the limit and its end was left behind."""

    content: bytes
    cut: bool


def read_eml(source: Source) -> Iterator[Item]:
    limit_bytes = source.limits.record_chars
    raw = source.stream.read(limit_bytes + 1)
    if not HEADER.match(raw.lstrip(b"\xef\xbb\xbf\r\n")):
        raise UnreadableFile(source.name, "line 1")
    yield from _message_items(Raw(raw[:limit_bytes], len(raw) > limit_bytes), DocumentId(""), source)


def read_mbox(source: Source) -> Iterator[Item]:
    """Ids are the messages' places. A message that cannot be read is a BrokenItem."""
    encodings: set[str] = set()
    number = 0
    for raw in _messages(source):
        number += 1
        for item in _items_or_broken(raw, DocumentId(str(number)), source):
            if not isinstance(item, Notice) or item.detail not in encodings:
                yield item
            if isinstance(item, Notice):
                encodings.add(item.detail)
    if not number:
        raise UnreadableFile(source.name, "line 1")


def _items_or_broken(raw: Raw, document_id: DocumentId, source: Source) -> list[Item]:
    try:
        return _message_items(raw, document_id, source)
    except UnreadableFile as error:
        return [BrokenItem(document_id, source.name, f"message {document_id}: {error.where or 'cannot be read'}")]


def _messages(source: Source) -> Iterator[Raw]:
    """Cut at "From " lines after an empty one; only one message is in memory at a time."""
    limit_bytes = source.limits.record_chars
    kept: list[bytes] = []
    size_bytes = 0
    begun, after_blank, at_start = False, True, True
    while line := source.stream.readline(LINE_BYTES):
        if at_start and after_blank and FROM_LINE.match(line.rstrip(b"\r\n")):
            if begun:
                yield Raw(b"".join(kept), size_bytes > limit_bytes)
            begun, kept, size_bytes = True, [], 0
        elif begun:
            size_bytes += len(line)
            if size_bytes <= limit_bytes:
                kept.append(line[1:] if at_start and QUOTED_FROM.match(line) else line)
        after_blank = at_start and not line.strip()
        at_start = line.endswith(b"\n")
    if begun:
        yield Raw(b"".join(kept), size_bytes > limit_bytes)


def _message_items(raw: Raw, document_id: DocumentId, source: Source) -> list[Item]:
    """Raises UnreadableFile with the reason as where."""
    if _is_crowded(raw.content):
        raise UnreadableFile(source.name, "too many parts")
    try:
        message = email.message_from_bytes(raw.content)
        part, is_last = _body_part(message)
        items = list(_document_items(message, part, document_id, source)) if part else []
    except FAULTS as error:
        raise UnreadableFile(source.name) from error
    if not items:
        raise UnreadableFile(source.name, NO_TEXT)
    if raw.cut and is_last:
        raise UnreadableFile(source.name, f"longer than {source.limits.record_chars:,} bytes")
    return items


def _is_crowded(content: bytes) -> bool:
    end = BLANK_LINE.search(content)
    if (end.start() if end else len(content)) > ALL_HEADERS_BYTES:
        return True
    if any(len(found[0]) > HEADER_BYTES for found in CONTENT_HEADER.finditer(content)):
        return True
    boundaries = BOUNDARY.findall(content)
    if len(boundaries) > MOST_BOUNDARIES:
        return True
    return sum(content.count(b"\n--" + boundary) for boundary in set(boundaries)) > MOST_PARTS


def _body_part(message: Message) -> tuple[Message | None, bool]:
    """The first HTML part, else the first plain one, attachments aside; and whether nothing follows it."""
    leaves = [part for part in message.walk() if not part.is_multipart()]
    shown = [part for part in leaves if part.get_content_disposition() != "attachment" and not part.get_filename()]
    for wanted in ("text/html", "text/plain"):
        chosen = next((part for part in shown if part.get_content_type() == wanted), None)
        if chosen is not None:
            return chosen, chosen is leaves[-1]
    return None, False


def _document_items(message: Message, part: Message | None, document_id: DocumentId, source: Source) -> Iterator[Item]:
    if part is None:
        yield BrokenItem(document_id, source.name, "has no text")
        return
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    text, notices = decode_whole(content, source.name, part.get_content_charset())
    yield from notices
    is_html = part.get_content_type() == "text/html"
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    body = main_part(text, source) if is_html else own_words(text, flowed=flowed)
    yield Document(
        document_id=document_id,
        title=_title(message) or file_title(source),
        body=body,
        markup="html" if is_html else "text",
        source_name=source.name,
        author=person(parseaddr(_header(message, "From"))[0]),
        published_at=_date(message),
    )


def _title(message: Message) -> str:
    return " ".join(without_addresses(_header(message, "Subject")).split())


def _date(message: Message) -> datetime | None:
    return parse_date(re.sub(r"\s*\([^()]*\)\s*$", "", _header(message, "Date")))


def _header(message: Message, name: str) -> str:
    stated = str(message.get(name, ""))[:HEADER_CHARS]
    try:
        return str(make_header(decode_header(stated))).strip()
    except (HeaderParseError, *FAULTS):
        return stated.strip()
