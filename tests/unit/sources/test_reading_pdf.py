"""PDFs: paragraphs out of lines; pages without text and locked files are told apart."""

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from pipeline.domain.documents import Document, Notice
from pipeline.domain.reading import Item
from pipeline.errors import UnreadableFile
from pipeline.sources.pdf import page_lines
from pipeline.sources.pdf_paragraphs import Line, joined
from pipeline.sources.reading import Limits, read_file
from tests.unit.sources.built_files import lines_at, pdf

Write = Callable[[str, bytes | str], Path]
STATED = {"/Title": "On tea", "/Author": "Ann Lee", "/CreationDate": "D:20140312100000+02'00'"}


def read(path: Path, name: str = "my-essay.pdf", limits: Limits | None = None) -> list[Item]:
    return list(read_file(path, name=name, limits=limits or Limits()))


def only(items: list[Item]) -> Document:
    (found,) = [one for one in items if isinstance(one, Document)]
    return found


def test_a_pdf_tells_its_title_author_and_date(write: Write) -> None:
    found = only(read(write("p", pdf([lines_at(700, "On Tea", "", "It is hot and", "good and green.")], STATED))))
    assert found == Document(
        document_id="my-essay.pdf",  # type: ignore[arg-type]  # NewType of str
        title="On tea",
        body="It is hot and good and green.",
        markup="text",
        source_name="my-essay.pdf",
        author="Ann Lee",
        published_at=datetime(2014, 3, 12, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize("title", ["", "Microsoft Word - essay.docx", "Untitled 3", "essay.tex"])
def test_a_title_no_person_wrote_gives_way_to_the_first_line(write: Write, title: str) -> None:
    found = read(write("p", pdf([lines_at(700, "On Tea", "", "It is hot", "and good.")], {"/Title": title})))
    assert (only(found).title, only(found).body) == ("On Tea", "It is hot and good.")
    assert [(one.kind, one.detail) for one in found if isinstance(one, Notice)] == [("title-rule", "first short line")]


def test_lines_are_joined_and_what_runs_along_every_page_goes(write: Write) -> None:
    def page(number: int, *lines: str) -> list[tuple[float, str]]:
        return [(760.0, "Ann Lee: Essays, 2014"), *lines_at(700, *lines), (40.0, f"Page {number} of 4")]

    pages = [
        page(1, "This is the first line of a paragraph and it goes on to a sec-", "ond one.", "", "Another begins"),
        page(2, "on this page, and says that well-", "known things are known, well-known at that."),
        page(3, "The third page has but one line, which is as long as the others."),
        page(4, "The last."),
    ]
    assert only(read(write("p", pdf(pages, STATED)))).body.split("\n\n")[:2] == [
        "This is the first line of a paragraph and it goes on to a second one.",
        "Another begins on this page, and says that well-known things are known, well-known at that.",
    ]


FULL = "words that fill a line of the page up to its right margin"


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        ([Line(FULL, 72, 700), Line("and end.", 72, 686), Line(FULL, 72, 658)], 2),
        ([Line(FULL, 72, 700), Line("and end.", 72, 686), Line(FULL, 90, 672), Line(FULL, 72, 658)], 2),
        ([Line(FULL, 72, 700), Line("and end.", 72, 686), Line(FULL, 72, 672), Line(FULL, 72, 658)], 2),
        ([Line(FULL, 72, 700), Line("and go on", 72, 686), Line("here", 72, 672), Line(FULL, 72, 658)], 1),
        ([Line(FULL, 72, 700), Line("• one", 72, 686), Line("• two", 72, 672)], 3),
        ([Line(FULL), Line("and end."), Line(FULL)], 2),
        ([], 0),
    ],
    ids=["gap", "indent", "short line", "one sentence", "list", "no places", "nothing"],
)
def test_where_a_paragraph_begins(lines: list[Line], paragraphs: int) -> None:
    assert len(joined([lines])) == paragraphs


def test_headers_that_alternate_go_and_single_lines_stay() -> None:
    pages = [
        [Line("Ann" if at % 2 else "Essays"), Line(f"text {'x' * at} of the page."), Line(str(at))]
        for at in range(1, 9)
    ]
    assert " ".join(joined(pages)).count("text") == 8
    assert not {"Ann", "Essays"} & set(" ".join(joined(pages)).split())
    assert " ".join(joined([[Line("Essays"), Line("text")], [Line("More"), Line("1984")]])) == "Essays text More 1984"


def test_ligatures_and_soft_hyphens_are_letters_again() -> None:
    assert joined([[Line("the ﬁrst of\u00adten oﬃces, a won\u00ad"), Line("der")]]) == [
        "the first often offices, a wonder"
    ]


def test_a_text_no_longer_than_the_limits(write: Write) -> None:
    page = lines_at(700, "Some words.")
    path = write("p", pdf([page] * 4))
    with pytest.raises(UnreadableFile) as refused:
        read(path, limits=Limits(pdf_pages=3))
    assert refused.value.where == "page 4"
    with pytest.raises(UnreadableFile):
        read(path, limits=Limits(item_chars=30))


def test_a_page_that_takes_too_long_is_given_up(write: Write) -> None:
    path = write("p", pdf([[(700.0, "word")] * 4_000]))
    begun = time.monotonic()
    with pytest.raises(UnreadableFile) as refused:
        read(path, limits=Limits(pdf_seconds=0.01))
    assert refused.value.where == "page 1"
    assert time.monotonic() - begun < 10


def test_locked_scanned_and_broken_files_have_their_reason(write: Write) -> None:
    whole = pdf([lines_at(700, "Some words.")])
    cases = {"encrypted": pdf([lines_at(700, "Some words.")], password="tea"), "no text in it": pdf([[]])}
    for where, content in cases.items():
        with pytest.raises(UnreadableFile) as refused:
            read(write("p", content))
        assert refused.value.where == where
    for content in (whole[: len(whole) // 3], b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\x00" * 5_000):
        with pytest.raises(UnreadableFile):
            read(write("p", content))
    with pytest.raises(UnreadableFile):
        read(write("p", "no pdf at all"))


def test_a_pdf_is_told_by_its_content(write: Write) -> None:
    content = pdf([lines_at(700, "Some words.")])
    assert only(read(write("p", content), "notes.txt")).body == "Some words."
    assert only(read(write("p", b"X-Gateway: 1\r\n\r\n" + content))).body == "Some words."


def test_reading_stops_within_a_page() -> None:
    page = PdfReader(io.BytesIO(pdf([lines_at(700, "Some words.")]))).pages[0]
    with pytest.raises(TimeoutError):
        page_lines(page, ends_at=0.0)
    assert [line.text for line in page_lines(page, ends_at=time.monotonic() + 60)] == ["Some words."]
