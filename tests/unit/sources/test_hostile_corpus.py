"""Hostile files, read to the end and prepared in a process that may not grow: each ends well and in time."""

import io
import json
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.domain.documents import Recipe
from pipeline.errors import ArchiveBomb, DataError
from pipeline.findings import FIXABLE
from pipeline.runner import Target, prepare
from pipeline.sources.reading import Limits, read_file
from tests.unit.sources.built_files import docx, letter, lines_at, mailbox, packed, pdf, word_paragraph, xlsx

ROOT: Final = Path(__file__).parents[3]
EXPORT: Final = (ROOT / "examples" / "field-notes.wordpress.xml").read_bytes()
LIMITS: Final = Limits(office_bytes=200_000, docx_tags=20_000, pdf_seconds=3.0, record_chars=100_000, item_chars=50_000)
TARGET: Final = Target("You write.", 8192, lambda text: len(text.split()))
EVERYTHING: Final = Recipe(choices=dict.fromkeys(FIXABLE, "fix"))
WORDS: Final = "Some words about the garden and the river, and then some more of them. " * 5
MOST_S: Final = 20.0
GROWTH_MB: Final = 700  # of address space above what Python and the program take; threads and allocators reserve much


def small_export() -> bytes:
    """Head, three items and tail of a real export."""
    items = EXPORT.split(b"<item>")
    return b"<item>".join(items[:4]) + b"</channel></rss>"


CHAT: Final = {"messages": [{"role": "user", "content": "Write."}, {"role": "assistant", "content": WORDS}]}
GOOD: Final[dict[str, bytes]] = {
    "a.xml": small_export(),
    "a.csv": "\n".join(["title,body,date", *(f'"T {n}","{WORDS} {n}",2024-01-{n:02}' for n in range(1, 9))]).encode(),
    "a.tsv": "\n".join(["title\tbody", *(f"T {n}\t{WORDS} {n}" for n in range(1, 9))]).encode(),
    "chat.jsonl": "\n".join(json.dumps(CHAT) for _ in range(9)).encode(),
    "pairs.jsonl": "\n".join(json.dumps({"prompt": f"P {n}", "completion": WORDS}) for n in range(9)).encode(),
    "a.json": json.dumps([{"title": f"T {n}", "text": WORDS} for n in range(9)]).encode(),
    "a.md": f"---\ntitle: A walk\ndate: 2024-01-02\n---\n\n# A walk\n\n{WORDS}\n\n- one\n- two\n".encode(),
    "a.html": f"<html><head><title>T</title></head><body><article><p>{WORDS}</p></article></body></html>".encode(),
    "a.txt": f"A title\n\n{WORDS}\n\n{WORDS}".encode(),
    "a.docx": docx(word_paragraph("On tea", "T"), *(word_paragraph(WORDS) for _ in range(4))),
    "a.xlsx": xlsx({"Posts": [["Title", "Text"], *([f"T{n}", WORDS] for n in range(9))]}),
    "a.pdf": pdf([lines_at(700, f"Page {n}", "", "Some words and", "some more.") for n in range(3)]),
    "a.mbox": mailbox(letter(WORDS), letter(WORDS)),
    "a.eml": letter(WORDS).as_bytes(),
    "a.vtt": (
        "WEBVTT\n\n" + "".join(f"00:00:0{n}.000 --> 00:00:0{n}.900\n<v Ann>{WORDS}\n\n" for n in range(9))
    ).encode(),
    "a.sql": (
        "INSERT INTO wp_posts (ID, post_title, post_content) VALUES "
        + ",".join(f"({n},'T','{WORDS}')" for n in range(9))
    ).encode(),
    "a.zip": packed({"a.md": WORDS, "b/c.txt": WORDS, "d.html": f"<p>{WORDS}</p>"}),
}


def used(content: bytes, name: str) -> int:
    """Reads and prepares with everything accepted; how many texts came of it, 0 when it was refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(content)
        try:
            prepared = prepare(read_file(path, name=name, limits=LIMITS), EVERYTHING, TARGET)
        except DataError:
            return 0
    assert prepared.documents_read == prepared.kept + len(prepared.left_out)
    return prepared.documents_read


@pytest.mark.parametrize("name", GOOD)
def test_a_file_cut_off_at_every_twentieth_is_read_or_refused(name: str) -> None:
    whole = GOOD[name]
    assert used(whole, name)
    for part in range(20):
        begun = time.monotonic()
        used(whole[: len(whole) * part // 20], name)
        assert time.monotonic() - begun < MOST_S


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "splice", "insert", "null", "encoding"]),
        st.floats(0, 1),
        st.floats(0, 1),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=5,
)
INSERTED: Final = (
    b"\0" * 40, b"\xff\xfe", b"\xed\xa0\x80", "\u202e<!channel>".encode(), b"<" * 60, b"<![CDATA[", b"]]>", b'"' * 9,
    b"&#0;&#xD800;", b"=cmd|' /C calc'!A0", "é".encode("latin-1") * 9, "é".encode("utf-16"), b"\r\n\r\n", b"{[" * 50,
)  # fmt: skip


def changed(content: bytes, edits: list[tuple[str, float, float, int]]) -> bytes:
    raw = content
    for kind, first, second, value in edits:
        one, other = sorted((int(first * len(raw)), int(second * len(raw))))
        match kind:
            case "flip":
                raw = raw[:one] + bytes([value]) + raw[one + 1 :]
            case "cut":
                raw = raw[:one] + raw[min(other, one + 400) :]
            case "splice":
                raw = raw[:one] + raw[other : other + 400] + raw[one:]
            case "insert":
                raw = raw[:one] + INSERTED[value % len(INSERTED)] + raw[one:]
            case "null":
                raw = raw[:one] + bytes(value) + raw[one:]
            case _:
                raw = raw[:one] + raw[one:other].decode("utf-8", "replace").encode("utf-16") + raw[other:]
    return raw


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits=EDITS)
def test_a_changed_file_is_prepared_or_refused_in_time(name: str, edits: list[tuple[str, float, float, int]]) -> None:
    begun = time.monotonic()
    used(changed(GOOD[name], edits), name)
    assert time.monotonic() - begun < MOST_S


def overlapping(files: int = 200, size_bytes: int = 1 << 20) -> bytes:
    """A flat bomb: every entry is the same packed megabyte. Source: Fifield 2019, A better zip bomb."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packer.compress(b"a" * size_bytes) + packer.flush()
    fixed = struct.pack("<HHHHHIII", 20, 0, 8, 0, 33, zlib.crc32(b"a" * size_bytes), len(content), size_bytes)
    local = b"PK\x03\x04" + fixed + struct.pack("<HH", 5, 0) + b"a.txt" + content
    central = b""
    for number in range(files):
        name = b"%04d.txt" % number
        central += b"PK\x01\x02" + struct.pack("<H", 20) + fixed + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0)
        central += name
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, files, files, len(central), len(local), 0)


def test_a_flat_bomb_of_overlapping_files_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(overlapping())
    limits = Limits(unpacked_bytes=50 << 20)
    with pytest.raises((ArchiveBomb, DataError)):
        list(read_file(bomb, name="bomb.zip", limits=limits))


TRAVERSING: Final = (
    "../../../etc/cron.d/x.txt",
    "/etc/passwd.txt",
    "a/../../b.txt",
    "..\\..\\c.txt",
    "C:\\d.txt",
    "~/e.txt",
)


def test_names_that_climb_out_of_an_archive_write_nothing(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in TRAVERSING:
            archive.writestr(name, WORDS)
    inside = tmp_path / "deep" / "deeper"
    inside.mkdir(parents=True)
    (inside / "f").write_bytes(held.getvalue())
    before = sorted(tmp_path.rglob("*"))
    assert len(list(read_file(inside / "f", name="f.zip"))) >= 1
    assert sorted(tmp_path.rglob("*")) == before


def write_deep(path: Path) -> None:
    path.write_bytes(b"<p>" + b"<div>" * 1_000_000 + WORDS.encode() + b"</div>" * 1_000_000)


def write_line(head: bytes, tail: bytes = b"") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(head)
            for _ in range(8):
                file.write(b"a word " * (1 << 17))
            file.write(tail)

    return write


def write_laughs(path: Path) -> None:
    entities = b"".join(b'<!ENTITY %c "&%c;&%c;">' % (n, n - 1, n - 1) for n in range(98, 122))
    path.write_bytes(b'<!DOCTYPE x [<!ENTITY a "ha">' + entities + b"]><rss>&y;</rss>")


LINES: Final[dict[str, Callable[[Path], None]]] = {
    "deep.html": write_deep,
    "line.txt": write_line(b""),
    "line.csv": write_line(b'title,body\nT,"', b'"\n'),
    "line.jsonl": write_line(b'{"prompt": "p", "completion": "', b'"}\n'),
    "line.json": write_line(b'[{"text": "', b'"}]'),
    "line.html": write_line(b"<p>"),
    "line.md": write_line(b"# "),
    "line.xml": write_line(b"<rss><channel><item><title>", b"</title></item></channel></rss>"),
    "line.sql": write_line(b"INSERT INTO wp_posts VALUES (1,'", b"');"),
    "line.mbox": write_line(b"From a Thu Jan  5 14:30:46 2012\nSubject: "),
    "line.vtt": write_line(b"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n"),
    "laughs.xml": write_laughs,
}
CHILD: Final = """
import resource, sys
from pathlib import Path
from pipeline.errors import DataError
from pipeline.sources.reading import read_file
import pipeline.runner  # what it needs is loaded before the limit stands
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[3]) * 2**20,) * 2)
try:
    found = sum(1 for _ in read_file(Path(sys.argv[1]), name=sys.argv[2]))
except DataError as error:
    found = type(error).__name__
print(found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB")
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="measures its memory the Linux way")
@pytest.mark.parametrize("name", LINES)
def test_a_line_of_7_mb_and_a_million_tags_stay_inside_bounded_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    LINES[name](path)
    command = [sys.executable, "-c", CHILD, str(path), name, str(GROWTH_MB)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=100, check=False)
    assert ended.returncode == 0, ended.stderr[-1000:]


def test_nothing_from_files_is_written_as_a_table() -> None:
    """A cell that begins with = + - @ is a formula to whoever opens a table; the one writer has numbers only."""
    writers = [
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "pipeline", "storage", "sandbox", "modelserver")
        for path in (ROOT / package).rglob("*.py")
        if any(sign in path.read_text("utf-8") for sign in ("csv.writer", "csv.DictWriter", "Workbook("))
    ]
    assert writers == ["modelserver/progress.py"]
