"""Database dumps: the posts' rows, and nothing of the tables where other people's addresses are."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.documents import BrokenItem, Document
from pipeline.domain.reading import Item
from pipeline.errors import UnreadableFile, UnreadableType
from pipeline.sources.decoding import CHUNK_BYTES
from pipeline.sources.reading import Limits, read_file
from pipeline.sources.sql import HEAD_CHARS
from pipeline.sources.sql_values import BadTuple, Incomplete, tuple_at

Write = Callable[[str, bytes | str], Path]
CREATE = """CREATE TABLE `wp_posts` (
  `ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `post_author` bigint(20) NOT NULL DEFAULT '0',
  `post_date` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `post_content` longtext COLLATE utf8mb4_unicode_ci NOT NULL,
  `post_title` text NOT NULL COMMENT 'a; b',
  `post_status` varchar(20) NOT NULL DEFAULT 'publish',
  `post_type` varchar(20),
  PRIMARY KEY (`ID`),
  KEY `type_status_date` (`post_type`,`post_status`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
"""
STATEMENT = "INSERT INTO wp_posts (id, post_title, post_content) VALUES (1, 'a', 'b');"
OTHERS = (
    "INSERT INTO `wp_comments` VALUES (1,'Eve','eve@example.org','INSERT INTO `wp_posts` VALUES (9)');\n"
    "INSERT INTO `wp_users` VALUES (1,'ann','hash','ann@example.org');\n"
)


def read(path: Path, name: str = "dump.sql", limits: Limits | None = None) -> list[Item]:
    return list(read_file(path, name=name, limits=limits or Limits()))


def documents(items: list[Item]) -> list[Document]:
    return [one for one in items if isinstance(one, Document)]


def test_rows_are_posts_by_the_columns_of_the_table(write: Write) -> None:
    rows = (
        "INSERT INTO `wp_posts` VALUES (3,7,"
        "'2014-03-12 10:00:00','It\\'s <b>hot</b>;\\r\\n\\n(tea)','A &amp; B','publish','post'),"
        "(4,7,'0000-00-00 00:00:00','say ''so''','C','draft','page');\n"
    )
    found = read(write("d", "-- MySQL dump\n" + OTHERS + CREATE + rows + OTHERS))
    assert documents(found)[0] == Document(
        document_id="3",  # type: ignore[arg-type]  # NewType of str
        title="A & B",
        body="It's <b>hot</b>;\n\n(tea)",
        markup="wordpress",
        source_name="dump.sql",
        author="7",
        published_at=datetime(2014, 3, 12, 10, tzinfo=UTC),
    )
    assert [(one.body, one.status, one.kind, one.published_at) for one in documents(found)[1:]] == [
        ("say 'so'", "draft", "page", None)
    ]
    assert "@" not in repr(found)


def test_rows_are_posts_by_the_columns_of_the_statement(write: Write) -> None:
    dump = (
        'INSERT INTO "blog"."x2_posts" ("post_content", "post_title", "ID", "post_date_gmt")\nVALUES\n'
        "('One', 'A', 1, '2014-03-12 10:00:00'),\n('Two', 'B', 2, NULL);\n"
        "REPLACE INTO wp_posts (ID, post_title, post_content) VALUES (3, 'C', \"Th'ree\");\n"
        "insert ignore into wp_posts (id, post_title, post_content) values (4, 'D', _utf8mb4'Four');\n"
    )
    found = documents(read(write("d", dump)))
    assert [(one.document_id, one.title, one.body) for one in found] == [
        ("1", "A", "One"),
        ("2", "B", "Two"),
        ("3", "C", "Th'ree"),
        ("4", "D", "Four"),
    ]


def test_wordpress_own_order_is_known(write: Write) -> None:
    values = "1,2,'2014-03-12 10:00:00','2014-03-12 14:00:00','Body','Title','','publish','open','open','','slug','',''"
    row = f"({values},'2014-03-12 10:00:00','2014-03-12 10:00:00','',0,'guid',0,'post','',0)"
    (found,) = documents(read(write("d", f"INSERT INTO wp_posts VALUES {row};")))
    assert (found.title, found.body, found.url) == ("Title", "Body", "slug")
    assert found.published_at == datetime(2014, 3, 12, 14, tzinfo=UTC)


def test_a_row_of_another_width_and_one_cut_off_are_counted(write: Write) -> None:
    dump = (
        CREATE + "INSERT INTO wp_posts VALUES (1,2,'','a','b','','post'),(2,3),(3,2,'','c','d','','post'),(4,2,'','half"
    )
    found = read(write("d", dump))
    assert [one.document_id for one in documents(found)] == ["1", "3"]
    assert [one.reason for one in found if isinstance(one, BrokenItem)] == [
        "line 12: a row has 2 values instead of 7",
        "line 12: the file ends here",
    ]


@pytest.mark.parametrize("values", ["(1, NOW(), 'a')", "(SELECT * FROM x)", "(1;2)", "('a' 'b')"])
def test_what_is_no_plain_row_is_counted_and_the_next_statement_read(write: Write, values: str) -> None:
    dump = (
        f"INSERT INTO wp_posts VALUES {values};\n" + CREATE + "INSERT INTO wp_posts VALUES (1,2,'','a','b','','post');"
    )
    found = read(write("d", dump))
    assert [type(one).__name__ for one in found] == ["BrokenItem", "Document"]


def test_every_way_the_file_may_be_cut_into_chunks_reads_the_same(write: Write) -> None:
    row = "(%d,2,'2014-03-12 10:00:00','It\\'s; a (b), c\\\\','T%d','publish','post')"
    dump = (
        "\n" * 7
        + OTHERS * 3_000
        + CREATE
        + "INSERT INTO `wp_posts` VALUES "
        + ",".join(row % (n, n) for n in range(9_000))
        + ";\n"
    )
    assert len(dump) > 3 * (1 << 18)
    found = documents(read(write("d", dump)))
    assert [one.document_id for one in found] == [str(number) for number in range(9_000)]
    assert {one.body for one in found} == {"It's; a (b), c\\"}


@pytest.mark.parametrize(
    "dump",
    [
        "insert into something values (1);",
        OTHERS,
        CREATE,
        "INSERT INTO forum_posts (id, subject, text) VALUES (1, 'a', 'b');",
        "INSERT INTO wp_posts SELECT * FROM old;",
        "x" * 400_000,
        # What is kept of a long line when the next block is read begins like a statement, and is none.
        "x" * (CHUNK_BYTES - HEAD_CHARS) + STATEMENT.ljust(HEAD_CHARS) + "x" * CHUNK_BYTES,
    ],
)
def test_dumps_without_posts_are_no_format_that_is_read(write: Write, dump: str) -> None:
    with pytest.raises(UnreadableType) as refused:
        read(write("d", dump))
    assert refused.value.suffix == ".sql"


def test_a_row_longer_than_the_limit_is_refused(write: Write) -> None:
    dump = CREATE + "INSERT INTO wp_posts VALUES (1,2,'','" + "word " * 300_000
    with pytest.raises(UnreadableFile) as refused:
        read(write("d", dump), limits=Limits(record_chars=50_000))
    assert refused.value.where == "line 12"


def test_a_tuple_is_incomplete_or_wrong() -> None:
    for begun in ("", "(", "(1", "(1,", "('a", "('a\\", "('a'", "('a''", "(_bin", "(NULL ,  "):
        with pytest.raises(Incomplete):
            tuple_at(begun, 1_000)
    for wrong in ("1)", "('a' b)", "(1;", "(now(", "()"):
        with pytest.raises(BadTuple):
            tuple_at(wrong, 1_000)


def quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ('"', '\\"'), ("\x1a", "\\Z")):
        text = text.replace(plain, escaped)
    return f"'{text}'"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")), min_size=1, max_size=6))
def test_what_mysql_escapes_is_read_back(texts: list[str]) -> None:
    row = f"({', '.join(quoted(text) for text in texts)}), ('next')"
    values, end = tuple_at(row, 100_000)
    assert values == texts
    assert row[end:] == ", ('next')"
