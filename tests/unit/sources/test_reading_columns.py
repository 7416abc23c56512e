"""What the columns of a table mean: guessed, told to the person who may know better, and read as they say."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest

from pipeline.domain.documents import Document
from pipeline.domain.reading import ReadOptions, TableColumns, TableSeen
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.reading import read_file

Write = Callable[[str, bytes | str], Path]
LONG = "Anna mended the gate before dinner and wrote to nobody about it. " * 5
GERMAN = "Nummer;Überschrift;Inhalt;Kürzel\n" + "".join(f"{n};Das Tor {n};{LONG}{n};tor-{n}\n" for n in range(1, 6))


def read(path: Path, name: str, *columns: TableColumns) -> tuple[list[TableSeen], list[Document]]:
    items = list(read_file(path, name=name, options=ReadOptions(columns)))
    return (
        [one for one in items if isinstance(one, TableSeen)],
        [one for one in items if isinstance(one, Document)],
    )


def test_a_header_in_unknown_words_is_no_text_and_the_guess_is_said_to_be_one(write: Write) -> None:
    (table,), texts = read(write("t", GERMAN), "t.csv")
    assert len(texts) == 5
    assert texts[0].title == "Das Tor 1"
    assert table.has_header
    assert not table.is_sure
    assert [column.name for column in table.columns] == ["Nummer", "Überschrift", "Inhalt", "Kürzel"]
    assert table.columns[1].samples == ("Das Tor 1", "Das Tor 2")


def test_a_title_under_an_unknown_name_is_guessed_and_told(write: Write) -> None:
    rows = "".join(f"Das Tor {n};12.03.2014;{LONG}\n" for n in range(4))
    (table,), texts = read(write("t", f"Titel;Datum;Text\n{rows}"), "t.csv")
    assert [one.title for one in texts] == [f"Das Tor {n}" for n in range(4)]
    assert not table.is_sure


def test_a_table_about_texts_that_holds_none_is_not_read(write: Write) -> None:
    with pytest.raises(UnreadableFile):
        read(write("t", "post_id,title,type\n1.gate,Gates,newsletter\n2.fence,Fences,newsletter\n"), "posts.csv")


def test_known_names_are_sure_and_the_rest_is_named_as_unused(write: Write) -> None:
    (table,), _ = read(write("t", f"guid,post_title,post_content,modified\n1,T,{LONG},2014\n"), "t.csv")
    assert table.is_sure
    assert table.unused == ("guid", "modified")


@pytest.mark.parametrize("has_header", [True, False])
def test_a_person_decides_what_the_columns_mean(write: Write, has_header: bool) -> None:
    told = TableColumns("t.csv", (("title", 3), ("body", 1)), has_header)
    (table,), texts = read(write("t", GERMAN), "t.csv", told)
    assert [(one.title, one.body) for one in texts[-1:]] == [("tor-5", "Das Tor 5")]
    assert len(texts) == (5 if has_header else 6)
    assert table.is_sure
    assert table.fields == (("title", 3), ("body", 1))


def test_columns_of_one_table_in_an_archive_leave_the_others_alone(write: Write, zipped: Callable[..., bytes]) -> None:
    told = TableColumns("blog.zip/a.csv", (("body", 3),), has_header=True)
    _, texts = read(write("z", zipped({"a.csv": GERMAN, "b.csv": GERMAN})), "blog.zip", told)
    assert [one.body for one in texts[:5]] == [f"tor-{n}" for n in range(1, 6)]
    assert all(one.body.startswith("Anna") for one in texts[5:])


def test_a_workbook_is_read_as_a_person_said(write: Write) -> None:
    book = openpyxl.Workbook()
    for row in GERMAN.splitlines():
        book.active.append(row.split(";"))
    page = io.BytesIO()
    book.save(page)
    (table,), texts = read(write("t", page.getvalue()), "t.xlsx", TableColumns("t.xlsx", (("body", 1),), True))
    assert [one.body for one in texts] == [f"Das Tor {n}" for n in range(1, 6)]
    assert [column.name for column in table.columns][2] == "Inhalt"


@pytest.mark.parametrize("name", ["p.json", "p.jsonl"])
def test_the_longest_of_unknown_keys_is_taken_for_the_text(write: Write, name: str) -> None:
    lines = "\n".join(f'{{"nr": {n}, "titel": "Tor {n}", "inhalt": "{LONG}{n}", "kurz": "tor"}}' for n in range(4))
    (table,), texts = read(write("p", lines), name)
    assert [one.body for one in texts] == [f"{LONG}{n}" for n in range(4)]
    assert not table.is_sure
    told = TableColumns(name, (("title", 3), ("body", 1)), has_header=True)
    _, texts = read(write("p", lines), name, told)
    assert [(one.title, one.body) for one in texts][:1] == [("tor", "Tor 0")]


def test_objects_without_writing_stay_unread(write: Write) -> None:
    tables, texts = read(write("p", '[{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bo"}]'), "p.json")
    assert texts == []
    assert [table.is_sure for table in tables] == [False]


def test_told_columns_that_the_table_does_not_have_are_no_table(write: Write) -> None:
    with pytest.raises(EmptyFile):
        read(write("t", "a,b\n"), "t.csv", TableColumns("t.csv", (("body", 1),), has_header=True))
