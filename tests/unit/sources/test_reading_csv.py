"""Tables of every delimiter, with and without a header; broken rows are counted."""

import csv
import io
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.documents import BrokenItem, Document, Notice
from pipeline.domain.reading import Item, TableSeen
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.reading import Limits, read_file

Write = Callable[[str, bytes | str], Path]


def read(path: Path, name: str = "posts.csv", limits: Limits | None = None) -> list[Item]:
    items = read_file(path, name=name, limits=limits or Limits())
    return [one for one in items if not isinstance(one, TableSeen)]


def documents(items: list[Item]) -> list[Document]:
    return [one for one in items if isinstance(one, Document)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_found(write: Write, delimiter: str) -> None:
    rows = [["Title", "Text", "Author"], ["One, two; three", "A|body, with; all", "Ann"], ["Two", "More\nlines", "Bo"]]
    page = io.StringIO()
    csv.writer(page, delimiter=delimiter).writerows(rows)
    found = documents(read(write("p.csv", page.getvalue())))
    assert [(one.title, one.body, one.author) for one in found] == [tuple(row) for row in rows[1:]]


def test_wordpress_columns_are_known_in_any_case(write: Write) -> None:
    table = (
        "ID,POST_TITLE,Post_Content,post_date,post_date_gmt,post_author,post_status,post_type,slug,tags\n"
        '3,Hello,"<p>Hi</p>",2014-03-12 10:00:00,2014-03-12 14:00:00,7,Draft,page,hello,"a, b"\n'
    )
    assert read(write("p.csv", "\ufeff" + table)) == [
        Document(
            document_id="1",  # type: ignore[arg-type]  # NewType of str
            title="Hello",
            body="<p>Hi</p>",
            markup="wordpress",
            source_name="posts.csv",
            author="7",
            published_at=datetime(2014, 3, 12, 14, tzinfo=UTC),
            status="draft",
            kind="page",
            url="hello",
            tags=("a", "b"),
        )
    ]


def test_prompt_and_completion_columns_are_kept_apart(write: Write) -> None:
    found = documents(read(write("p.csv", "prompt,completion\nWrite of tea,Tea is <b>hot</b>\n")))
    assert [(one.prompt, one.body, one.markup) for one in found] == [("Write of tea", "Tea is <b>hot</b>", "html")]


def test_a_row_of_another_width_is_counted_and_left_out(write: Write) -> None:
    found = read(write("p.csv", "title,body,date\na,b,2014-01-01\nc,d\n\ne,f,2014-01-02,,\ng,h,2014-01-03,x\n"))
    assert [one.document_id for one in documents(found)] == ["1", "3"]
    assert [one.reason for one in found if isinstance(one, BrokenItem)] == [
        "row 2 has 2 columns instead of 3",
        "row 4 has 4 columns instead of 3",
    ]


def test_a_headerless_table_is_guessed(write: Write) -> None:
    rows = "".join(f"{n}\t2014-03-{n:02}\tAnn\tTitle {n}\t{'words and ' * 30}\n" for n in range(1, 9))
    found = documents(read(write("p.tsv", rows), "p.tsv"))
    assert len(found) == 8
    assert (found[0].title, found[0].published_at) == ("Title 1", datetime(2014, 3, 1, tzinfo=UTC))
    assert found[0].body.startswith("words and")


def test_each_line_has_its_own_encoding(write: Write) -> None:
    raw = "title,body\nutf,Zoë\n".encode() + "old,Zoë\n".encode("cp1252")
    found = read(write("p.csv", raw))
    assert [one.body for one in documents(found)] == ["Zoë", "Zoë"]
    assert [(one.detail, one.sample) for one in found if isinstance(one, Notice)] == [("windows-1252", "old,Zoë")]


def test_a_quotation_mark_that_is_never_closed_costs_one_row(write: Write) -> None:
    found = read(write("p.csv", 'title,body\na,b\nc,"half a sen'))
    assert [one.document_id for one in documents(found)] == ["1"]
    assert [one.reason for one in found if isinstance(one, BrokenItem)] == [
        "row 2 opens a quotation mark that is never closed"
    ]


def test_a_quotation_mark_cannot_swallow_more_than_the_limit(write: Write) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(write("p.csv", 'title,body\na,b\nc,"' + "line\n" * 5_000), limits=Limits(record_chars=1_000))
    assert refused.value.where == "row 2"


def test_a_row_of_many_cells_cannot_swallow_more_than_the_limit(write: Write) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(write("p.csv", "title,body\na,b\nc" + ',"line\n"' * 5_000), limits=Limits(record_chars=1_000))
    assert refused.value.where == "row 2"


def test_known_names_decide_on_the_delimiter_where_rows_are_ragged(write: Write) -> None:
    found = read(write("p.csv", "title;body\na, x;b\nc, y;d;e\nf, z;g;h\ni, w;j;k\n"))
    assert [one.title for one in documents(found)] == ["a, x"]
    assert len(found) == 4


def test_one_endless_line_is_no_table(write: Write) -> None:
    with pytest.raises(UnreadableFile):
        read(write("p.csv", "x" * 500_000), limits=Limits(record_chars=1_000))


def test_a_cell_longer_than_csv_allows_is_read(write: Write) -> None:
    assert len(documents(read(write("p.csv", "title,body\na," + "x" * 500_000)))[0].body) == 500_000


def test_null_bytes_are_taken_out(write: Write) -> None:
    assert documents(read(write("p.csv", "title,body\na,b\x00c\n")))[0].body == "bc"


@pytest.mark.parametrize("table", ["title,body\n", "\n\n", " "])
def test_a_table_without_rows_is_empty(write: Write, table: str) -> None:
    with pytest.raises(EmptyFile):
        read(write("p.csv", table))


# Not surrogates, which no encoding holds, and not the control characters that make a file binary.
CONTROLS = "".join(map(chr, [*range(9), *range(14, 32)]))
cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS), max_size=40)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_what_the_csv_module_wrote_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    page = io.StringIO(newline="")
    writer = csv.writer(page, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("url", "body"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(page.getvalue().encode())
        try:
            found = documents(read(path))
        except EmptyFile:
            found = []
    written = [row for row in rows if "".join(row).strip()]
    assert [(one.url or "", one.body) for one in found] == [(url.strip(), body) for url, body in written]
