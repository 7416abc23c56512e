"""Which reader a file needs: its content decides where it is unmistakable, otherwise its suffix."""

import json
import re
from typing import Literal

from pipeline.errors import DataError, UnreadableFile, UnreadableType
from pipeline.sources.decoding import encoding_of
from pipeline.sources.office import READ_OFFICE, names_in, office_suffix
from pipeline.sources.source import Source

Format = Literal[
    "wxr",
    "csv",
    "jsonl",
    "json",
    "markdown",
    "html",
    "text",
    "zip",
    "docx",
    "xlsx",
    "pdf",
    "sql",
    "vtt",
    "srt",
    "segments",
    "mbox",
    "eml",
]

SUFFIXES: dict[str, Format] = {
    ".xml": "wxr",
    ".wxr": "wxr",
    ".rss": "wxr",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".md": "markdown",
    ".mdx": "markdown",
    ".mdown": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    "": "text",
    ".zip": "zip",
    ".docx": "docx",
    ".docm": "docx",
    ".dotx": "docx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".pdf": "pdf",
    ".sql": "sql",
    ".vtt": "vtt",
    ".srt": "srt",
    ".mbox": "mbox",
    ".mbx": "mbox",
    ".eml": "eml",
}
# These are told by their first bytes or their directory, never by their suffix alone.
BINARY: frozenset[Format] = frozenset({"zip", "docx", "xlsx", "pdf"})
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
# Files that say what they are and that no reader takes; the suffix is the one people know them by.
FOREIGN_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", ".doc"),
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
)
ARCHIVE_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", ".gz"),
    (b"7z\xbc\xaf", ".7z"),
    (b"Rar!", ".rar"),
    (b"BZh", ".bz2"),
    (b"\xfd7zXZ", ".xz"),
)
# Readers of PDFs accept a little rubbish before the header, and some mail gateways put it there.
PDF_MAGIC = b"%PDF-"
PDF_HEADER_BYTES = 1024
HEAD_BYTES = 64_000
# More control characters than this share of the first bytes and it is no text; damaged text has a handful.
BINARY_SHARE = 0.1
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
# The prolog of an XML file: declaration, processing instructions and comments before the root element.
PROLOG = re.compile(r"(?:\s+|<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE)
ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
# What texts that were saved as .txt may be.
TOLD_TEXTS: tuple[tuple[re.Pattern[str], Format], ...] = (
    (re.compile(r"WEBVTT(?:[ \t\r\n]|$)"), "vtt"),
    (re.compile(r"\d{1,6}[ \t]*\r?\n\d{1,3}:\d{2}:\d{2}[,.]\d{1,3} --> "), "srt"),
)
# A transcript in the podcast namespace's JSON, or in a speech recogniser's.
SEGMENTS = re.compile(r'\{[^{}\[\]]*"segments"\s*:\s*\[\s*\{[^{}\[\]]*"(?:startTime|start|speaker)"\s*:')
HTML_START = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def detect(source: Source) -> Format:
    """Raises UnreadableType for a file that no reader takes and UnreadableFile for one that belies its suffix."""
    head = source.stream.read(HEAD_BYTES)
    source.stream.seek(0)
    if head.startswith(ZIP_MAGIC):
        return _zip_kind(source)
    if head.startswith(PDF_MAGIC) or (source.suffix == ".pdf" and PDF_MAGIC in head[:PDF_HEADER_BYTES]):
        return "pdf"
    for magic, suffix in (*FOREIGN_MAGIC, *ARCHIVE_MAGIC):
        if head.startswith(magic):
            raise UnreadableType(source.name, suffix)
    bom, encoding = encoding_of(head, None)
    text = head[len(bom) :].decode(encoding, errors="replace").lstrip()
    return _by_text(text, source)


def _zip_kind(source: Source) -> Format:
    """A Word text or a table is an archive too; one that cannot be opened is left to the reader of archives."""
    try:
        suffix = office_suffix(names_in(source))
    except DataError:
        return "zip"
    finally:
        source.stream.seek(0)
    return SUFFIXES[suffix] if suffix in READ_OFFICE else "zip"


def _by_text(text: str, source: Source) -> Format:
    claimed = SUFFIXES.get(source.suffix)
    if claimed in BINARY or len(CONTROL.findall(text)) > BINARY_SHARE * len(text):
        raise UnreadableFile(source.name) if claimed else UnreadableType(source.name, source.suffix)
    seen = _told_by_content(text, claimed)
    if seen:
        return seen
    if claimed is None:
        raise UnreadableType(source.name, source.suffix)
    if claimed == "wxr":
        return _xml(text, source)
    return claimed


def _told_by_content(text: str, claimed: Format | None) -> Format | None:
    prolog_end = _prolog_end(text) if text.startswith("<") else 0
    if prolog_end and claimed != "html" and ENTITY.search(text, 0, prolog_end):
        return "wxr"  # whose reader refuses it, whatever its root element is
    if re.match(r"<rss\b", text[prolog_end:], re.IGNORECASE):
        return "wxr"
    if claimed in ("wxr", "text", "csv") and HTML_START.match(text):
        return "html"
    if claimed == "text" and (told := next((form for sign, form in TOLD_TEXTS if sign.match(text)), None)):
        return told
    if claimed == "json" and SEGMENTS.match(text):
        return "segments"
    if claimed == "text" and _is_json_line(text.split("\n", 1)[0]):
        return "jsonl"
    return None


def _xml(text: str, source: Source) -> Format:
    """An .xml file that is no RSS: a web page, a truncated prolog (the reader will tell), or something foreign."""
    rest = text[_prolog_end(text) :]
    if HTML_START.match(rest):
        return "html"
    if not text.startswith("<"):
        raise UnreadableFile(source.name, "line 1")
    if re.match(r"<[A-Za-z]", rest):
        raise UnreadableType(source.name, source.suffix)
    return "wxr"


def _prolog_end(text: str) -> int:
    found = PROLOG.match(text)
    return found.end() if found else 0


def _is_json_line(line: str) -> bool:
    if not line.startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
