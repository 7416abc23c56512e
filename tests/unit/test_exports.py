"""An export is believed only as far as its hashes hold, and its table runs nothing in a spreadsheet."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import exports
from pipeline.domain.exports import Recorded
from pipeline.domain.work import AuditEntry
from pipeline.errors import DamagedExport, ExportError, ExportTooBig, NewerExport, NotAnExport
from pipeline.exports import FORMULA_STARTS, MANIFEST, Member, audit_csv, open_export, write_export

BLOB = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"  # of b"hello\n"
MEMBERS = (
    Member("card.md", b"# founder\n"),
    Member("rows/voice.jsonl", b'{"id": 1}\n'),
    Member(f"blobs/{BLOB}", b"hello\n"),
)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "founder.zip"
    write_export(path, MEMBERS, {"voice": "founder"})
    return path


def again(path: Path, change: Callable[[dict[str, bytes]], None], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """The same zip with other members; nothing else than a zip tool is needed for that."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_what_was_written_is_read_back(made: Path) -> None:
    export = open_export(made, name="founder.zip")
    copied = io.BytesIO()
    export.copy_blob(BLOB, copied)
    assert (dict(export.rows), set(export.blobs)) == ({"voice": [{"id": 1}]}, {BLOB})
    assert copied.getvalue() == b"hello\n"
    assert export.manifest["voice"] == "founder"


def changed_row(members: dict[str, bytes]) -> None:
    members["rows/voice.jsonl"] = b'{"id": 2}\n'


def changed_blob(members: dict[str, bytes]) -> None:
    members[f"blobs/{BLOB}"] = b"hullo\n"


def blob_with_matching_manifest(members: dict[str, bytes]) -> None:
    """The manifest is changed with it; the blob's own name tells."""
    rewritten(members, f"blobs/{BLOB}", b"hullo\n")


def lost(members: dict[str, bytes]) -> None:
    del members["rows/voice.jsonl"]


def added(members: dict[str, bytes]) -> None:
    members["rows/draft.jsonl"] = b"{}\n"


def climbing(members: dict[str, bytes]) -> None:
    members["../../etc/passwd"] = b"root"


def absolute(members: dict[str, bytes]) -> None:
    members["/blobs/" + BLOB] = b"hello\n"


def no_objects(members: dict[str, bytes]) -> None:
    rewritten(members, "rows/voice.jsonl", b"[1]\n")


def rewritten(members: dict[str, bytes], name: str, content: bytes) -> None:
    """As whoever knows how the manifest is made would change it."""
    members[name] = content
    manifest: Any = json.loads(members[MANIFEST])
    manifest["members"][name]["sha256"] = hashlib.sha256(content).hexdigest()
    members[MANIFEST] = json.dumps(manifest).encode()


@pytest.mark.parametrize(
    "change",
    [changed_row, changed_blob, blob_with_matching_manifest, lost, added, climbing, absolute, no_objects],
)
def test_an_export_that_differs_from_its_manifest_is_refused(
    made: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    with pytest.raises(DamagedExport):
        open_export(again(made, change), name="founder.zip")


def test_what_is_no_export_says_so(tmp_path: Path) -> None:
    path = tmp_path / "posts.zip"
    path.write_bytes(b"PK\x03\x04 torn off")
    with pytest.raises(NotAnExport):
        open_export(path, name="posts.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("post.txt", "words")
    with pytest.raises(NotAnExport):
        open_export(path, name="posts.zip")


def test_an_export_of_a_later_version_says_so(made: Path) -> None:
    def later(members: dict[str, bytes]) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | {"version": 99}).encode()

    with pytest.raises(NewerExport):
        open_export(again(made, later), name="founder.zip")


def test_a_zip_that_shrank_too_well_is_refused_before_it_is_unpacked(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2 MB of one letter in 2 KB; with the small size lowered so that the test need not unpack 100 MB."""
    monkeypatch.setattr(exports, "SMALL_BYTES", 1_000_000)

    def swollen(members: dict[str, bytes]) -> None:
        rewritten(members, "card.md", b"a" * 2_000_000)

    with pytest.raises(ExportTooBig):
        open_export(again(made, swollen), name="founder.zip")


def test_every_cut_of_an_export_is_refused_with_a_sentence(made: Path, tmp_path: Path) -> None:
    content = made.read_bytes()
    cut = tmp_path / "cut.zip"
    for end in range(0, len(content), 7):
        cut.write_bytes(content[:end])
        with pytest.raises(ExportError):
            open_export(cut, name="cut.zip")


def test_no_changed_byte_goes_unnoticed_where_it_matters(made: Path, tmp_path: Path) -> None:
    """Whatever one byte is changed to, either the export is refused or rows and blobs are the same."""
    content = bytearray(made.read_bytes())
    for place in range(len(content)):
        other = bytearray(content)
        other[place] ^= 0x55
        path = tmp_path / "other.zip"
        path.write_bytes(other)
        try:
            export = open_export(path, name="other.zip")
        except ExportError:
            continue
        copied = io.BytesIO()
        export.copy_blob(BLOB, copied)
        assert (dict(export.rows), set(export.blobs)) == ({"voice": [{"id": 1}]}, {BLOB}), place
        assert copied.getvalue() == b"hello\n", place


@given(st.builds("".join, st.tuples(st.sampled_from(("", " ")), st.sampled_from(("", *FORMULA_STARTS)), st.text())))
def test_no_cell_of_the_audit_log_runs_in_a_spreadsheet(words: str) -> None:
    entry = AuditEntry("T1", words, words, words, {"value": words})
    table = audit_csv([Recorded(datetime(2026, 11, 21, tzinfo=UTC), entry)]).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(table)):
        assert not any(cell.lstrip(" \u00a0").startswith(FORMULA_STARTS) for cell in row)
