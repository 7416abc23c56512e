"""Office files are zip archives of XML: only their XML is unpacked, counted, and handed on."""

import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from pipeline.errors import ArchiveBomb, DataError, FileTooBig, UnreadableFile, UnsafeXml
from pipeline.sources.source import Source
from pipeline.sources.zip_directory import directory_bytes

# Average bytes of a directory entry we allow for: 46 fixed plus a long path. Python holds about 500 per entry.
ENTRY_BYTES = 200
COPY_BYTES = 1 << 16
# Parts are kept in memory up to here and in an unnamed temporary file beyond.
MEMORY_BYTES = 16_000_000
ENCRYPTED = 0x1
# Others unpack without a bound on memory (bzip2 gains a factor of 20,000, LZMA reserves what the header says).
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)
OFFICE_MEMBERS = {
    "word/": ".docx",
    "xl/": ".xlsx",
    "ppt/": ".pptx",
    "Index/": ".pages",
    "META-INF/container.xml": ".epub",
}
OFFICE_SIGNS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/container.xml", "Index/Document.iwa"})
READ_OFFICE = frozenset({".docx", ".xlsx"})
DEFINITIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# XML packs to a tenth or a twentieth; what packs better than this is made to burst.
BOMB_RATIO = 100
# So much is kept of a block, where a declaration may be cut in two.
DEFINITION_BYTES = 12
PartFilter = Callable[[bytes, str], bytes]


def names_in(source: Source) -> list[str]:
    """The paths in an archive's directory. Raises ArchiveBomb or UnreadableFile before a large one is built."""
    if directory_bytes(source.stream, source.size_bytes) > source.limits.archive_files * ENTRY_BYTES:
        raise ArchiveBomb(source.name)
    try:
        with zipfile.ZipFile(source.stream) as archive:
            names = archive.namelist()
    except ZIP_FAULTS as error:
        raise UnreadableFile(source.name, "archive directory") from error
    source.stream.seek(0)
    return names


def office_suffix(names: Sequence[str]) -> str | None:
    """ ".docx" or what else the archive is; empty for an unknown office file, None for an ordinary archive."""
    if OFFICE_SIGNS.isdisjoint(names):
        return None
    return next((suffix for start, suffix in OFFICE_MEMBERS.items() if any(n.startswith(start) for n in names)), "")


@contextmanager
def xml_parts(source: Source, first_block: PartFilter = lambda block, _: block) -> Iterator[IO[bytes]]:
    """A stored archive of the file's XML alone: pictures, macros and embedded files are not even unpacked.

    first_block: may change the beginning of a part, whose path it is told. Raises ArchiveBomb,
    FileTooBig, UnsafeXml.
    """
    names_in(source)
    with tempfile.SpooledTemporaryFile(MEMORY_BYTES) as unpacked:
        try:
            with zipfile.ZipFile(source.stream) as archive, zipfile.ZipFile(unpacked, "w") as target:
                _copy(archive, target, source, first_block)
        except (*ZIP_FAULTS, RuntimeError) as error:
            raise UnreadableFile(source.name, "archive directory") from error
        unpacked.seek(0)
        yield unpacked


def _copy(archive: zipfile.ZipFile, target: zipfile.ZipFile, source: Source, first_block: PartFilter) -> None:
    unpacked_bytes = 0
    stated_bytes = sum(part.file_size for part in archive.NameToInfo.values())
    for part in archive.NameToInfo.values():
        if not part.filename.lower().endswith((".xml", ".rels")):
            continue
        if part.flag_bits & ENCRYPTED:
            raise UnreadableFile(source.name, "encrypted")
        if part.compress_type not in METHODS:
            raise NotImplementedError(part.compress_type)
        with archive.open(part) as packed, target.open(part.filename, "w") as copied:
            for block in _blocks(packed, source, first_block, part.filename):
                unpacked_bytes += len(block)
                if unpacked_bytes > source.limits.office_bytes:
                    raise _too_large(max(unpacked_bytes, stated_bytes), source)
                copied.write(block)


def _too_large(size_bytes: int, source: Source) -> DataError:
    bomb = size_bytes > BOMB_RATIO * source.size_bytes
    return ArchiveBomb(source.name) if bomb else FileTooBig(source.name, size_bytes, source.limits.office_bytes)


def _blocks(packed: IO[bytes], source: Source, first_block: PartFilter, path: str) -> Iterator[bytes]:
    """Office programs write UTF-8; another encoding would hide a declaration from the search for one."""
    before = b""
    at_start = True
    while block := packed.read(COPY_BYTES):
        if source.budget:
            source.budget.spend(len(block))
        if b"\x00" in block:
            raise UnreadableFile(source.name, path)
        if DEFINITIONS.search(before + block):
            raise UnsafeXml(source.name)
        before = block[-DEFINITION_BYTES:]
        yield first_block(block, path) if at_start else block
        at_start = False


def part_of(parts: IO[bytes], path: str) -> bytes:
    """One part of an archive that xml_parts made; empty when it has none of this path."""
    with zipfile.ZipFile(parts) as archive:
        found = archive.read(path) if path in archive.NameToInfo else b""
    parts.seek(0)
    return found
