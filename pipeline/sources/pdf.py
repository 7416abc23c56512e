"""The text of PDFs; pictures of pages have none."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError

from pipeline.domain.documents import Document, DocumentId, Notice
from pipeline.domain.reading import Item
from pipeline.errors import UnreadableFile
from pipeline.sources.dates import parse_date
from pipeline.sources.pdf_paragraphs import Line, joined
from pipeline.sources.people import person
from pipeline.sources.source import Source
from pipeline.sources.titles import file_day, file_title, find_title, is_placeholder
from pipeline.sources.vendor_faults import VENDOR_FAULTS, refused

NO_TEXT = "no text in it"
ENCRYPTED = "encrypted"


def read_pdf(source: Source) -> Iterator[Item]:
    """Raises UnreadableFile with where "encrypted" or "no text in it" (scanned pages), or the page that failed."""
    ends_at = time.monotonic() + source.limits.pdf_seconds
    with refused(source):
        reader = PdfReader(source.stream)
        _unlock(reader, source)
        pages = len(reader.pages)
    if pages > source.limits.pdf_pages:
        raise UnreadableFile(source.name, f"page {source.limits.pdf_pages + 1}")
    read: list[list[Line]] = []
    chars = 0
    for number in range(pages):
        where = f"page {number + 1}"
        with refused(source, where):
            read.append(page_lines(reader.pages[number], ends_at))
        chars += sum(len(line.text) for line in read[-1])
        if time.monotonic() > ends_at or chars > source.limits.item_chars:
            raise UnreadableFile(source.name, where)
    paragraphs = joined(read)
    if not any(letter.isalnum() for paragraph in paragraphs for letter in paragraph):
        raise UnreadableFile(source.name, NO_TEXT)
    yield from _items(paragraphs, reader, source)


def _unlock(reader: PdfReader, source: Source) -> None:
    """Many are encrypted only against changes, with an empty password."""
    try:
        open_to_all = not reader.is_encrypted or reader.decrypt("") != 0
    except DependencyError as error:
        raise UnreadableFile(source.name, ENCRYPTED) from error
    if not open_to_all:
        raise UnreadableFile(source.name, ENCRYPTED)


class _Lines:
    """Collects a page's lines with their places; Any: the library's matrices and fonts."""

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at
        self.lines: list[Line] = [Line("")]

    def on_text(self, text: str, moved: list[float], matrix: list[float], *_: Any) -> None:
        for at, piece in enumerate(text.split("\n")):
            if at:
                self.lines.append(Line(""))
            line = self.lines[-1]
            if piece.strip() and not line.text.strip():
                x, y = matrix[4], matrix[5]
                at_x = x * moved[0] + y * moved[2] + moved[4]
                at_y = x * moved[1] + y * moved[3] + moved[5]
                self.lines[-1] = Line(line.text + piece, at_x, at_y)
            else:
                self.lines[-1] = Line(line.text + piece, line.x, line.y)

    def on_operand(self, *_: Any) -> None:
        if time.monotonic() > self._ends_at:
            raise TimeoutError


def page_lines(page: PageObject, ends_at: float) -> list[Line]:
    """Raises TimeoutError as soon as ends_at (time.monotonic) has passed, also in the middle of the page."""
    collected = _Lines(ends_at)
    page.extract_text(visitor_text=collected.on_text, visitor_operand_before=collected.on_operand)
    return [line for line in collected.lines if line.text.strip()]


def _items(paragraphs: list[str], reader: PdfReader, source: Source) -> Iterator[Item]:
    title, author, made_at = _metadata(reader)
    if is_placeholder(title):
        titled = find_title("\n\n".join(paragraphs), file_title=file_title(source))
        title, body = titled.title, titled.body
        yield Notice("title-rule", source.name, titled.rule, title)
    else:
        again = paragraphs[0].casefold() == title.casefold()
        body = "\n\n".join(paragraphs[1:] if again else paragraphs)
    yield Document(
        document_id=DocumentId(""),
        title=title,
        body=body,
        markup="text",
        source_name=source.name,
        author=author,
        published_at=made_at or file_day(source),
    )


def _metadata(reader: PdfReader) -> tuple[str, str | None, datetime | None]:
    """Title, author and date; metadata may be broken where the text is not."""
    try:
        stated = reader.metadata
        title = " ".join(str(stated.title or "").split()) if stated else ""
        author = person(str(stated.author or "")) if stated else None
    except VENDOR_FAULTS:
        return "", None, None
    try:
        return title[:300], author, parse_date(stated.creation_date) if stated else None
    except VENDOR_FAULTS:
        return title[:300], author, None
