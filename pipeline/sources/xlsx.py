"""Excel tables: the first sheet whose header names the columns, read row by row."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # ships no types

from pipeline.domain.documents import BrokenItem, DocumentId, Notice
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.analytics import figures, find_figures
from pipeline.sources.budget import Budget
from pipeline.sources.csv_layout import Layout, Row, find_columns
from pipeline.sources.fields import document_from
from pipeline.sources.office import xml_parts
from pipeline.sources.source import Source
from pipeline.sources.vendor_faults import refused

# Rows that decide on header and columns.
SAMPLE_ROWS = 200
# After so many empty rows nothing follows but formatting, or a row number that was made up: Excel has a million.
BLANK_ROWS = 10_000
# The library looks for a sheet's size at its start, and reads the whole sheet into memory where there is none.
SHEET = re.compile(rb"<((?:\w+:)?)worksheet\b[^<>]*>")

# What a formula shows that could not be worked out.
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"})


def read_xlsx(source: Source) -> Iterator[Item]:
    """Ids are row numbers: data rows from 1. Formulas give the value they had when the file was saved."""
    with xml_parts(source, _sized) as parts:
        with refused(source):
            book = openpyxl.load_workbook(parts, read_only=True, data_only=True, keep_links=False)
        try:
            yield from _items(book, source)
        finally:
            book.close()


def _sized(block: bytes, path: str) -> bytes:
    if b"dimension" in block or "worksheets/" not in path:
        return block
    return SHEET.sub(rb'\g<0><\g<1>dimension ref="A1"/>', block, count=1)


def _items(book: Any, source: Source) -> Iterator[Item]:  # Any: the library has no types
    with refused(source):
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or list(book.worksheets)
    figured = [(sheet, of) for sheet in sheets if (of := find_figures(_first_rows(sheet, source)))]
    if figured and not source.options.columns:
        for sheet, of_figures in figured:
            yield from figures(_rows(sheet, source), of_figures, source.name)
        return
    told = source.options.of_table(source.name)
    found = [(sheet, layout) for sheet in sheets if (layout := find_columns(_first_rows(sheet, source), told=told))]
    if not found:
        raise EmptyFile(source.name)
    sheet, layout = next((one for one in found if one[1].has_header), found[0])
    others = [other.title for other, _ in found if other is not sheet]
    yield layout.seen(source.name)
    number = 0
    rows = _rows(sheet, source)
    for row in islice(rows, 1, None) if layout.has_header else rows:
        number += 1
        yield _item(row, layout, source, number)
    if not number:
        raise EmptyFile(source.name)
    if others:
        names = ", ".join(f"“{name}”" for name in others)
        yield Notice("sheet", source.name, f"I read the sheet “{sheet.title}” and left out {names}")


def _first_rows(sheet: Any, source: Source) -> list[Row]:
    return list(islice(_rows(sheet, source), SAMPLE_ROWS))


def _rows(sheet: Any, source: Source) -> Iterator[Row]:
    """Rows with something in them, as text, without trailing empty cells. Cells that share one text count each."""
    with refused(source):
        sheet.reset_dimensions()
        values = iter(sheet.iter_rows(values_only=True))
    number = blank = 0
    budget = Budget(source.name, source.limits.unpacked_bytes)
    while blank < BLANK_ROWS and (cells := _next(values, source, number + 1)) is not None:
        number += 1
        chars = sum(len(cell) for cell in cells if isinstance(cell, str))
        if chars > source.limits.record_chars:
            raise UnreadableFile(source.name, f"row {number}")
        (source.budget or budget).spend(chars)
        row = [_text(cell) for cell in cells]
        while row and not row[-1].strip():
            row.pop()
        blank = 0 if row else blank + 1
        if row:
            yield row


def _next(values: Iterator[Any], source: Source, number: int) -> Any:
    with refused(source, f"row {number}"):
        return next(values, None)


def _text(cell: object) -> str:
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, str):
        return "" if cell.startswith("#") and cell in ERRORS else cell
    return "" if cell is None else str(cell)


def _item(row: Row, layout: Layout, source: Source, number: int) -> Item:
    width = len(layout.names)
    if len(row) > width:
        reason = f"row {number} has {len(row)} columns instead of {width}"
        return BrokenItem(DocumentId(str(number)), source.name, reason)
    cells: Sequence[str] = [*row, *[""] * (width - len(row))]
    values = dict(reversed(list(zip(layout.names, cells, strict=True))))
    return document_from(values, layout.fields, document_id=str(number), source_name=source.name)
