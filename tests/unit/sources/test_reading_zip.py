"""Archives and the choice of a reader: nothing inside can write, hide or blow up."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline.domain.documents import BrokenItem, Document, Notice
from pipeline.domain.reading import Item, TableSeen
from pipeline.errors import ArchiveBomb, EmptyFile, FileTooBig, UnreadableFile, UnreadableType, UnsafeXml
from pipeline.sources.budget import Budget
from pipeline.sources.reading import Limits, read_file

Write = Callable[[str, bytes | str], Path]


def archive(members: Mapping[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return packed.getvalue()


def read(path: Path, name: str = "blog.zip", limits: Limits | None = None) -> list[Item]:
    items = read_file(path, name=name, limits=limits or Limits())
    return [one for one in items if not isinstance(one, TableSeen)]


def documents(items: list[Item]) -> list[Document]:
    return [one for one in items if isinstance(one, Document)]


def test_members_are_named_by_their_paths_and_junk_is_skipped(write: Write) -> None:
    members = {
        "posts/a.md": "# A\n\ntext",
        "rows.csv": "title,body\na,b\nc,d\n",
        "__MACOSX/posts/._a.md": "x",
        ".DS_Store": "x",
        "Thumbs.db": "x",
        "photo.JPG": "x",
        "slides.key": "x",
        "empty.txt": "",
        "broken.xml": "no xml",
    }
    found = read(write("z", archive(members)))
    assert [one.document_id for one in documents(found)] == ["posts/a.md", "rows.csv#1", "rows.csv#2"]
    assert {one.source_name for one in documents(found)} == {"blog.zip"}
    assert {one.document_id: one.reason for one in found if isinstance(one, BrokenItem)} == {
        "slides.key": "no reader for .key files",
        "empty.txt": "nothing in it",
        "broken.xml": "cannot be read: line 1",
    }


def test_a_member_without_a_name_is_counted_as_unreadable(write: Write) -> None:
    """Python's zipfile ends a name at a null byte, and looks at the last letter of what is left."""
    packed = archive({"x.md": "# X\n\ntext", "b.md": "# B\n\ntext"}).replace(b"x.md", b"\0.md")
    found = read(write("z", packed))
    assert [one.document_id for one in documents(found)] == ["b.md"]
    assert [one.reason for one in found if isinstance(one, BrokenItem)] == ["no name in the archive"]


def test_a_path_that_climbs_is_only_a_name(write: Write, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    found = read(write("z", archive({"../../evil.md": "text", "/etc/evil.txt": "text", "a\\..\\b.md": "text"})))
    assert len(documents(found)) == 3
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "z"]


def test_the_same_notice_is_given_once(write: Write) -> None:
    found = read(write("z", archive({f"{n}.txt": "Short\n\ntext" for n in range(5)})))
    assert [one.source_name for one in found if isinstance(one, Notice)] == ["blog.zip/0.txt"]


BOMBS = {
    "nested": archive({"a.zip": archive({"b.txt": "x"})}),
    "nested under another name": archive({"a.txt": archive({"b.txt": "x"})}),
    "nested gzip": archive({"a.txt": b"\x1f\x8b\x08\x00"}),
    "too large": archive({"a.txt": "x" * 60_000, "b.txt": "x" * 60_000}),
    "too many": archive({f"{n}.txt": "x" for n in range(51)}),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_refused_whole(write: Write, bomb: bytes) -> None:
    limits = Limits(unpacked_bytes=100_000, archive_files=50)
    with pytest.raises(ArchiveBomb):
        next(read_file(write("z", bomb), name="blog.zip", limits=limits))


def test_what_is_unpacked_is_counted_whatever_the_directory_says() -> None:
    budget = Budget("blog.zip", 10)
    budget.spend(10)
    with pytest.raises(ArchiveBomb):
        budget.spend(1)


def test_a_size_that_lies_is_counted_while_unpacking(write: Write) -> None:
    packed = bytearray(archive({"a.txt": "x" * 1_000_000}))
    for start, offset in ((packed.find(b"PK\x01\x02"), 24), (0, 22)):
        packed[start + offset : start + offset + 4] = struct.pack("<L", 10)
    found = read(write("z", bytes(packed)), limits=Limits(unpacked_bytes=100_000))
    assert not documents(found)


def test_members_that_share_their_bytes_are_counted_each_time(write: Write) -> None:
    with pytest.raises(ArchiveBomb):
        read(write("z", archive({f"{n}.md": "x" * 20_000 for n in range(9)})), limits=Limits(unpacked_bytes=100_000))


def test_a_directory_larger_than_the_limit_is_refused_before_it_is_built(write: Write) -> None:
    with pytest.raises(ArchiveBomb):
        read(write("z", archive({f"{'n' * 300}{n}.txt": "x" for n in range(40)})), limits=Limits(archive_files=40))


def test_encrypted_and_damaged_archives_are_refused(write: Write) -> None:
    locked = bytearray(archive({"a.txt": "x"}))
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableFile) as refused:
        read(write("z", bytes(locked)))
    assert refused.value.where == "encrypted"
    with pytest.raises(UnreadableFile) as refused:
        read(write("z", archive({"a.txt": "x" * 500})[:-30]))
    assert refused.value.where == "archive directory"


def test_a_member_that_fails_alone_is_counted(write: Write) -> None:
    packed = bytearray(archive({"a.md": "first words", "b.md": "second words"}, method=zipfile.ZIP_STORED))
    packed[packed.find(b"first words")] ^= 1
    found = read(write("z", bytes(packed)))
    assert [type(one).__name__ for one in found] == ["BrokenItem", "Document"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_methods_without_a_bound_are_not_unpacked(write: Write, method: int) -> None:
    found = read(write("z", archive({"a.md": "words"}, method=method)))
    assert [type(one).__name__ for one in found] == ["BrokenItem"]


def test_unsafe_xml_refuses_the_archive(write: Write) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "b">]><rss><item/></rss>'
    with pytest.raises(UnsafeXml):
        read(write("z", archive({"a.md": "words", "b.xml": bomb})))


def test_office_files_without_a_reader_are_told_by_their_content(write: Write) -> None:
    slides = archive({"[Content_Types].xml": "<x/>", "ppt/presentation.xml": "<x/>"})
    for name in ("a.pptx", "a.zip", "a.txt"):
        with pytest.raises(UnreadableType) as refused:
            read(write("z", slides), name)
        assert refused.value.suffix == ".pptx"
    found = read(write("z", archive({"inside.pptx": slides, "a.md": "words"})))
    assert [type(one).__name__ for one in found] == ["BrokenItem", "Document"]
    assert len(documents(read(write("z", archive({"a.md": "words"})), "misnamed.docx"))) == 1


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("a.pages", b"anything", ".pages"),
        ("dump.SQL", b"insert into", ".sql"),
        ("a.pdf", b"{\\rtf1 words", ".rtf"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1", ".doc"),
        ("a.xml.gz", b"\x1f\x8b\x08", ".gz"),
    ],
)
def test_unreadable_types_are_named(write: Write, name: str, content: bytes, suffix: str) -> None:
    with pytest.raises(UnreadableType) as refused:
        read(write("f", content), name)
    assert refused.value.suffix == suffix


def test_sizes_are_limited(write: Write) -> None:
    with pytest.raises(FileTooBig) as refused:
        read(write("f", "x" * 101), "a.txt", Limits(file_bytes=100))
    assert (refused.value.size_bytes, refused.value.limit_bytes) == (101, 100)
    with pytest.raises(FileTooBig):
        read(write("f", "x" * 101), "a.md", Limits(whole_bytes=100))
    assert isinstance(read(write("f", "x" * 101), "a.md", Limits(item_chars=100))[0], BrokenItem)
    with pytest.raises(EmptyFile):
        read(write("f", archive({})), "a.zip")
