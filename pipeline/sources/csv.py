"""Tables: CSV and its cousins with semicolons, tabs or bars, with or without a header."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from pipeline.domain.documents import BrokenItem, DocumentId
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.analytics import FigureTable, figure_table, figures, no_pages
from pipeline.sources.csv_layout import Layout, Row, find_layout
from pipeline.sources.decoding import TextStream
from pipeline.sources.fields import document_from
from pipeline.sources.source import Source

# Lines that decide on delimiter, header and columns: enough rows to be typical, few enough to parse four times.
SAMPLE_LINES = 400
SAMPLE_CHARS = 500_000


class _Lines:
    """Lines for csv.reader that remembers the row it is in, so that no open quotation mark can swallow a file."""

    def __init__(self, lines: Iterator[str], source: Source) -> None:
        self._lines = lines
        self._source = source
        self._row: list[str] = []
        self._chars = 0
        self.rows = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._row.append(line)
            self._chars += len(line)
            if self._chars > self._source.limits.record_chars:
                raise UnreadableFile(self._source.name, f"row {self.rows + 1}")
            yield line

    def take_row(self) -> list[str]:
        row, self._row, self._chars = self._row, [], 0
        return row


def read_csv(source: Source) -> Iterator[Item]:
    """Ids are row numbers: data rows from 1, the header and blank lines not counted."""
    csv.field_size_limit(source.limits.record_chars)
    text = TextStream(source.stream)
    lines = text.lines(source.limits.record_chars)
    sample = _sample(lines)
    told = source.options.of_table(source.name)
    if not told and (found := figure_table(sample, suffix=source.suffix)):
        yield from _figures(_Lines(chain(sample, lines), source), found, source)
        yield from text.notices(source.name)
        return
    layout = find_layout(sample, suffix=source.suffix, told=told)
    if layout is None:
        raise UnreadableFile(source.name, "row 1") if any(map(str.strip, sample)) else EmptyFile(source.name)
    feed = _Lines(chain(sample, lines), source)
    yield layout.seen(source.name)
    del sample  # read again through the feed; a long file is no reason to keep its beginning
    yield from _items(feed, replace(layout, rows=()), source)
    if layout.has_header and not feed.rows:
        raise EmptyFile(source.name)
    yield from text.notices(source.name)


def _sample(lines: Iterator[str]) -> list[str]:
    sample: list[str] = []
    chars = 0
    for line in islice(lines, SAMPLE_LINES):
        sample.append(line)
        chars += len(line)
        if chars > SAMPLE_CHARS:
            break
    return sample


def _figures(feed: _Lines, table: FigureTable, source: Source) -> Iterator[Item]:
    if table.layout is None:
        yield no_pages(source.name)
        return
    yield from figures(_taken(feed, table.delimiter, source), table.layout, source.name)


def _taken(feed: _Lines, delimiter: str, source: Source) -> Iterator[Row]:
    for row in _rows(feed, delimiter, source):
        feed.take_row()
        feed.rows += 1
        yield row


def _items(feed: _Lines, layout: Layout, source: Source) -> Iterator[Item]:
    header = layout.has_header
    for row in _rows(feed, layout.delimiter, source):
        raw = feed.take_row()
        if not any(cell.strip() for cell in row):
            continue
        if header:
            header = False
            continue
        feed.rows += 1
        yield _item(row, raw, layout, source, feed.rows)


def _rows(feed: _Lines, delimiter: str, source: Source) -> Iterator[Row]:
    try:
        yield from csv.reader(feed, delimiter=delimiter)
    except csv.Error as error:
        raise UnreadableFile(source.name, f"row {feed.rows + 1}") from error


def _item(row: Row, raw: list[str], layout: Layout, source: Source, number: int) -> Item:
    width = len(layout.names)
    while len(row) > width and not row[-1].strip():
        row.pop()
    document_id = str(number)
    if len(row) != width or _is_open(raw, layout.delimiter):
        reason = f"row {number} has {len(row)} columns instead of {width}"
        if _is_open(raw, layout.delimiter):
            reason = f"row {number} opens a quotation mark that is never closed"
        return BrokenItem(DocumentId(document_id), source.name, reason)
    values = dict(reversed(list(zip(layout.names, row, strict=True))))
    return document_from(values, layout.fields, document_id=document_id, source_name=source.name)


def _is_open(raw: list[str], delimiter: str) -> bool:
    """Whether the row ran into the end of the file inside quotation marks."""
    try:
        list(csv.reader(raw, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False
