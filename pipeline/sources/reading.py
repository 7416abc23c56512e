"""The one way into the readers: picks one by suffix and content and keeps every item inside the limits."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.domain.documents import BrokenItem, Document, DocumentId, Notice
from pipeline.domain.reading import Item, ReadOptions
from pipeline.errors import EmptyFile, FileTooBig
from pipeline.sources.captions import read_segments, read_srt, read_vtt
from pipeline.sources.csv import read_csv
from pipeline.sources.decoding import UNSTORABLE, is_storable
from pipeline.sources.docx import read_docx
from pipeline.sources.formats import Format, detect
from pipeline.sources.html import read_html
from pipeline.sources.jsonl import read_json, read_jsonl
from pipeline.sources.mail import read_eml, read_mbox
from pipeline.sources.markdown import read_markdown
from pipeline.sources.pdf import read_pdf
from pipeline.sources.source import Limits, Reader, Source
from pipeline.sources.sql import read_sql
from pipeline.sources.text import read_text
from pipeline.sources.wxr import read_wxr
from pipeline.sources.xlsx import read_xlsx
from pipeline.sources.zip import read_zip

__all__ = ["Limits", "format_of", "read_file"]

READERS: dict[Format, Reader] = {
    "wxr": read_wxr,
    "csv": read_csv,
    "jsonl": read_jsonl,
    "json": read_json,
    "markdown": read_markdown,
    "html": read_html,
    "text": read_text,
    "docx": read_docx,
    "xlsx": read_xlsx,
    "pdf": read_pdf,
    "sql": read_sql,
    "vtt": read_vtt,
    "srt": read_srt,
    "segments": read_segments,
    "mbox": read_mbox,
    "eml": read_eml,
}
WHOLE: frozenset[Format] = frozenset({"markdown", "html", "text", "vtt", "srt", "segments"})
BLANK = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"
BLANK_HEAD_BYTES = 4096


def read_file(
    path: Path,
    *,
    name: str,
    limits: Limits = Limits(),  # noqa: B008  # frozen
    options: ReadOptions = ReadOptions(),  # noqa: B008  # frozen
) -> Iterator[Item]:
    """Every item of one file, lazily; document ids are unique within it.

    name: what people call the file; its suffix counts, path's does not. Raises a DataError, also after items were
    given out: then nothing of the file should be kept.
    """
    size_bytes = path.stat().st_size
    if size_bytes > limits.file_bytes:
        raise FileTooBig(name, size_bytes, limits.file_bytes)
    with path.open("rb") as stream:
        source = Source(stream, name, size_bytes, limits, options=options)
        items = read_zip(source, _read_member) if _format(source) == "zip" else _read_member(source)
        yield from _within(items, source)


def format_of(path: Path, *, name: str) -> Format:
    """What kind of file it is; raises a DataError for one that no reader takes."""
    with path.open("rb") as stream:
        return _format(Source(stream, name, path.stat().st_size, Limits()))


def _format(source: Source) -> Format:
    head = source.stream.read(BLANK_HEAD_BYTES)
    source.stream.seek(0)
    if not head.strip(BLANK) and source.size_bytes <= BLANK_HEAD_BYTES:
        raise EmptyFile(source.name)
    return detect(source)


def _read_member(source: Source) -> Iterator[Item]:
    """The items of a file that is no archive."""
    chosen = _format(source)
    if chosen in WHOLE and source.size_bytes > source.limits.whole_bytes:
        raise FileTooBig(source.name, source.size_bytes, source.limits.whole_bytes)
    return READERS[chosen](source)


def _within(items: Iterator[Item], source: Source) -> Iterator[Item]:
    used: dict[str, int] = {}
    for item in items:
        if isinstance(item, Notice):
            yield replace(item, sample=UNSTORABLE.sub("", item.sample))
        elif isinstance(item, Document | BrokenItem):
            yield _bounded(_identified(item, source, used), source.limits)
        else:
            yield item


def _identified(item: Document | BrokenItem, source: Source, used: dict[str, int]) -> Document | BrokenItem:
    """The second item with an id gets "#2" behind it."""
    base = UNSTORABLE.sub("", item.document_id) or source.name
    document_id = base
    while document_id in used:
        used[base] += 1
        document_id = f"{base}#{used[base]}"
    used[document_id] = 1
    return item if document_id == item.document_id else replace(item, document_id=DocumentId(document_id))


def _bounded(item: Document | BrokenItem, limits: Limits) -> Document | BrokenItem:
    if isinstance(item, BrokenItem):
        return item
    if max(len(item.body), len(item.title), len(item.prompt or "")) > limits.item_chars:
        return BrokenItem(item.document_id, item.source_name, f"longer than {limits.item_chars:,} characters")
    if is_storable("".join((item.body, item.title, item.prompt or "", item.author or "", item.author_name or ""))):
        return item
    return replace(
        item,
        body=UNSTORABLE.sub("", item.body),
        title=UNSTORABLE.sub("", item.title),
        prompt=item.prompt and UNSTORABLE.sub("", item.prompt),
        author=item.author and UNSTORABLE.sub("", item.author),
        author_name=item.author_name and UNSTORABLE.sub("", item.author_name),
    )
