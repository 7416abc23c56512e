"""Word texts: their words and who wrote them; nothing else in the archive is even unpacked."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.documents import BrokenItem, Document
from pipeline.domain.reading import Item
from pipeline.errors import ArchiveBomb, DataError, EmptyFile, FileTooBig, UnreadableFile, UnsafeXml
from pipeline.sources.reading import Limits, read_file
from tests.unit.sources.built_files import core_properties, docx, packed, word_paragraph

Write = Callable[[str, bytes | str], Path]
PICTURE = (
    '<w:p><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="rId9"/>'
    "</w:drawing></w:r></w:p>"
)


def read(path: Path, name: str = "2014-03-12 my-post.docx", limits: Limits | None = None) -> list[Item]:
    return list(read_file(path, name=name, limits=limits or Limits()))


def only(items: list[Item]) -> Document:
    (item,) = items
    assert isinstance(item, Document)
    return item


def test_a_word_text_is_html_with_its_properties(write: Write) -> None:
    core = core_properties(title="On tea", creator="Ann Lee", created="2014-05-01T10:00:00Z")
    found = only(read(write("d", docx(word_paragraph("Part", "H"), word_paragraph("Hot &amp; good"), core=core))))
    assert found == Document(
        document_id="2014-03-12 my-post.docx",  # type: ignore[arg-type]  # NewType of str
        title="On tea",
        body="<h1>Part</h1><p>Hot &amp; good</p>",
        markup="html",
        source_name="2014-03-12 my-post.docx",
        author="Ann Lee",
        published_at=datetime(2014, 5, 1, 10, tzinfo=UTC),
    )


TEXT = word_paragraph("Some words.")


@pytest.mark.parametrize(
    ("paragraphs", "core_title", "title", "body"),
    [
        ((word_paragraph("On tea", "T"), TEXT), "", "On tea", "<p>Some words.</p>"),
        ((word_paragraph("On tea", "T"), TEXT), "On Tea", "On Tea", "<p>Some words.</p>"),
        ((word_paragraph("On tea", "H"), TEXT), "Document1", "On tea", "<p>Some words.</p>"),
        ((word_paragraph("On tea", "H"), TEXT), "report.docx", "On tea", "<p>Some words.</p>"),
        ((TEXT, word_paragraph("Later", "H")), "", "My post", "<p>Some words.</p><h1>Later</h1>"),
    ],
)
def test_the_title_is_the_first_that_a_person_wrote(
    write: Write, paragraphs: tuple[str, ...], core_title: str, title: str, body: str
) -> None:
    found = only(read(write("d", docx(*paragraphs, core=core_properties(title=core_title)))))
    assert (found.title, found.body) == (title, body)


@pytest.mark.parametrize(
    ("creator", "author"), [("Microsoft Office User", None), ("ann@example.org", None), ("Bo <b@x.org>", "Bo")]
)
def test_a_program_or_an_address_is_no_author(write: Write, creator: str, author: str | None) -> None:
    core = core_properties(creator=creator.replace("<", "&lt;"))
    found = only(read(write("d", docx(TEXT, core=core))))
    assert (found.author, found.published_at) == (author, datetime(2014, 3, 12, tzinfo=UTC))


def test_pictures_macros_and_embedded_files_are_not_unpacked(write: Write) -> None:
    more = {"word/media/image1.png": b"x" * 500_000, "word/vbaProject.bin": b"x" * 500_000}
    found = only(read(write("d", docx(TEXT, PICTURE, more=more)), limits=Limits(office_bytes=10_000)))
    assert found.body == "<p>Some words.</p>"


def test_a_word_text_is_told_by_its_content_and_read_inside_an_archive(write: Write) -> None:
    assert only(read(write("d", docx(TEXT)), "notes.txt")).markup == "html"
    found = read(write("z", packed({"posts/a.docx": docx(TEXT)})), "all.zip")
    assert only([one for one in found if isinstance(one, Document)]).document_id == "posts/a.docx"


def test_a_bomb_inside_an_archive_spends_the_archives_budget(write: Write) -> None:
    inner = docx(word_paragraph("x" * 90_000))
    bomb = packed({f"{number}.docx": inner for number in range(5)})
    with pytest.raises(ArchiveBomb):
        read(write("z", bomb), "all.zip", Limits(unpacked_bytes=200_000))


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (docx(word_paragraph("x" * 3_000_000)), ArchiveBomb),
        (docx(*(word_paragraph(f"{number}") for number in range(2_000))), FileTooBig),
        (docx("<w:p/>"), EmptyFile),
        (docx("<w:p/>" * 800), UnreadableFile),
        (docx("<w:p>"), UnreadableFile),
        (docx("<w:tbl>" * 3_000 + "</w:tbl>" * 3_000), UnreadableFile),
        (docx(TEXT, more={"word/numbering.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), UnsafeXml),
        (docx(TEXT, more={"word/numbering.xml": "<a/>".encode("utf-16")}), UnreadableFile),
        (docx(TEXT)[:-40], UnreadableFile),
        (packed({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), UnreadableFile),
        (packed({"[Content_Types].xml": "<x/>", "word/other.xml": "<x/>"}), UnreadableFile),
    ],
    ids=["bomb", "large", "empty", "crowded", "open", "deep", "entities", "utf-16", "cut", "foreign", "without text"],
)
def test_hostile_files_have_their_error(write: Write, content: bytes, failure: type[DataError]) -> None:
    tags = 5_000_000 if failure is FileTooBig else 700
    with pytest.raises(failure) as refused:
        read(write("d", content), "d.docx", Limits(office_bytes=100_000, docx_tags=tags))
    assert type(refused.value) is failure


def test_an_entity_cut_in_two_by_a_block_is_found(write: Write) -> None:
    for shift in range(12):
        part = "<a>" + " " * (65_536 - 6 - shift) + "<!DOCTYPE a><b/></a>"
        with pytest.raises(UnsafeXml):
            read(write("d", docx(TEXT, more={"word/x.xml": part})))


def test_encrypted_parts_and_unbounded_packing_are_refused(write: Write) -> None:
    locked = bytearray(docx(TEXT))
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableFile) as refused:
        read(write("d", bytes(locked)))
    assert refused.value.where == "encrypted"
    squeezed = packed({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}, zipfile.ZIP_BZIP2)
    with pytest.raises(UnreadableFile):
        read(write("d", squeezed))


def test_a_broken_title_part_costs_only_the_title(write: Write) -> None:
    assert only(read(write("d", docx(TEXT, core="<cp:core")))).title == "My post"


def test_a_members_failure_is_one_broken_item(write: Write) -> None:
    found = read(write("z", packed({"a.docx": docx("<w:p>"), "b.docx": docx(TEXT)})), "all.zip")
    assert [type(one) for one in found] == [BrokenItem, Document]
