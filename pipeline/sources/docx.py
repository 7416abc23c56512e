"""Word texts: mammoth makes HTML of them; pictures, macros and embedded files are never looked at."""

import html
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO

import mammoth  # type: ignore[import-untyped]  # ships no types
from lxml import etree

from pipeline.domain.documents import Document, DocumentId
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.dates import parse_date
from pipeline.sources.html_depth import flattened
from pipeline.sources.office import part_of, xml_parts
from pipeline.sources.people import person
from pipeline.sources.source import Source
from pipeline.sources.titles import file_day, file_title, is_placeholder
from pipeline.sources.vendor_faults import refused

STYLES = "p[style-name='Title'] => h1.title:fresh\np[style-name='Subtitle'] => p:fresh"
TITLE = re.compile(r'\s*<h1 class="title">(.*?)</h1>', re.DOTALL)
HEADING = re.compile(r"\s*<h([1-6])(?:\s[^<>]*)?>(.*?)</h\1>", re.DOTALL)
TAG = re.compile(r"<[^<>]*>")
ANCHORS = re.compile(r'<a id="[^"]*"></a>')
# Footnote marks and the arrows back to them; the notes themselves stay, as a list at the end.
NOTE_MARKS = re.compile(r'<sup><a href="#[^"]*" id="[^"]*">\[\d+\]</a></sup>|\s*<a href="#[^"]*">↑</a>')
BLOCK_BYTES = 1 << 16
CORE = "docProps/core.xml"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
TERMS = "{http://purl.org/dc/terms/}"


def read_docx(source: Source) -> Iterator[Item]:
    with xml_parts(source) as parts:
        _refuse_crowded(parts, source)
        with refused(source):
            core = _core(part_of(parts, CORE))
            body = _html(parts)
    yield _document(flattened(NOTE_MARKS.sub("", ANCHORS.sub("", body)), source), core, source)


def _refuse_crowded(parts: IO[bytes], source: Source) -> None:
    """mammoth builds every element in memory, twice."""
    with zipfile.ZipFile(parts) as archive:
        for path in archive.namelist():
            tags = 0
            with archive.open(path) as part:
                while block := part.read(BLOCK_BYTES):
                    tags += block.count(b"<")
            if tags > source.limits.docx_tags:
                raise UnreadableFile(source.name, f"element {source.limits.docx_tags:,}")
    parts.seek(0)


def _html(parts: IO[bytes]) -> str:
    converted = mammoth.convert_to_html(
        parts,
        style_map=STYLES,
        convert_image=_no_picture,
        include_embedded_style_map=False,
        external_file_access=False,
    )
    return str(converted.value)


def _no_picture(_: object) -> list[object]:
    return []


def _core(raw: bytes) -> dict[str, str]:
    """The core properties by their tags; none where that part is missing or broken, for the text counts."""
    if not raw:
        return {}
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return {}
    return {str(child.tag): (child.text or "").strip() for child in root}


def _document(body: str, core: dict[str, str], source: Source) -> Document:
    if not _words(body):
        raise EmptyFile(source.name)
    title, body = _titled(body, core.get(f"{DUBLIN_CORE}title", ""))
    return Document(
        document_id=DocumentId(""),
        title=title or file_title(source),
        body=body.strip(),
        markup="html",
        source_name=source.name,
        author=person(core.get(f"{DUBLIN_CORE}creator", "")),
        published_at=_date(core) or file_day(source),
    )


def _date(core: dict[str, str]) -> datetime | None:
    created, modified = (parse_date(core.get(f"{TERMS}{name}")) for name in ("created", "modified"))
    return created or modified


def _titled(body: str, stated: str) -> tuple[str, str]:
    """The properties' title, the paragraph in Word's title style, or the heading the text begins with; and the body
    without a heading that only says the title again."""
    styled, heading = TITLE.match(body), HEADING.match(body)
    first = _words(styled[1]) if styled else _words(heading[2]) if heading else ""
    found = styled or heading
    if is_placeholder(stated):
        return (first, body[found.end() :]) if first and found else ("", body)
    same = first.casefold() == stated.casefold() or (styled is not None and bool(first))
    return stated, body[found.end() :] if same and found else body


def _words(markup: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", markup)).split())
