"""Real exports, blogs and books: what is read agrees with an independent count."""

import re
import zipfile
from pathlib import Path

import pytest

from pipeline.domain.documents import BrokenItem, Document
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.reading import read_file

ITEM = re.compile(rb"<item[\s>]")


def test_every_item_of_every_export_is_read(corpora: Path) -> None:
    for path in sorted((corpora / "wxr").glob("*.xml")):
        expected = len(ITEM.findall(path.read_bytes()))
        if expected:
            found = [one for one in read_file(path, name=path.name) if isinstance(one, Document | BrokenItem)]
            assert (path.name, len(found)) == (path.name, expected)
            assert not [one for one in found if isinstance(one, BrokenItem)]


def test_exports_without_an_item_are_refused(corpora: Path) -> None:
    with pytest.raises(EmptyFile):
        list(read_file(corpora / "wxr" / "wpimporter-large-authors.xml", name="a.xml"))
    with pytest.raises(UnreadableFile) as refused:
        list(read_file(corpora / "wxr" / "wpimporter-malformed.xml", name="a.xml"))
    assert refused.value.where == "line 90"


def test_an_export_tells_its_authors(corpora: Path) -> None:
    found = [one for one in read_file(corpora / "wxr" / "cc-labs.xml", name="l.xml") if isinstance(one, Document)]
    posts = [one for one in found if one.kind == "post" and one.status == "publish"]
    assert len(posts) == 219
    assert len({one.author for one in posts}) >= 8
    assert all(one.published_at and one.author_name for one in posts)


def test_no_address_of_a_commenter_is_read(corpora: Path) -> None:
    address = re.compile(r"<wp:comment_author_email>(?:<!\[CDATA\[)?\s*([^<\]\s]+@[^<\]\s]+)")
    path = corpora / "wxr" / "wpimporter-theme-unit-test-data.xml"
    addresses = set(address.findall(path.read_text(encoding="utf-8")))
    assert addresses
    read = repr(list(read_file(path, name="t.xml")))
    assert not [one for one in addresses if one in read]


def test_every_markdown_file_of_an_archive_is_read(corpora: Path, tmp_path: Path) -> None:
    paths = sorted((corpora / "markdown").rglob("*.md"))
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as target:
        for path in paths:
            target.write(path, path.relative_to(corpora))
    found = [one for one in read_file(tmp_path / "m.zip", name="m.zip") if isinstance(one, Document)]
    assert len(found) == len(paths) > 800
    assert all(one.title and one.published_at for one in found)
    # Four of the files are settings that only forward to another address.
    assert sum(not one.body for one in found) == 4
    assert not [one for one in found if one.body.startswith("---")]


def test_the_federalist_papers_are_85_rows(corpora: Path) -> None:
    found = list(read_file(corpora / "authors" / "federalist.csv", name="federalist.csv"))
    papers = [one for one in found if isinstance(one, Document)]
    assert len(papers) == len(found) - 1 == 85
    assert sum(one.author == "HAMILTON" for one in papers) == 51


def test_a_book_of_39_essays_is_parted(corpora: Path) -> None:
    found = read_file(corpora / "authors" / "chesterton-tremendous-trifles.txt", name="chesterton.txt")
    essays = [one for one in found if isinstance(one, Document)]
    assert len(essays) == 39
    assert (essays[0].title, essays[-1].title) == ("Tremendous Trifles", "The Mystery of a Pageant")
    assert all(500 < len(one.body.split()) < 3_500 for one in essays)
