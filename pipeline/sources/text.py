"""Plain text files: one text with its title, or several under chapter headings."""

import re
from collections.abc import Iterator

from pipeline.domain.documents import BrokenItem, Document, DocumentId, Notice
from pipeline.domain.reading import Item
from pipeline.sources.chapters import Chapters, find_chapters
from pipeline.sources.dates import parse_date
from pipeline.sources.decoding import decode_whole
from pipeline.sources.source import Source
from pipeline.sources.spoken import spoken_items
from pipeline.sources.titles import file_day, file_title, find_title
from pipeline.sources.transcript import find_transcript

BLANKS = re.compile(r"^[ \t\f]+$", re.MULTILINE)


def read_text(source: Source) -> Iterator[Item]:
    text, notices = decode_whole(source.stream.read(), source.name)
    yield from notices
    text = BLANKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    transcript = find_transcript(text)
    if transcript:
        yield from spoken_items(transcript, source, markup="text")
        return
    chapters = find_chapters(text)
    yield from _chapters(chapters, source) if chapters else _single(text, source)


def _single(text: str, source: Source) -> Iterator[Item]:
    titled = find_title(text, file_title=file_title(source))
    yield Notice("title-rule", source.name, titled.rule, titled.title)
    yield Document(
        document_id=DocumentId(""),
        title=titled.title,
        body=titled.body.rstrip(),
        markup="text",
        source_name=source.name,
        author=titled.headers.get("author") or titled.headers.get("by") or titled.headers.get("from"),
        published_at=parse_date(titled.headers.get("date")) or file_day(source),
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
