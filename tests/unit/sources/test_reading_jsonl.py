"""JSON lines, arrays and training rows."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.documents import BrokenItem, Document, Notice
from pipeline.domain.reading import Item, TableSeen
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.reading import Limits, read_file

Write = Callable[[str, bytes | str], Path]
CHAT = {
    "messages": [
        {"role": "system", "content": "Be Ann."},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "one"},
        {"role": "user", "content": [{"type": "text", "text": "Write of tea"}]},
        {"role": "assistant", "content": "Tea."},
    ]
}
SHAREGPT = {"conversations": [{"from": "human", "value": "Write of tea"}, {"from": "gpt", "value": "Tea."}]}


def read(path: Path, name: str = "rows.jsonl", limits: Limits | None = None) -> list[Item]:
    items = read_file(path, name=name, limits=limits or Limits())
    return [one for one in items if not isinstance(one, TableSeen)]


def documents(items: list[Item]) -> list[Document]:
    return [one for one in items if isinstance(one, Document)]


@pytest.mark.parametrize("row", [{"prompt": "Write of tea", "completion": "Tea."}, CHAT, SHAREGPT])
def test_training_rows_give_the_last_exchange(write: Write, row: dict[str, object]) -> None:
    found = documents(read(write("r", json.dumps(row))))
    assert [(one.prompt, one.body) for one in found] == [("Write of tea", "Tea.")]


@pytest.mark.parametrize("name", ["posts.json", "posts.jsonl", "posts.txt"])
def test_a_post_is_read_from_its_known_names(write: Write, name: str) -> None:
    post = {"Title": "T", "content": "Words", "author": {"name": "Ann"}, "date": 1394632860, "tags": ["a", "b"]}
    found = documents(read(write("r", json.dumps(post) + "\n"), name))
    assert [(one.title, one.body, one.author, one.tags) for one in found] == [("T", "Words", "Ann", ("a", "b"))]
    assert found[0].published_at == datetime(2014, 3, 12, 14, 1, tzinfo=UTC)


def test_broken_lines_are_counted_with_their_numbers(write: Write) -> None:
    found = read(write("r", '{"text":"a"}\n\nnope\n[1]\n{"x":1}\n{"text":"b"}\n{"text":"cut'))
    assert [one.document_id for one in documents(found)] == ["1", "6"]
    assert [one.reason for one in found if isinstance(one, BrokenItem)] == [
        "line 3 is not JSON",
        "line 4 is not a JSON object",
        "line 5 has no text that I know the name of",
        "line 7 is not JSON",
    ]


def test_a_line_over_the_limit_is_counted_and_the_next_is_read(write: Write) -> None:
    long = json.dumps({"text": "x" * 700_000})
    found = read(write("r", long + '\n{"text":"b"}\n'), limits=Limits(record_chars=1_000))
    assert [type(one).__name__ for one in found] == ["BrokenItem", "Document"]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("wrap", [False, True])
def test_an_array_larger_than_a_chunk_is_read_whole(write: Write, indent: int | None, wrap: bool) -> None:
    posts = [{"title": str(n), "text": "é" * 30_000} for n in range(30)]
    found = documents(read(write("r", json.dumps({"posts": posts} if wrap else posts, indent=indent)), "a.json"))
    assert [one.title for one in found] == [str(n) for n in range(30)]


def test_an_array_cut_off_keeps_its_whole_items(write: Write) -> None:
    found = read(write("r", '[{"text":"a"},\n{"text":"b"},\n{"te'), "a.json")
    assert [type(one).__name__ for one in found] == ["Document", "Document", "BrokenItem"]
    with pytest.raises(UnreadableFile) as refused:
        read(write("r", '[\n{"te'), "a.json")
    assert refused.value.where == "line 2"


@pytest.mark.parametrize("hostile", ["[" * 200_000, '{"a":' * 100_000, '{"text": ' + "9" * 10_000 + "}"])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_hostile_json_is_refused(write: Write, hostile: str, name: str) -> None:
    with pytest.raises((UnreadableFile, EmptyFile)):
        read(write("r", hostile), name)


def test_what_no_database_stores_is_taken_out(write: Write) -> None:
    assert documents(read(write("r", '{"text":"a\\u0000b\\ud800c"}')))[0].body == "abc"


def test_lines_in_an_old_encoding_are_told(write: Write) -> None:
    found = read(write("r", '{"text":"Zoë"}\n'.encode("cp1252")))
    assert documents(found)[0].body == "Zoë"
    assert [one.detail for one in found if isinstance(one, Notice)] == ["windows-1252"]


def test_a_large_list_inside_an_object_is_read_post_by_post(write: Write) -> None:
    """Larger than any one value may be."""
    posts = [{"title": str(n), "text": "words " * 100} for n in range(60)]
    whole = json.dumps({"meta": {"site": "x]", "tags": ["a"]}, "count": 60, "posts": posts, "pages": [{"text": "no"}]})
    found = documents(read(write("r", whole), "a.json", Limits(record_chars=2_000)))
    assert [one.title for one in found] == [str(n) for n in range(60)]


def test_a_ghost_export_gives_its_posts(write: Write) -> None:
    post = {"title": "Gates", "html": "<p>Words</p>", "status": "published", "slug": "gates", "type": "post"}
    ghost = {"db": [{"meta": {"version": "5"}, "data": {"users": [{"name": "Ann"}], "posts": [post]}}]}
    found = documents(read(write("r", json.dumps(ghost)), "ghost.json"))
    assert [(one.title, one.body, one.status, one.url) for one in found] == [
        ("Gates", "<p>Words</p>", "publish", "gates")
    ]
