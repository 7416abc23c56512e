"""Exports as files: one zip with a manifest of hashes, written in one go, believed only as far as the hashes hold."""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from pipeline.domain.exports import Recorded, Row, VoiceRows
from pipeline.errors import DamagedExport, ExportTooBig, NewerExport, NotAnExport

FORMAT: Final = "understudy voice"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
ROWS: Final = re.compile(r"rows/([a-z_]{1,40})\.jsonl")
BLOB: Final = re.compile(r"blobs/([0-9a-f]{64})")
READABLE: Final = ("sft.jsonl", "pairs.jsonl", "kto.jsonl", "audit.csv", "card.md")
MOST_MEMBERS: Final = 100_000
MANIFEST_BYTES: Final = 50_000_000
ROWS_BYTES: Final = 1_000_000_000  # they are held in memory
UNPACKED_BYTES: Final = 50_000_000_000
# Written text shrinks to a third or a tenth; what shrinks to less than this, and is large, was made to.
MOST_TIMES: Final = 200
SMALL_BYTES: Final = 100_000_000
COPY_BYTES: Final = 1 << 20
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED: Final = 0x1
# How a cell begins that a spreadsheet runs: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What zipfile raises for bytes that are no zip, or are one only in part.
BROKEN_ZIP: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, ValueError, OverflowError, NotImplementedError, RuntimeError),
)
AUDIT_COLUMNS: Final = ("at", "who", "what", "subject", "before", "after")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an export: its bytes, or where they stand."""

    name: str
    content: bytes | Path


def write_export(target: Path, members: Iterable[Member], facts: Mapping[str, Any]) -> str:
    """The whole zip with its manifest; facts stand in the manifest too. Returns the zip's SHA-256 (hex)."""
    listed: dict[str, Any] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            digest, size_bytes = hashlib.sha256(), 0
            with archive.open(member.name, "w", force_zip64=True) as packed:
                for block in _blocks(member.content):
                    packed.write(block)
                    digest.update(block)
                    size_bytes += len(block)
            listed[member.name] = {"sha256": digest.hexdigest(), "bytes": size_bytes}
        head = {"format": FORMAT, "version": FORMAT_VERSION, **facts, "members": listed}
        archive.writestr(MANIFEST, json.dumps(head, ensure_ascii=False, indent=1) + "\n")
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rows_members(voice: VoiceRows) -> Iterator[Member]:
    for table, rows in voice.rows.items():
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        yield Member(f"rows/{table}.jsonl", lines.encode())


def audit_csv(recorded: Iterable[Recorded]) -> bytes:
    """With a byte order mark, so that spreadsheets read it as UTF-8. No cell is a formula to them."""
    lines = [",".join(AUDIT_COLUMNS)]
    for one in recorded:
        entry = one.entry
        cells = [one.at.isoformat(), entry.who, entry.what, entry.subject, _json(entry.before), _json(entry.after)]
        lines.append(",".join(quoted_cell(cell_safe(cell)) for cell in cells))
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig", "replace")


def quoted_cell(cell: str) -> str:
    """As RFC 4180 has it; every cell is quoted, so that nothing inside it ends it."""
    return '"' + cell.replace('"', '""') + '"'


def cell_safe(cell: str) -> str:
    """An apostrophe before whatever a spreadsheet would run; also behind blanks, which some of them skip."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULA_STARTS) else cell


@dataclass(frozen=True, slots=True)
class OpenedExport:
    """An export whose every part has the hash that its manifest says. blobs are read from the file when asked for."""

    path: Path
    name: str
    manifest: Mapping[str, Any]
    rows: Mapping[str, Sequence[Row]]
    blobs: frozenset[str]

    def copy_blob(self, sha256: str, target: IO[bytes]) -> None:
        with zipfile.ZipFile(self.path) as archive, archive.open(f"blobs/{sha256}") as packed:
            while block := packed.read(COPY_BYTES):
                target.write(block)


def open_export(path: Path, *, name: str) -> OpenedExport:
    """Raises NotAnExport, NewerExport, ExportTooBig, DamagedExport. Nothing is ever written under a member's name."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _opened(archive, path, name)
    except BROKEN_ZIP as error:
        raise NotAnExport(name) from error


def _opened(archive: zipfile.ZipFile, path: Path, name: str) -> OpenedExport:
    there = _listed(archive, name)
    manifest = _manifest(archive, there, name)
    promised: Mapping[str, Any] = manifest["members"]
    if missing := promised.keys() ^ (there.keys() - {MANIFEST}):
        raise DamagedExport(name, min(missing))
    rows: dict[str, Sequence[Row]] = {}
    blobs: set[str] = set()
    for member, said in promised.items():
        if found := ROWS.fullmatch(member):
            rows[found[1]] = _rows(_checked(archive, there[member], said, name), name, member)
        else:
            _checked(archive, there[member], said, name, keep=False)
            if found := BLOB.fullmatch(member):
                blobs.add(found[1])
                _same(found[1], said, member, name)
    return OpenedExport(path, name, manifest, rows, frozenset(blobs))


def _listed(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """Everything that the directory alone can tell is checked before anything is unpacked."""
    members = archive.infolist()
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > min(UNPACKED_BYTES, max(SMALL_BYTES, MOST_TIMES * packed)):
        raise ExportTooBig(name)
    if sum(member.file_size for member in members if ROWS.fullmatch(member.filename)) > ROWS_BYTES:
        raise ExportTooBig(name)
    there = {member.filename: member for member in members}
    if MANIFEST not in there:
        raise NotAnExport(name)
    for member in members:
        ours = member.filename in (MANIFEST, *READABLE) or ROWS.fullmatch(member.filename)
        if not (ours or BLOB.fullmatch(member.filename)) or member.compress_type not in METHODS:
            raise DamagedExport(name, member.filename)
        if member.flag_bits & ENCRYPTED:
            raise NotAnExport(name)
    if len(there) != len(members):
        raise DamagedExport(name, MANIFEST)
    return there


def _manifest(archive: zipfile.ZipFile, there: Mapping[str, zipfile.ZipInfo], name: str) -> Mapping[str, Any]:
    if there[MANIFEST].file_size > MANIFEST_BYTES:
        raise ExportTooBig(name)
    try:
        read: Any = json.loads(b"".join(_unpacked(archive, there[MANIFEST], name)))
    except (ValueError, RecursionError) as error:
        raise NotAnExport(name) from error
    if not isinstance(read, dict) or read.get("format") != FORMAT or not isinstance(read.get("members"), dict):
        raise NotAnExport(name)
    if read.get("version") != FORMAT_VERSION:
        raise NewerExport(name)
    return read


def _checked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, said: Any, name: str, *, keep: bool = True) -> bytes:
    """Its bytes, when they are wanted. Raises DamagedExport when they are not what was promised."""
    digest, kept = hashlib.sha256(), bytearray()
    for block in _unpacked(archive, member, name):
        digest.update(block)
        if keep:
            kept += block
    _same(digest.hexdigest(), said, member.filename, name)
    return bytes(kept)


def _same(sha256: str, said: Any, member: str, name: str) -> None:
    if not isinstance(said, dict) or said.get("sha256") != sha256:
        raise DamagedExport(name, member)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Never more than the directory says: a bomb's directory lies."""
    size_bytes = 0
    try:
        with archive.open(member) as packed:
            while block := packed.read(COPY_BYTES):
                size_bytes += len(block)
                if size_bytes > member.file_size:
                    raise ExportTooBig(name)
                yield block
    except zipfile.BadZipFile as error:  # its own checksum does not hold
        raise DamagedExport(name, member.filename) from error


def _rows(content: bytes, name: str, member: str) -> list[Row]:
    try:
        rows = [json.loads(line) for line in content.splitlines()]
    except (ValueError, RecursionError) as error:
        raise DamagedExport(name, member) from error
    if not all(isinstance(row, dict) for row in rows):
        raise DamagedExport(name, member)
    return rows


def _blocks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while block := file.read(COPY_BYTES):
            yield block


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True) if values else ""
