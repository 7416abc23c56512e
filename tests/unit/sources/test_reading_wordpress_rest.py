"""Posts out of WordPress' REST API."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain.documents import BrokenItem, Document
from pipeline.sources.reading import read_file

Write = Callable[[str, bytes | str], Path]
POST: dict[str, Any] = {
    "id": 417,
    "date": "2014-03-12T10:00:00",
    "date_gmt": "2014-03-12T14:00:00",
    "guid": {"rendered": "https://example.org/?p=417"},
    "slug": "on-tea",
    "status": "publish",
    "type": "post",
    "link": "https://example.org/on-tea/",
    "title": {"rendered": "On tea &#8211; a note"},
    "content": {"rendered": "<p>Hot.</p>\n", "protected": False},
    "excerpt": {"rendered": "<p>H</p>"},
    "author": 7,
    "categories": [1, 5],
    "tags": [9],
}


def read(write: Write, value: object, name: str = "posts.json") -> list[Document]:
    return [one for one in read_file(write("p", json.dumps(value)), name=name) if isinstance(one, Document)]


@pytest.mark.parametrize("name", ["posts.json", "posts.jsonl"])
def test_a_post_is_read_with_all_that_is_known_of_it(write: Write, name: str) -> None:
    assert read(write, [POST] if name == "posts.json" else POST, name) == [
        Document(
            document_id="417",  # type: ignore[arg-type]  # NewType of str
            title="On tea – a note",
            body="<p>Hot.</p>\n",
            markup="html",
            source_name=name,
            author="7",
            published_at=datetime(2014, 3, 12, 14, tzinfo=UTC),
            url="https://example.org/on-tea/",
        )
    ]


def test_embedded_names_and_raw_texts_are_used_where_they_came(write: Write) -> None:
    embedded = {
        "author": [{"name": "Ann Lee"}],
        "wp:term": [[{"name": "Food &amp; drink"}], [{"name": "tea"}, 3], None],
    }
    raw = {"raw": "One\n\nTwo", "rendered": "<p>One</p>"}
    (found,) = read(write, [{**POST, "_embedded": embedded, "content": raw, "type": "page", "status": "draft"}])
    assert (found.author, found.author_name, found.tags) == ("7", "Ann Lee", ("Food & drink", "tea"))
    assert (found.body, found.markup, found.kind, found.status) == ("One\n\nTwo", "wordpress", "page", "draft")


def test_fields_of_another_shape_break_nothing(write: Write) -> None:
    odd = {"id": None, "title": "Plain", "content": {"rendered": 3}, "_embedded": [1], "author": {}, "date_gmt": [2]}
    (found,) = read(write, [odd])
    assert (found.document_id, found.title, found.body, found.author) == ("1", "Plain", "3", None)
    items = list(read_file(write("p", json.dumps([{"content": {"x": 1}, "title": []}])), name="p.json"))
    assert len([one for one in items if isinstance(one, BrokenItem | Document)]) == 1
