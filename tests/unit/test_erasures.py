"""A file without one of its texts is read as it was read with it; a dataset says how much of a file it holds."""

import json
from pathlib import Path

import pytest

from pipeline.catalogue import Catalogue, Entry
from pipeline.domain.documents import Document, DocumentId
from pipeline.domain.reading import ReadOptions
from pipeline.erasures import left_name, person_key, with_title, without
from pipeline.sources.kept import kept_document
from pipeline.sources.reading import Limits, read_file
from tests.fakes.made_posts import csv_posts

WXR = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:wp="http://wordpress.org/export/1.2/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<wp:author><wp:author_login>mara</wp:author_login><wp:author_display_name>Mara M.</wp:author_display_name></wp:author>
{items}</channel></rss>"""
ITEM = """<item><title>Post {n}</title><link>https://example.org/{n}</link><dc:creator>mara</dc:creator>
<content:encoded><![CDATA[<!-- wp:paragraph --><p>Words about kettles, number {n}.</p>]]></content:encoded>
<wp:post_id>{n}</wp:post_id><wp:post_date_gmt>2024-01-0{n} 10:00:00</wp:post_date_gmt>
<wp:status>draft</wp:status><wp:post_type>page</wp:post_type><category domain="post_tag">mending</category></item>"""
FILES = {
    "blog.xml": WXR.format(items="".join(ITEM.format(n=n) for n in range(1, 5))),
    "posts.csv": csv_posts(4),
    "rows.jsonl": "".join(json.dumps({"prompt": f"ask {n}", "completion": f"tell {n}"}) + "\n" for n in range(4)),
    "talk.vtt": "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Mara>We mend kettles here.\n",
}


def documents(path: Path, name: str) -> list[Document]:
    return [item for item in read_file(path, name=name) if isinstance(item, Document)]


@pytest.mark.parametrize("name", FILES)
def test_the_other_texts_are_read_exactly_as_before(name: str, tmp_path: Path) -> None:
    path, left = tmp_path / name, tmp_path / "left"
    path.write_text(FILES[name], "utf-8")
    before = documents(path, name)
    forgotten = before[0]
    options, limits = ReadOptions(), Limits()
    count = without(path, left, name=name, options=options, limits=limits, document_id=forgotten.document_id)
    assert count == len(before) - 1
    assert forgotten.body not in left.read_text("utf-8")
    if count:
        assert documents(left, left_name(name)) == before[1:]


def test_a_text_is_forgotten_from_what_is_left_as_well(tmp_path: Path) -> None:
    path, left, less = tmp_path / "posts.csv", tmp_path / "left", tmp_path / "less"
    path.write_text(csv_posts(4))
    before = documents(path, "posts.csv")
    options, limits = ReadOptions(), Limits()
    without(path, left, name="posts.csv", options=options, limits=limits, document_id=before[0].document_id)
    name = left_name("posts.csv")
    without(left, less, name=name, options=options, limits=limits, document_id=before[1].document_id)
    assert documents(less, left_name(name)) == before[2:]
    assert left_name(name) == name


def test_an_object_that_only_looks_like_ours_is_none() -> None:
    assert kept_document({"understudy_document": {"title": "no body"}}) is None
    assert kept_document({"understudy_document": {}, "more": 1}) is None


def entry(number: int, title: str) -> Entry:
    return Entry(Document(DocumentId(str(number)), title, "body", "text", "posts.csv"))


def test_a_text_is_found_by_its_whole_title_before_a_part_of_it() -> None:
    catalogue = Catalogue("csv", (entry(1, "Managing expectations"), entry(2, "Expectations")), {})
    assert [one.document_id for one in with_title(catalogue, "expectations")] == ["2"]
    assert [one.document_id for one in with_title(catalogue, "  EXPECT ")] == ["1", "2"]
    assert with_title(catalogue, "kettles") == []


def test_a_person_is_known_again_in_their_workspace_alone() -> None:
    assert person_key("T1", "U1") == person_key("T1", "U1") != person_key("T2", "U1")
    assert "U1" not in person_key("T1", "U1")
