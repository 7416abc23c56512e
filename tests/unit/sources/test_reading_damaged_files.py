"""Good files of every format, damaged at random: what is read is documents or an error with a sentence."""

import io
import json
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.domain.documents import Document
from pipeline.domain.reading import Item
from pipeline.errors import DataError
from pipeline.sources.reading import Limits, read_file
from tests.unit.sources.built_files import (
    core_properties,
    docx,
    letter,
    lines_at,
    mailbox,
    packed,
    pdf,
    word_paragraph,
    xlsx,
)

LIMITS = Limits(office_bytes=200_000, docx_tags=20_000, pdf_seconds=3.0, record_chars=100_000, item_chars=50_000)
WORD = docx(
    word_paragraph("On tea", "T"),
    *(word_paragraph(f"Words {at}") for at in range(9)),
    core=core_properties(title="On tea", creator="Ann", created="2014-05-01T10:00:00Z"),
)
SHEET = xlsx(
    {"Posts": [["Title", "Text", "Date"], *([f"T{at}", "words " * 9, "2014-03-12"] for at in range(9))], "Old": [["x"]]}
)
PAGES = pdf([lines_at(700, f"Page {at}", "", "Some words and", "some more.") for at in range(4)], {"/Title": "On tea"})
CUES = "WEBVTT\n\n" + "".join(
    f"{at}\n00:00:0{at}.000 --> 00:00:0{at}.900\n<v Ann>Words {at}.</v>\n\n" for at in range(9)
)
SUBTITLES = "".join(f"{at}\n00:00:0{at},000 --> 00:00:0{at},900\nAnn: Words {at}.\n\n" for at in range(9))
SEGMENTS = {"segments": [{"speaker": "Ann", "startTime": at, "endTime": at, "body": "words"} for at in range(9)]}
PAGE = "<html><body><p>Hello</p><blockquote type=cite>old</blockquote></body></html>"
LETTERS = mailbox(letter("One.\n> old\n", markup=PAGE), letter("Two."), letter(markup=PAGE))
DUMP = "INSERT INTO wp_posts (ID, post_title, post_content) VALUES " + ",".join(
    f"({at},'T\\'{at}','words')" for at in range(9)
)
TALK = "\n\n".join(f"{name} (00:0{at}) - words, um, more" for at, name in enumerate(["Ann", "Bo"] * 4))
POSTS = [
    {"id": at, "title": {"rendered": "T"}, "content": {"rendered": "<p>x</p>"}, "_embedded": {}} for at in range(9)
]
GOOD: dict[str, bytes] = {
    "a.docx": WORD,
    "a.xlsx": SHEET,
    "a.pdf": PAGES,
    "a.vtt": CUES.encode(),
    "a.srt": SUBTITLES.encode(),
    "segments.json": json.dumps(SEGMENTS).encode(),
    "posts.json": json.dumps(POSTS).encode(),
    "a.mbox": LETTERS,
    "a.eml": letter("One.", markup=PAGE).as_bytes(),
    "a.sql": DUMP.encode(),
    "talk.txt": TALK.encode(),
    "talk.md": TALK.encode(),
    "a.zip": packed({"a.docx": WORD, "b.pdf": PAGES, "c.vtt": CUES, "d.eml": letter("One.").as_bytes()}),
}
# Longer than any of these files takes on a slow machine, shorter than one that runs away.
MOST_S = 20.0

EXAMPLES = 100
cuts = st.one_of(st.just(1.0), st.just(1.0), st.floats(0, 1))
edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 255), st.sampled_from(["set", "insert", "drop", "repeat"])), max_size=6
)


def damaged(content: bytes, changes: list[tuple[float, int, str]], keep: float) -> bytes:
    raw = bytearray(content)
    for place, value, kind in changes:
        at = int(place * (len(raw) - 1)) if raw else 0
        if kind == "set" and raw:
            raw[at] = value
        elif kind == "insert":
            raw[at:at] = bytes([value]) * (value + 1)
        elif kind == "drop":
            del raw[at : at + value]
        else:
            raw[at:at] = raw[at : at + value]
    return bytes(raw[: int(keep * len(raw))])


def unpacked(content: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", GOOD)
def test_the_undamaged_file_is_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(GOOD[name])
    assert [one for one in read_file(path, name=name, limits=LIMITS) if isinstance(one, Document)]


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=edits, keep=cuts)
def test_a_damaged_file_gives_documents_or_an_error(
    name: str, changes: list[tuple[float, int, str]], keep: float
) -> None:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(damaged(GOOD[name], changes, keep))
        try:
            found = list(read_file(path, name=name, limits=LIMITS))
        except DataError:
            found = []
    assert all(isinstance(one, Item) for one in found)
    assert not [one for one in found if isinstance(one, Document) and len(one.body) > LIMITS.item_chars]
    assert time.monotonic() - begun < MOST_S


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=edits, keep=cuts, which=st.integers(0, 20))
def test_damage_inside_an_office_file_gives_documents_or_an_error(
    name: str, changes: list[tuple[float, int, str]], keep: float, which: int
) -> None:
    parts = unpacked(GOOD[name])
    path_inside = sorted(parts)[which % len(parts)]
    part = parts[path_inside]
    parts[path_inside] = damaged(part if isinstance(part, bytes) else part.encode(), changes, keep)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(packed(parts))
        try:
            found = list(read_file(path, name=name, limits=LIMITS))
        except DataError:
            found = []
    assert all(isinstance(one, Item) for one in found)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    "suffix", [".txt", ".md", ".csv", ".json", ".eml", ".vtt", ".sql", ".mbox", ".pdf", ".docx", ".html"]
)
def test_a_wrong_extension_gives_documents_or_an_error(name: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(GOOD[name])
    try:
        assert list(read_file(path, name=f"wrong{suffix}", limits=LIMITS))
    except DataError as error:
        assert error.args[0] == f"wrong{suffix}"


CUE = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n"
ENDLESS: dict[str, tuple[str, str]] = {
    "spaces in a line": ("a.txt", "Ann: " + " " * 300_000 + "x\nBo: y\n"),
    "spaces after a heading": ("a.md", "# a" + " " * 300_000 + "x\nBo: y\n"),
    "fillers": ("a.vtt", CUE + "um , " * 200_000),
    "open voices": ("a.vtt", CUE + "<v " * 300_000),
    "spaces in a cue": ("a.vtt", CUE + " \t" * 300_000 + "x"),
    "open brackets": ("a.vtt", CUE + "\\[" * 300_000),
    "open tags": ("a.csv", 'title,body\na,"' + "<a " * 300_000 + '"\n'),
    "an unended row": ("a.sql", "INSERT INTO wp_posts VALUES (" + "1," * 300_000),
    "statements": ("a.sql", "\nINSERT INTO wp_posts " * 50_000),
    "attributions": ("a.eml", "Subject: x\n\n" + "On a wrote wrote\n" * 50_000),
}


@pytest.mark.parametrize(("name", "content"), ENDLESS.values(), ids=ENDLESS.keys())
def test_what_repeats_without_end_takes_no_quadratic_time(name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text(content)
    begun = time.monotonic()
    try:
        list(read_file(path, name=name))
    except DataError as error:
        assert error.args[0] == name
    assert time.monotonic() - begun < MOST_S / 2
