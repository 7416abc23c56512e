"""Workbooks: the sheet with the writing, as the table it would be in a CSV."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest

from pipeline.domain.documents import BrokenItem, Document, Notice
from pipeline.domain.reading import Item, TableSeen
from pipeline.errors import ArchiveBomb, EmptyFile, UnreadableFile
from pipeline.sources.reading import Limits, read_file
from tests.unit.sources.built_files import packed, xlsx

Write = Callable[[str, bytes | str], Path]
DAY = datetime(2014, 3, 12, 10)  # noqa: DTZ001  # Excel knows no time zones
ROWS: list[list[object]] = [
    ["Title", "Text", "Date", "Author"],
    ["One", "First\nwords", DAY, "Ann"],
    ["Two", "More"],
]


def read(path: Path, name: str = "posts.xlsx", limits: Limits | None = None) -> list[Item]:
    items = read_file(path, name=name, limits=limits or Limits())
    return [one for one in items if not isinstance(one, TableSeen)]


def documents(items: list[Item]) -> list[Document]:
    return [one for one in items if isinstance(one, Document)]


def changed(book: bytes, path: str, change: Callable[[str], str]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    raw = members[path]
    members[path] = change(raw.decode() if isinstance(raw, bytes) else raw)
    return packed(members)


def always(text: str) -> Callable[[str], str]:
    return lambda _: text


def test_a_sheet_is_read_like_a_table(write: Write) -> None:
    found = documents(read(write("x", xlsx({"Posts": ROWS}))))
    assert [(one.document_id, one.title, one.body, one.author) for one in found] == [
        ("1", "One", "First\nwords", "Ann"),
        ("2", "Two", "More", None),
    ]
    assert found[0].published_at == datetime(2014, 3, 12, 10, tzinfo=UTC)


def test_the_first_sheet_with_a_known_header_is_taken_and_the_others_named(write: Write) -> None:
    notes = [["some", "thing"], ["more", "things"]]
    found = read(write("x", xlsx({"Notes": notes, "Empty": [], "Posts": ROWS, "Old": ROWS})))
    assert [one.title for one in documents(found)] == ["One", "Two"]
    assert [one.detail for one in found if isinstance(one, Notice)] == [
        "I read the sheet “Posts” and left out “Notes”, “Old”"
    ]


def test_a_formula_counts_as_what_it_showed(write: Write) -> None:
    book = xlsx({"Posts": [["title", "body", "url"], ["One", "Words", "=A2"], ["Two", "=1/0", "u"]]})
    shown = changed(
        book, "xl/worksheets/sheet1.xml", lambda sheet: sheet.replace("<f>A2</f><v></v>", "<f>A2</f><v>9</v>")
    )
    found = documents(read(write("x", shown)))
    assert [(one.body, one.url) for one in found] == [("Words", "9"), ("", "u")]


def test_errors_numbers_and_dates_are_text(write: Write) -> None:
    rows: list[list[object]] = [["title", "body", "slug"], [7.0, "#REF!", True], [2.5, "#tea is hot", None]]
    found = documents(read(write("x", xlsx({"a": rows}))))
    assert [(one.title, one.body, one.url) for one in found] == [("7", "", "True"), ("2.5", "#tea is hot", None)]


def test_a_row_wider_than_the_header_is_counted_and_left_out(write: Write) -> None:
    found = read(write("x", xlsx({"a": [["title", "body"], ["a", "b", "c"], ["d", "e"]]})))
    assert [one.reason for one in found if isinstance(one, BrokenItem)] == ["row 1 has 3 columns instead of 2"]
    assert [one.document_id for one in documents(found)] == ["2"]


def test_a_sheet_without_its_size_is_not_read_at_once(write: Write) -> None:
    book = changed(xlsx({"a": ROWS}), "xl/worksheets/sheet1.xml", lambda sheet: re.sub(r"<dimension[^>]*>", "", sheet))
    assert len(documents(read(write("x", book)))) == 2


def test_a_hidden_sheet_is_passed_over(write: Write) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx({"Old": [["title", "body"], ["x", "y"]], "Posts": ROWS})))
    book["Old"].sheet_state = "hidden"
    saved = io.BytesIO()
    book.save(saved)
    assert [one.title for one in documents(read(write("x", saved.getvalue())))] == ["One", "Two"]


def test_rows_that_are_only_claimed_end(write: Write) -> None:
    far = changed(
        xlsx({"a": ROWS}), "xl/worksheets/sheet1.xml", lambda sheet: sheet.replace('r="3"', 'r="99999999999"')
    )
    assert len(documents(read(write("x", far)))) == 1


def test_hostile_books_are_refused(write: Write) -> None:
    large = xlsx({"a": [["title", "body"], *([str(at), "x" * 30_000] for at in range(100))]})
    with pytest.raises(ArchiveBomb):
        read(write("x", large), limits=Limits(office_bytes=1_000_000))
    with pytest.raises(UnreadableFile) as refused:
        read(write("x", large), limits=Limits(record_chars=20_000))
    assert refused.value.where == "row 2"
    with pytest.raises(EmptyFile):
        read(write("x", xlsx({"a": []})))
    with pytest.raises(EmptyFile):
        read(write("x", xlsx({"a": ROWS[:1]})))
    for broken in ("<worksheet", "", "<x/><y/>"):
        book = changed(xlsx({"a": ROWS}), "xl/worksheets/sheet1.xml", always(broken))
        with pytest.raises((UnreadableFile, EmptyFile)):
            read(write("x", book))
    with pytest.raises(UnreadableFile):
        read(write("x", "title,body\na,b\n"))


def test_a_cell_over_the_limit_is_left_out(write: Write) -> None:
    found = read(
        write("x", xlsx({"a": [["title", "body"], ["a", "x" * 200], ["b", "c"]]})), limits=Limits(item_chars=100)
    )
    assert [type(one) for one in found] == [BrokenItem, Document]


def test_a_workbook_inside_an_archive_is_read(write: Write) -> None:
    found = documents(read(write("z", packed({"old/posts.xlsx": xlsx({"a": ROWS})})), "all.zip"))
    assert [one.document_id for one in found] == ["old/posts.xlsx#1", "old/posts.xlsx#2"]


def test_cells_that_share_one_text_are_counted_each(write: Write) -> None:
    rows = [["title", "body"], *([str(at), "x" * 30_000] for at in range(50))]
    with pytest.raises(ArchiveBomb):
        read(write("x", xlsx({"a": rows})), limits=Limits(unpacked_bytes=1_000_000))
