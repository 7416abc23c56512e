"""WordPress exports: every item is counted, nothing private is read, broken XML is repaired or refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.documents import BrokenItem, Document, Notice
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile, UnreadableFile, UnreadableType, UnsafeXml
from pipeline.sources.reading import Limits, read_file
from pipeline.sources.wxr_items import ItemScanner

Write = Callable[[str, bytes | str], Path]
HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>A blog</title>
<wp:author><wp:author_login><![CDATA[maria]]></wp:author_login><wp:author_email>m@example.org</wp:author_email>
<wp:author_display_name><![CDATA[Maria Owner]]></wp:author_display_name></wp:author>
"""
TAIL = "</channel></rss>\n"


def item(post_id: str = "7", *, body: str = "Words.", title: str = "A &amp; B", date: str = "", more: str = "") -> str:
    return f"""<item><title>{title}</title><link>https://example.org/{post_id}</link>
<pubDate>Thu, 05 Jan 2012 14:30:46 +0000</pubDate><dc:creator><![CDATA[maria]]></dc:creator>
<content:encoded><![CDATA[{body}]]></content:encoded><excerpt:encoded><![CDATA[Excerpt]]></excerpt:encoded>
<wp:post_id>{post_id}</wp:post_id><wp:post_date_gmt>{date}</wp:post_date_gmt>
<wp:status>
 Publish
</wp:status><wp:post_type>post</wp:post_type>{more}</item>
"""


def read(path: Path, name: str = "blog.xml", limits: Limits | None = None) -> list[Item]:
    return list(read_file(path, name=name, limits=limits or Limits()))


def documents(items: list[Item]) -> list[Document]:
    return [one for one in items if isinstance(one, Document)]


def test_an_item_becomes_a_document_with_every_field_stripped(write: Write) -> None:
    tags = '<category domain="post_tag" nicename="t"><![CDATA[Tea]]></category><category domain="nav_menu">x</category>'
    path = write("blog.xml", HEAD + item(date="2012-01-05 14:30:46", more=tags) + TAIL)
    assert read(path) == [
        Document(
            document_id="7",  # type: ignore[arg-type]  # NewType of str
            title="A & B",
            body="Words.",
            markup="wordpress",
            source_name="blog.xml",
            author="maria",
            author_name="Maria Owner",
            published_at=datetime(2012, 1, 5, 14, 30, 46, tzinfo=UTC),
            url="https://example.org/7",
            tags=("Tea",),
        )
    ]


@pytest.mark.parametrize(
    ("gmt", "local", "expected"),
    [
        ("2012-01-05 14:30:46", "2012-01-05 20:00:00", datetime(2012, 1, 5, 14, 30, 46, tzinfo=UTC)),
        ("0000-00-00 00:00:00", "2012-01-05 20:00:00", datetime(2012, 1, 5, 20, tzinfo=UTC)),
        ("0000-00-00 00:00:00", "0000-00-00 00:00:00", datetime(2012, 1, 5, 14, 30, 46, tzinfo=UTC)),
    ],
)
def test_a_date_is_taken_from_the_first_place_that_has_one(
    write: Write, gmt: str, local: str, expected: datetime
) -> None:
    more = f"<wp:post_date>{local}</wp:post_date>"
    assert documents(read(write("b.xml", HEAD + item(date=gmt, more=more) + TAIL)))[0].published_at == expected


def test_comments_and_metadata_are_never_read(write: Write) -> None:
    private = (
        "<wp:comment><wp:comment_author_email>secret@example.org</wp:comment_author_email>"
        "<wp:comment_content>secret</wp:comment_content></wp:comment>"
        "<wp:postmeta><wp:meta_key>k</wp:meta_key><wp:meta_value>secret</wp:meta_value></wp:postmeta>"
    )
    found = read(write("b.xml", HEAD + item(more=private) + TAIL))
    assert len(found) == 1
    assert "secret" not in repr(found)


def test_repeated_and_missing_ids_are_made_unique(write: Write) -> None:
    text = HEAD + item("7") + item("7") + item("7") + item("").replace("<wp:post_id></wp:post_id>", "") + TAIL
    assert [one.document_id for one in documents(read(write("b.xml", text)))] == ["7", "7#2", "7#3", "item-4"]


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (item().replace("<dc:creator>", "<atom:link href='x'/><dc:creator>"), "line 9"),
        (item(title="Tea & cake"), "line 8"),
        (item(body="a <![CDATA[ b ]]> c"), "line 10"),
        (item(body="bell \x07"), "line 10"),
        (item(title="<b>open"), "line 8"),
    ],
)
def test_one_broken_item_is_repaired_and_its_line_told(write: Write, broken: str, line: str) -> None:
    found = read(write("b.xml", HEAD + broken + item("8") + TAIL))
    assert [one.document_id for one in documents(found)] == ["7", "8"]
    assert [(one.kind, one.detail) for one in found if isinstance(one, Notice)] == [("repaired-xml", line)]


def test_a_half_written_file_keeps_its_whole_items_and_counts_the_cut_one(write: Write) -> None:
    text = HEAD + item("1") + item("2") + item("3")[:200]
    found = read(write("b.xml", text))
    assert [one.document_id for one in documents(found)] == ["1", "2"]
    assert len([one for one in found if isinstance(one, BrokenItem)]) == 1
    assert any(isinstance(one, Notice) and one.kind == "repaired-xml" for one in found)


def test_a_file_without_items_is_refused_with_its_line(write: Write) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(write("b.xml", "<?xml version='1.0'?>\n<rss>\n<channel></wrong>\n</rss>"))
    assert refused.value.where == "line 3"
    with pytest.raises(EmptyFile):
        read(write("b.xml", HEAD + TAIL))


BOMBS = [
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">]><rss><item><title>&a;</title></item></rss>',
    '<?xml version="1.0"?><!doctype lolz [<!entity lol "lol">]><lolz>&lol;</lolz>',
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>&x;</title></item></rss>',
    "<?xml version='1.0'?><!-- <rss><item></item> --><!DOCTYPE rss [<!ENTITY a 'b'>]><rss><item/></rss>",
    "<rss><!DOCTYPE rss [<!ENTITY a 'b'>]><item><title>&a;</title></item></rss>",
    "<!DOCTYPE rss [<!ENTITY % a '<item>'>]><rss></rss>",
]


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_defines_entities_is_refused(write: Write, bomb: str, encoding: str) -> None:
    with pytest.raises(UnsafeXml):
        read(write("b.xml", bomb.encode(encoding)))


def test_a_post_about_entities_is_only_a_post(write: Write) -> None:
    body = '<!DOCTYPE x [<!ENTITY a "b">]> &a;'
    assert documents(read(write("b.xml", HEAD + item(body=body) + TAIL)))[0].body == body


def test_an_item_longer_than_the_limits_is_counted_and_left_out(write: Write) -> None:
    text = HEAD + item("1", body="x" * 6_000) + item("2", body="y" * 2_000) + item("3") + TAIL
    found = read(write("b.xml", text), limits=Limits(record_chars=5_000, item_chars=1_000))
    assert [type(one).__name__ for one in found] == ["BrokenItem", "BrokenItem", "Document"]


def test_items_nested_a_hundred_thousand_deep_do_no_harm(write: Write) -> None:
    deep = item("1", title="<b>" * 100_000) + item("2")
    found = read(write("b.xml", HEAD + deep + TAIL))
    assert [one.document_id for one in documents(found)][-1] == "2"


def test_other_encodings_and_wrong_suffixes_are_read(write: Write) -> None:
    latin = (HEAD.replace("UTF-8", "iso-8859-1") + item(title="Café") + TAIL).encode("iso-8859-1")
    assert documents(read(write("x", latin), "blog.txt"))[0].title == "Café"
    wide = (HEAD.replace("UTF-8", "utf-16") + item(title="Café") + TAIL).encode("utf-16")
    assert documents(read(write("x", wide), "blog.xml"))[0].title == "Café"


def test_bytes_that_are_not_utf8_are_told(write: Write) -> None:
    found = read(write("b.xml", (HEAD + item(title="Café") + TAIL).encode("cp1252")))
    assert documents(found)[0].title == "Café"
    assert [one.detail for one in found if isinstance(one, Notice)] == ["windows-1252"]


def test_a_plain_feed_is_read_as_published_html(write: Write) -> None:
    feed = "<rss version='2.0'><channel><item><title>T</title><description>&lt;p&gt;Hi&lt;/p&gt;</description></item>"
    found = documents(read(write("f.rss", feed + "</channel></rss>"), "f.rss"))
    assert [(one.body, one.markup, one.status, one.kind) for one in found] == [("<p>Hi</p>", "html", "publish", "post")]


def test_xml_of_another_kind_is_no_export(write: Write) -> None:
    with pytest.raises(UnreadableType):
        read(write("b.xml", "<?xml version='1.0'?><svg></svg>"))
    with pytest.raises(UnreadableFile):
        read(write("b.xml", "no XML at all"))


def test_tokens_cut_anywhere_are_found() -> None:
    text = "<rss><!-- <item> --><item>a<![CDATA[</item>]]></item ><item x='1'>b<item>c</item></rss>"
    whole = list(ItemScanner(1_000).feed(text, final=True))
    scanner = ItemScanner(1_000)
    cut = [one for letter in text for one in scanner.feed(letter)] + list(scanner.feed("", final=True))
    assert cut == whole
    assert [(one.text, one.ended) for one in whole] == [
        ("<item>a<![CDATA[</item>]]></item >", True),
        ("<item x='1'>b", False),
        ("<item>c</item>", True),
    ]


def test_items_cut_by_a_chunk_end_are_whole(write: Write) -> None:
    sizes = [300_000, 262_100, 262_144, 5]
    text = HEAD + "".join(item(str(n), body="€" * size) for n, size in enumerate(sizes)) + TAIL
    found = read(write("b.xml", text))
    assert [len(one.body) for one in documents(found)] == sizes
    assert len(found) == len(sizes)
