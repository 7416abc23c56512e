"""Posts for these tests: made up, and real ones from the folder of corpora beside the project."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from lxml import etree

from pipeline.domain.documents import Document, DocumentId, Markup, Post
from pipeline.stages.choices import apply_marks
from pipeline.stages.html import to_plain
from pipeline.stages.shortcodes import find_shortcodes

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="no folder of corpora beside the project")
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def post(name: str, text: str, *, title: str = "", day: int | None = None) -> Post:
    published_at = None if day is None else datetime(2024, 1, day, tzinfo=UTC)
    return Post(DocumentId(name), title or name, text, published_at)


def prose(seed: int, words: int = 200) -> str:
    """Sentences that no other seed shares."""
    made = [f"word{(seed * 7919 + number * 104729) % 99991:x}q" for number in range(words)]
    return " ".join(
        " ".join(made[start : start + 10]).capitalize().translate(_LETTERS) + "." for start in range(0, words, 10)
    )


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


@lru_cache
def markdown_posts(folder: str) -> tuple[Post, ...]:
    return tuple(plain(document) for document in _markdown(folder))


@lru_cache
def wordpress_posts(name: str) -> tuple[Post, ...]:
    return tuple(plain(document) for document in wordpress(name))


def plain(document: Document) -> Post:
    body = apply_marks(document.body, find_shortcodes(document.body))
    return Post(document.document_id, document.title, to_plain(body, markup=document.markup).text)


def _markdown(folder: str) -> Iterator[Document]:
    for path in sorted((CORPORA / "markdown" / folder).rglob("*.md*")):
        _, front, body = re.split(r"^---\n", path.read_text("utf-8"), maxsplit=2, flags=re.MULTILINE)
        title = str((yaml.safe_load(front) or {}).get("title", path.stem))
        yield _document(path.name, title, body, "markdown")


def wordpress(name: str) -> Iterator[Document]:
    tree = etree.parse(str(CORPORA / "wxr" / name), etree.XMLParser(recover=True, huge_tree=True))
    for item in tree.iter("item"):
        fields = {etree.QName(child).localname: (child.text or "").strip() for child in item.iterchildren("*")}
        if fields.get("post_type") == "post" and fields.get("status") == "publish":
            yield _document(fields["post_id"], fields["title"], item.findtext(_CONTENT) or "", "wordpress")


def _document(name: str, title: str, body: str, markup: Markup) -> Document:
    return Document(DocumentId(name), title, body, markup, "corpus")
