"""Memory is bounded by the limits, not by the size of a file."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.domain.documents import Document
from pipeline.sources.reading import Limits, read_file

POSTS = 1_500
BODY = "Words that somebody wrote one after another on a long evening. " * 100
RECORD_CHARS = 100_000
# A reader holds a few chunks of 256 KB, decoded and parsed, the row or post it is in, and twice RECORD_CHARS at most.
MOST_BYTES = 4_500_000
WXR = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><wp:wxr_version>1.2</wp:wxr_version>'
)
ITEM = "<item><title>T</title><content:encoded><![CDATA[{}]]></content:encoded><wp:status>publish</wp:status></item>\n"
MAIL = "From a@b.c Mon Jan  1 00:00:00 2024\nFrom: Ann <a@b.c>\nSubject: T\n\n{}\n\n"
DUMP = "INSERT INTO `wp_posts` (`ID`, `post_title`, `post_content`) VALUES (1,'T','{}');\n"


def repeated(head: str, one: str, tail: str = "") -> Iterator[str]:
    yield head
    for _ in range(POSTS):
        yield one
    yield tail


POST = json.dumps({"title": "T", "content": BODY})
FILES: dict[str, Callable[[], Iterator[str]]] = {
    "rows.jsonl": lambda: repeated("", POST + "\n"),
    "list.json": lambda: repeated("[", POST + ",\n", POST + "]"),
    "object.json": lambda: repeated('{"meta": {"a": 1}, "posts": [', POST + ",\n", POST + "]}"),
    "table.csv": lambda: repeated("title,content\n", f'"T","{BODY}"\n'),
    "export.xml": lambda: repeated(WXR, ITEM.format(BODY), "</channel></rss>"),
    "letters.mbox": lambda: repeated("", MAIL.format(BODY)),
    "dump.sql": lambda: repeated("", DUMP.format(BODY)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_twice_as_large_as_its_reader_may_hold_is_read_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("w") as stream:
        stream.writelines(FILES[name]())
    assert path.stat().st_size > 2 * MOST_BYTES
    limits = Limits(record_chars=RECORD_CHARS)
    tracemalloc.start()
    found = sum(isinstance(one, Document) for one in read_file(path, name=name, limits=limits))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found >= POSTS
    assert peak_bytes < MOST_BYTES
