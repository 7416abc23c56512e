"""Plain text files: one text with its title, or several under chapter headings."""

import re
from collections.abc import Iterator

from pipeline.domain.documents import BrokenItem, Document, DocumentId, Notice
from pipeline.sources.chapters import Chapters, find_chapters
from pipeline.sources.dates import parse_date
from pipeline.sources.decoding import decode_whole
from pipeline.sources.markdown import title_from
from pipeline.sources.source import Item, Source
from pipeline.sources.titles import find_title

DATED_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_ ]*(.*)")
BLANKS = re.compile(r"^[ \t\f]+$", re.MULTILINE)


def read_text(source: Source) -> Iterator[Item]:
    text, notices = decode_whole(source.stream.read(), source.name)
    yield from notices
    text = BLANKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    chapters = find_chapters(text)
    yield from _chapters(chapters, source) if chapters else _single(text, source)


def _single(text: str, source: Source) -> Iterator[Item]:
    dated = DATED_NAME.fullmatch(source.stem)
    file_title = title_from((dated[2] if dated else "") or source.stem)
    titled = find_title(text, file_title=file_title)
    yield Notice("title-rule", source.name, titled.rule, titled.title)
    yield Document(
        document_id=DocumentId(""),
        title=titled.title,
        body=titled.body.rstrip(),
        markup="text",
        source_name=source.name,
        author=titled.headers.get("author") or titled.headers.get("by") or titled.headers.get("from"),
        published_at=parse_date(titled.headers.get("date")) or (parse_date(dated[1]) if dated else None),
    )


def _chapters(chapters: Chapters, source: Source) -> Iterator[Item]:
    """Ids are the chapters' places. What stands above the first is no text of its own, and is counted as left out."""
    yield Notice("title-rule", source.name, chapters.kind, chapters.parts[0][0].title)
    if chapters.before:
        yield BrokenItem(DocumentId("front"), source.name, "stands above the first heading")
    for number, (heading, body) in enumerate(chapters.parts, 1):
        yield Document(
            document_id=DocumentId(str(number)),
            title=heading.title,
            body=body,
            markup="text",
            source_name=source.name,
        )
