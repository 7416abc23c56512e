"""Archives, member by member. Names inside are only names: nothing is ever written under them."""

import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO

from pipeline.domain.documents import BrokenItem, Document, DocumentId, Notice
from pipeline.domain.reading import Item
from pipeline.errors import (
    ArchiveBomb,
    DataError,
    EmptyFile,
    FileTooBig,
    UnreadableFile,
    UnreadableType,
    UnsafeXml,
)
from pipeline.sources.budget import Budget
from pipeline.sources.formats import ARCHIVE_MAGIC, ZIP_MAGIC
from pipeline.sources.office import METHODS, READ_OFFICE, names_in, office_suffix
from pipeline.sources.source import Reader, Source

COPY_BYTES = 1 << 16
# A member is read from memory up to here and from an unnamed temporary file beyond.
MEMORY_BYTES = 4_000_000
ENCRYPTED = 0x1
JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
JUNK_FOLDERS = frozenset({"__MACOSX", ".git"})
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".bmp", ".tif", ".tiff", ".heic", ".avif")
RECORDINGS = (".mp3", ".mp4", ".m4a", ".mov", ".webm", ".wav", ".ogg")
PAGE_PARTS = (".css", ".js", ".scss", ".map", ".woff", ".woff2", ".ttf", ".eot", ".otf")
JUNK_SUFFIXES = frozenset((*PICTURES, *RECORDINGS, *PAGE_PARTS))
ARCHIVE_SUFFIXES = frozenset({".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz", ".jar"})


def read_zip(source: Source, read_member: Reader) -> Iterator[Item]:
    """One member's failure is a BrokenItem; bombs, encryption and unsafe XML refuse the whole archive."""
    names_in(source)
    with zipfile.ZipFile(source.stream) as archive:
        members = _wanted(archive, source)
        budget = Budget(source.name, source.limits.unpacked_bytes)
        seen: set[tuple[str, str]] = set()
        for member in members:
            for item in _member_items(archive, member, source, budget, read_member):
                if not isinstance(item, Notice) or (item.kind, item.detail) not in seen:
                    yield item
                if isinstance(item, Notice):
                    seen.add((item.kind, item.detail))


def _wanted(archive: zipfile.ZipFile, source: Source) -> list[zipfile.ZipInfo]:
    """Everything that the directory alone can tell is checked before the first document is given out."""
    listed = archive.infolist()
    _refuse_office(archive.namelist(), source)
    if len(listed) > source.limits.archive_files:
        raise ArchiveBomb(source.name)
    members = [member for member in listed if not member.filename.endswith("/") and not _is_junk(member.filename)]
    if not members:
        raise EmptyFile(source.name)
    if sum(member.file_size for member in members) > source.limits.unpacked_bytes:
        raise ArchiveBomb(source.name)
    for member in members:
        if member.flag_bits & ENCRYPTED:
            raise UnreadableFile(source.name, "encrypted")
        if _suffix(member.filename) in ARCHIVE_SUFFIXES:
            raise ArchiveBomb(source.name)
    return members


def _refuse_office(names: list[str], source: Source) -> None:
    """Office files and e-books are zip archives too."""
    suffix = office_suffix(names)
    if suffix is not None:
        raise UnreadableType(source.name, suffix or source.suffix)


def _is_junk(path: str) -> bool:
    *folders, name = path.replace("\\", "/").split("/")
    junk = name.lower() in JUNK_NAMES or name.startswith("._") or _suffix(name) in JUNK_SUFFIXES
    return junk or not JUNK_FOLDERS.isdisjoint(folders)


def _suffix(path: str) -> str:
    name = path.rsplit("/", 1)[-1].lower()
    return name[name.rfind(".") :] if "." in name[1:] else ""


def _member_items(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: Source, budget: Budget, read_member: Reader
) -> Iterator[Item]:
    path = member.filename
    if not path:
        yield BrokenItem(DocumentId(path), source.name, "no name in the archive")
        return
    try:
        with tempfile.SpooledTemporaryFile(MEMORY_BYTES) as unpacked:
            size_bytes = _unpack(archive, member, unpacked, source, budget)
            inner = Source(unpacked, f"{source.name}/{path}", size_bytes, source.limits, budget, source.options)
            for item in read_member(inner):
                yield _renamed(item, path, source.name)
    except (ArchiveBomb, UnsafeXml):
        raise
    except DataError as error:
        yield BrokenItem(DocumentId(path), source.name, _reason(error))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        yield BrokenItem(DocumentId(path), source.name, "cannot be unpacked")


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: IO[bytes], source: Source, budget: Budget
) -> int:
    if member.compress_type not in METHODS:
        raise NotImplementedError(member.compress_type)
    size_bytes = 0
    with archive.open(member) as packed:
        while block := packed.read(COPY_BYTES):
            budget.spend(len(block))
            if not size_bytes and block.startswith(tuple(magic for magic, _ in ARCHIVE_MAGIC)):
                raise ArchiveBomb(source.name)
            size_bytes += len(block)
            if size_bytes > source.limits.file_bytes:
                raise FileTooBig(source.name, member.file_size, source.limits.file_bytes)
            target.write(block)
    target.seek(0)
    _refuse_nested(target, source)
    return size_bytes


def _refuse_nested(target: IO[bytes], source: Source) -> None:
    """An office document inside is read or merely unreadable; any other archive inside is how bombs are built."""
    nested = target.read(4).startswith(ZIP_MAGIC)
    size_bytes = target.seek(0, io.SEEK_END) if nested else 0
    target.seek(0)
    if not nested:
        return
    try:
        names = names_in(replace(source, stream=target, size_bytes=size_bytes))
    except UnreadableFile as error:
        raise ArchiveBomb(source.name) from error
    target.seek(0)
    suffix = office_suffix(names)
    if suffix is None:
        raise ArchiveBomb(source.name)
    if suffix not in READ_OFFICE:
        raise UnreadableType(source.name, suffix)


def _renamed(item: Item, path: str, name: str) -> Item:
    """Ids inside an archive begin with the member's path; what is told keeps the member's whole name."""
    if not isinstance(item, Document | BrokenItem):
        return item
    inner = item.document_id.removeprefix(f"{PurePosixPath(path.replace(chr(92), '/')).name}#")
    document_id = DocumentId(f"{path}#{inner}" if inner else path)
    return replace(item, document_id=document_id, source_name=name)


def _reason(error: DataError) -> str:
    match error:
        case UnreadableType():
            return f"no reader for {error.suffix or 'this kind of'} files"
        case EmptyFile():
            return "nothing in it"
        case FileTooBig():
            return f"larger than {error.limit_bytes:,} bytes"
        case UnreadableFile(where=where) if where:
            return f"cannot be read: {where}"
        case _:
            return "cannot be read"
