"""Newsletters: the sender's words, without replies, signatures and anybody's address."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.domain.documents import BrokenItem, Document, Notice
from pipeline.domain.reading import Item
from pipeline.errors import UnreadableFile
from pipeline.sources.mail_text import own_words
from pipeline.sources.reading import Limits, read_file
from tests.unit.sources.built_files import letter, mailbox, packed

Write = Callable[[str, bytes | str], Path]


def read(path: Path, name: str = "news.eml", limits: Limits | None = None) -> list[Item]:
    return list(read_file(path, name=name, limits=limits or Limits()))


def documents(items: list[Item]) -> list[Document]:
    return [one for one in items if isinstance(one, Document)]


def test_a_letter_tells_its_subject_sender_and_date(write: Write) -> None:
    message = letter("Words.", subject="Café: tea ☕ for bo@example.org", sender="Zoë Lee <zoe@example.org>")
    assert documents(read(write("m", message.as_bytes()))) == [
        Document(
            document_id="news.eml",  # type: ignore[arg-type]  # NewType of str
            title="Café: tea ☕ for",
            body="Words.",
            markup="text",
            source_name="news.eml",
            author="Zoë Lee",
            published_at=datetime(2012, 1, 5, 14, 30, 46, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize("sender", ["ann@example.org", '"ann@example.org" <ann@example.org>', "", "<<<"])
def test_an_address_is_no_author(write: Write, sender: str) -> None:
    found = read(write("m", letter("Words.", sender=sender).as_bytes()))
    assert {one.author for one in documents(found)} <= {None, "<<<"}
    assert "@" not in repr(documents(found)).replace("news.eml", "")


PAGE = (
    "<html><head><title>x</title><style>p {}</style></head><body><div style='display:none'>Preview</div>"
    "<p>Hello <b>you</b></p><div class='gmail_quote'>old words</div>"
    "<blockquote type='cite'>older words</blockquote></body></html>"
)


def test_the_html_part_is_preferred_without_head_preview_and_replies(write: Write) -> None:
    (found,) = documents(read(write("m", letter("Plain.", markup=PAGE).as_bytes())))
    assert (found.markup, found.body) == ("html", "<p>Hello <b>you</b></p>")


def test_attachments_are_not_read(write: Write) -> None:
    message = letter("Words.")
    message.add_attachment("<p>other</p>", subtype="html", filename="other.html")
    message.add_attachment(b"\x00" * 1_000, maintype="application", subtype="pdf", filename="a.pdf")
    assert [one.body for one in documents(read(write("m", message.as_bytes())))] == ["Words."]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Mine.\n-- \nAnn\n+1 555", "Mine."),
        (
            "Mine.\n\nOn Thu, Jan 5, 2012 at 2:30 PM, Bo <bo@x.org> wrote:\n> yours\n>> theirs\n\nMore.",
            "Mine.\n\nMore.",
        ),
        ("On Thursday,\nsomebody called\nBo <bo@x.org> wrote:\n> yours\nMine.", "Mine."),
        ("Mine.\n\n-----Original Message-----\nFrom: Bo\nyours", "Mine."),
        ("A list:\n-- one\n-- two", "A list:\n-- one\n-- two"),
        ("On Monday I wrote: it is fine\nand more.", "On Monday I wrote: it is fine\nand more."),
        ("On Monday I wrote:\n\nIt is fine.", "On Monday I wrote:\n\nIt is fine."),
        ("a > b", "a > b"),
    ],
)
def test_replies_and_signatures_are_cut(text: str, kept: str) -> None:
    assert own_words(text, flowed=False) == kept


def test_flowed_lines_are_joined() -> None:
    assert (
        own_words("This line \ngoes on.\n\n From here\n >no quote", flowed=True)
        == "This line goes on.\n\nFrom here\n>no quote"
    )


def test_every_message_of_a_mailbox_is_a_document(write: Write) -> None:
    messages = [letter("One.\n\nFrom here on."), letter("Two.", subject="Second"), letter(markup="<p>Three</p>")]
    found = documents(read(write("m", mailbox(*messages).replace(b"\n\nFrom here", b"\n\n>From here")), "news.mbox"))
    assert [(one.document_id, one.title) for one in found] == [("1", "News"), ("2", "Second"), ("3", "News")]
    assert found[0].body == "One.\n\nFrom here on."


def test_a_messages_failure_is_one_broken_item(write: Write) -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(300)) + "words"
    raw = mailbox(letter("One."), letter("x" * 5_000)) + b"\nFrom a Thu Jan  5 14:30:46 2012\n" + nested.encode()
    found = read(
        write("m", raw + b"\n\nFrom a Thu Jan  5 14:30:46 2012\nSubject: x\n\n"), "a.mbox", Limits(record_chars=8_000)
    )
    assert [type(one).__name__ for one in found] == ["Document", "Document", "BrokenItem", "Document"]
    found = read(write("m", raw), "a.mbox", Limits(record_chars=1_000))
    assert next(one.reason for one in found if isinstance(one, BrokenItem)) == "message 2: longer than 1,000 bytes"


def test_a_large_attachment_does_not_cost_the_letter(write: Write) -> None:
    message = letter("Words.")
    message.add_attachment(b"x" * 50_000, maintype="image", subtype="png", filename="a.png")
    found = read(write("m", message.as_bytes()), limits=Limits(record_chars=5_000))
    assert [one.body for one in documents(found)] == ["Words."]


def test_encodings_are_those_the_message_names(write: Write) -> None:
    head = (
        "Subject: =?iso-8859-1?Q?Caf=E9?=\nFrom: =?utf-8?b?"
        + base64.b64encode("Zoë".encode()).decode()
        + "?= <a@b.org>\n"
    )
    body = "Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    for charset, raw in (("koi8-r", "чай".encode("koi8-r")), ("x-unknown", "чай".encode()), ("utf-8", "чай".encode())):
        found = documents(read(write("m", (head + body.format(charset=charset)).encode() + raw)))
        assert [(one.title, one.author, one.body) for one in found] == [("Café", "Zoë", "чай")]


def test_a_wrong_encoding_is_told_once_per_mailbox(write: Write) -> None:
    raw = b"From a Thu Jan  5 14:30:46 2012\nSubject: x\n\ncaf\xe9\n\n" * 3
    found = read(write("m", raw), "a.mbox")
    assert len(documents(found)) == 3
    assert [one.detail for one in found if isinstance(one, Notice)] == ["windows-1252"]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.eml", b"no message at all"),
        ("a.mbox", b"no mailbox at all"),
        ("a.eml", b"Content-Type: image/png\n\nxxxx"),
        ("a.eml", b"Subject: x\nContent-Type: text/html\n\n" + b"<hr>" * 300_000),
        ("a.eml", b"Subject: x\nContent-Type: text/plain" + b"; a=b" * 500_000 + b"\n\nhi"),
        ("a.eml", b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 500_000),
        ("a.eml", b"Subject: x\n" + b"X: y\n" * 500_000 + b"\nhi"),
    ],
)
def test_files_that_are_no_mail_are_refused(write: Write, name: str, raw: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(write("m", raw), name)


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?=ff=fe?=", "=?nonsense?q?a?=", "=?utf-8?b?!!!?=", "a\x00b", "x" * 100_000]
)
def test_broken_subjects_are_kept_as_they_can_be(write: Write, subject: str) -> None:
    raw = f"Subject: {subject}\nDate: yesterday\n\nWords."
    (found,) = documents(read(write("m", raw)))
    assert (found.body, found.published_at) == ("Words.", None)
    assert len(found.title) <= 2_000


def test_a_letter_inside_an_archive_is_read(write: Write) -> None:
    found = documents(read(write("z", packed({"2012/news.eml": letter("Words.").as_bytes()})), "all.zip"))
    assert [one.document_id for one in found] == ["2012/news.eml"]
