"""Markdown: front matter of every shape, titles and dates from wherever they are."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.documents import Document
from pipeline.sources.reading import read_file

Write = Callable[[str, bytes | str], Path]


def read(write: Write, text: str, name: str = "post.md") -> Document:
    found = [one for one in read_file(write("m", text), name=name) if isinstance(one, Document)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2014-03-12", datetime(2014, 3, 12, tzinfo=UTC)),
        ("2014-04-10 2:06:42 -0400", datetime(2014, 4, 10, 6, 6, 42, tzinfo=UTC)),
        ("2014-04-10 12:06:42 -4", datetime(2014, 4, 10, 16, 6, 42, tzinfo=UTC)),
        ("'2014-03-12T10:00:00-04:00'", datetime(2014, 3, 12, 14, tzinfo=UTC)),
        ("2014-03-12T10:00:00Z", datetime(2014, 3, 12, 10, tzinfo=UTC)),
        ("2014-03-12T10:00:00.123+05:30", datetime(2014, 3, 12, 4, 30, tzinfo=UTC)),
        ("March 12, 2014", datetime(2014, 3, 12, tzinfo=UTC)),
        ("12 Mar 2014", datetime(2014, 3, 12, tzinfo=UTC)),
        ("12.03.2014", datetime(2014, 3, 12, tzinfo=UTC)),
        ("25/12/2014", datetime(2014, 12, 25, tzinfo=UTC)),
        ("Wed, 12 Mar 2014 10:00:00 GMT", datetime(2014, 3, 12, 10, tzinfo=UTC)),
        ("2014-13-45", None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01 00:00:00 +1400", None),
        ("soon", None),
    ],
)
def test_a_date_is_read_in_any_shape(write: Write, written: str, expected: datetime | None) -> None:
    assert read(write, f"---\ntitle: T\ndate: {written}\n---\nText\n").published_at == expected


@pytest.mark.parametrize(
    ("settings", "status", "kind", "author"),
    [
        ("author: Ann", "publish", "post", "Ann"),
        ("authors:\n- ann\n- bo", "publish", "post", "ann"),
        ("authors:\n- name: Ann\n  url: x", "publish", "post", "Ann"),
        ("draft: true", "draft", "post", None),
        ("published: false\nauthor: Ann", "draft", "post", "Ann"),
        ("layout: page", "publish", "page", None),
        ("layout: default", "publish", "post", None),
        ("status: Private", "private", "post", None),
    ],
)
def test_settings_become_status_kind_and_author(
    write: Write, settings: str, status: str, kind: str, author: str | None
) -> None:
    found = read(write, f"---\ntitle: T\n{settings}\n---\nText\n")
    assert (found.title, found.status, found.kind, found.author, found.body) == ("T", status, kind, author, "Text")


def test_toml_settings_are_read(write: Write) -> None:
    found = read(write, '+++\ntitle = "T"\ndate = 2014-03-12T10:00:00-04:00\ntags = ["a", "b"]\n+++\n\nText\n')
    assert (found.title, found.tags, found.published_at) == ("T", ("a", "b"), datetime(2014, 3, 12, 14, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# A title #\n\nText", "A title", "Text"),
        ("A title\n=======\nText", "A title", "Text"),
        ("Just text.", "Hello world", "Just text."),
        ("---\ntitle: Tea: a love story\nauthor: Ann\n---\nText", "Tea: a love story", "Text"),
        ("---\r\ntitle: 'A &amp; B'\r\n---\r\nText", "A & B", "Text"),
        ("---\nNot settings, only a rule.\n---\nText", "Hello world", "---\nNot settings, only a rule.\n---\nText"),
    ],
)
def test_a_title_is_found(write: Write, text: str, title: str, body: str) -> None:
    found = read(write, text, "2014-03-12-hello-world.md")
    assert (found.title, found.body, found.markup) == (title, body, "markdown")
    assert found.published_at == datetime(2014, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "hostile",
    [
        "---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\ntitle: *b\n---\nText",
        "---\ntitle: !!python/object/apply:os.system ['true']\n---\nText",
        "---\nx: " + "[" * 5_000 + "\n---\nText",
        "---\nx: " + "{a: " * 5_000 + "\n---\nText",
        "+++\nx = " + "[" * 5_000 + "\n+++\nText",
        "---\n? [a]\n: b\n---\nText",
    ],
)
def test_hostile_settings_do_no_harm(write: Write, hostile: str) -> None:
    assert read(write, hostile).body.endswith("Text")
