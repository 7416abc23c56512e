"""Plain text: encodings, titles, and files that hold several texts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.domain.documents import BrokenItem, Document, Notice
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.reading import read_file

Write = Callable[[str, bytes | str], Path]
ESSAY = "Here are some words of an essay. " * 40
SCATTERED = "".join(f"{numeral}. Look\n\n{ESSAY}\n\n" for numeral in ("V", "C", "X", "L"))


def read(path: Path, name: str = "my-notes.txt") -> list[Item]:
    return list(read_file(path, name=name))


def documents(items: list[Item]) -> list[Document]:
    return [one for one in items if isinstance(one, Document)]


@pytest.mark.parametrize(
    ("text", "rule", "title", "body"),
    [
        ("Title: Tea\nAuthor: Ann\n\nText.", "Title: header", "Tea", "Text."),
        ("## Tea\nText.", "markdown-style heading", "Tea", "Text."),
        ("# About C#\nText.", "markdown-style heading", "About C#", "Text."),
        ("# Tea ##\nText.", "markdown-style heading", "Tea", "Text."),
        ("Tea\n---\n\nText.", "underlined heading", "Tea", "Text."),
        ("\n\nOn tea\n\nText.", "first short line", "On tea", "Text."),
        ("Is it tea?\r\n\r\nText.", "first short line", "Is it tea?", "Text."),
        ("I like tea.\n\nText.", "file name", "My notes", "I like tea.\n\nText."),
        ("Only one line", "file name", "My notes", "Only one line"),
    ],
)
def test_a_title_is_found_and_its_rule_told(write: Write, text: str, rule: str, title: str, body: str) -> None:
    found = read(write("t", text))
    assert [(one.title, one.body) for one in documents(found)] == [(title, body)]
    assert [(one.kind, one.detail) for one in found if isinstance(one, Notice)] == [("title-rule", rule)]


@pytest.mark.parametrize(
    ("raw", "detail", "sample"),
    [
        ("plain\ncafé".encode("cp1252"), "windows-1252", "café"),
        ("ok\n“Smart” quotes".encode("cp1252"), "windows-1252", "“Smart” quotes"),
    ],
)
def test_text_that_is_not_utf8_is_told_with_a_line(write: Write, raw: bytes, detail: str, sample: str) -> None:
    notices = [one for one in read(write("t", raw)) if isinstance(one, Notice) and one.kind == "encoding"]
    assert [(one.detail, one.sample) for one in notices] == [(detail, sample)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_without_a_word(write: Write, encoding: str) -> None:
    found = read(write("t", ("Café\n\n" + "naïve words " * 30).encode(encoding)))
    assert documents(found)[0].title == "Café"
    assert not [one for one in found if isinstance(one, Notice) and one.kind == "encoding"]


def test_bytes_that_windows_does_not_know_are_guessed(write: Write) -> None:
    russian = "Это совсем обычный русский текст о чае, который пьют утром и вечером. " * 20
    found = read(write("t", russian.encode("koi8-r") + b"\x81\x8d\x8f"))
    assert any(isinstance(one, Notice) and one.kind == "encoding" for one in found)
    assert len(documents(found)) == 1


@pytest.mark.parametrize(
    "pattern", ["{roman}. Title {n}", "CHAPTER {roman}", "{roman}", "Chapter {n}: Title {n}", "{n}. Title"]
)
def test_numbered_chapters_are_parted(write: Write, pattern: str) -> None:
    romans = ("I", "II", "III", "IV", "V")
    chapters = (f"{pattern.format(roman=roman, n=n)}\n\n{ESSAY}\n\n\n" for n, roman in enumerate(romans, 1))
    found = read(write("t", "A book\n\n" + "".join(chapters)))
    assert [one.document_id for one in documents(found)] == ["1", "2", "3", "4", "5"]
    assert {one.body for one in documents(found)} == {ESSAY.strip()}
    assert [one.document_id for one in found if isinstance(one, BrokenItem)] == ["front"]


def test_capital_headings_part_long_texts_only(write: Write) -> None:
    heads = ("ON TEA", "ON COFFEE", "ON WATER")
    long = "".join(f"{head}\n\n{ESSAY}\n\n" for head in heads)
    assert [one.title for one in documents(read(write("t", long)))] == list(heads)
    short = "".join(f"{head}\n\nA few words only.\n\n" for head in heads)
    assert len(documents(read(write("t", short)))) == 1


@pytest.mark.parametrize(
    "text", ["I\n\nwent home.\n\nII\n\nand slept.", "1. One\n\n2. Two\n\n3. Three\n\n", ESSAY, SCATTERED]
)
def test_a_single_text_is_not_parted(write: Write, text: str) -> None:
    assert len(documents(read(write("t", text)))) == 1


def test_null_bytes_are_taken_out_and_binary_is_refused(write: Write) -> None:
    assert (
        documents(read(write("t", "Some wo\x00rds, quite ordinary ones.")))[0].body
        == "Some words, quite ordinary ones."
    )
    with pytest.raises(UnreadableFile):
        read(write("t", bytes(range(32)) * 40))
    with pytest.raises(EmptyFile):
        read(write("t", b"\x00" * 100))
    with pytest.raises(EmptyFile):
        read(write("t", b"  \n"))
