"""Web pages: the main text only, and no page that no parser should meet."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.documents import Document, Notice
from pipeline.domain.reading import Item
from pipeline.errors import UnreadableFile
from pipeline.sources.reading import Limits, read_file

Write = Callable[[str, bytes | str], Path]
PAGE = """<!DOCTYPE html><html><head><title>Tea — A blog</title><meta name="author" content="Ann">
<meta property="article:published_time" content="2014-03-12T10:00:00-04:00"><link rel="canonical" href="https://a.b/t">
</head><body><header>Menu</header><nav>Home</nav><article><header><h1>Tea</h1></header><p>Tea is hot.</p>
<script>bad()</script><form>Subscribe</form></article><aside>More</aside>
<div id="comments"><article>Secret commenter</article></div><footer>Imprint</footer></body></html>"""


def read(path: Path, name: str = "page.html", limits: Limits | None = None) -> list[Item]:
    return list(read_file(path, name=name, limits=limits or Limits()))


@pytest.mark.parametrize("name", ["page.html", "page.txt", "page.xml"])
def test_only_the_main_text_is_kept(write: Write, name: str) -> None:
    assert read(write("p", PAGE), name) == [
        Document(
            document_id=name,  # type: ignore[arg-type]  # NewType of str
            title="Tea",
            body="<p>Tea is hot.</p>",
            markup="html",
            source_name=name,
            author="Ann",
            published_at=datetime(2014, 3, 12, 14, tzinfo=UTC),
            url="https://a.b/t",
        )
    ]


@pytest.mark.parametrize(
    ("page", "title", "body"),
    [
        ("<title>T</title><body><p>a</p></body>", "T", "<p>a</p>"),
        ("<main><h1>T</h1><article>a</article><article>b</article></main>", "T", None),
        ("<p>no title</p>", "Page", "<p>no title</p>"),
        ("no tags", "Page", "<p>no tags</p>"),
        ("https://example.org/only-an-address", "Page", "<p>https://example.org/only-an-address</p>"),
        ("<?xml version='1.0'?><html><head><title>T</title></head><body>x</body></html>", "T", "x"),
    ],
)
def test_pages_without_an_article_are_read_whole(write: Write, page: str, title: str, body: str | None) -> None:
    found = read(write("p", page))[0]
    assert isinstance(found, Document)
    assert found.title == title
    assert body is None or found.body == body


@pytest.mark.parametrize(
    "hostile",
    ["<div>" * 300_000, "<ul>" * 300_000, "<b>" * 1_000_000, "<p>" * 300_000, "<div " * 1_000_000, "<i></i>" * 300_000],
)
def test_hostile_pages_neither_crash_nor_hang(write: Write, hostile: str) -> None:
    try:
        found = read(write("p", hostile + "<p>end</p>"))
    except UnreadableFile as refused:
        assert refused.where == "line 1"
    else:
        assert len(found) == 1


def test_wrappers_nested_too_deeply_are_taken_off_and_the_words_kept(write: Write) -> None:
    page = (
        "<html><body>" + "<div><span>" * 2_000 + "<p>Words.</p>" + "</span></div>" * 2_000 + "<p>End.</p></body></html>"
    )
    found = read(write("p", page))[0]
    assert isinstance(found, Document)
    assert "Words." in found.body
    assert "End." in found.body
    assert "<div" not in found.body


@pytest.mark.parametrize(
    ("charset", "notices"), [("iso-8859-1", []), ("utf-8", ["windows-1252"]), ("base64", ["windows-1252"])]
)
def test_the_page_names_its_encoding(write: Write, charset: str, notices: list[str]) -> None:
    raw = f"<html><head><meta charset='{charset}'><title>Café</title></head><body>x</body></html>".encode("cp1252")
    found = read(write("p", raw))
    assert [one.title for one in found if isinstance(one, Document)] == ["Café"]
    assert [one.detail for one in found if isinstance(one, Notice)] == notices
