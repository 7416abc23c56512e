"""A long text in parts, each beginning at a heading and short enough."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.domain.documents import DocumentId

_HEADING = re.compile(r"(?m)^#{1,6} +(.+)$")
_PART = "\npart "


@dataclass(frozen=True, slots=True)
class Part:
    """heading: the first of the part, "" for what stands before any."""

    heading: str
    text: str


def part_key(whole: DocumentId, number: int) -> DocumentId:
    """Of a part, counted from 1; each can be left out by itself."""
    return DocumentId(f"{whole}{_PART}{number}")


def whole_key(key: DocumentId) -> DocumentId:
    """Of the document that a row is from, of which it may be a part."""
    whole, _, number = key.rpartition(_PART)
    return DocumentId(whole) if "\n" in whole and number.isdecimal() else key


def split_at_headings(text: str, fits: Callable[[str], bool]) -> list[Part]:
    """As few parts as fit, together the whole text; none when a section alone does not fit or there is one only."""
    starts = [match.start() for match in _HEADING.finditer(text)]
    sections = [text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True) if end > start]
    parts: list[str] = []
    for section in sections:
        if parts and fits((parts[-1] + section).strip()):
            parts[-1] += section
        elif fits(section.strip()):
            parts.append(section)
        else:
            return []
    return [_part(part) for part in parts] if len(parts) > 1 else []


def _part(text: str) -> Part:
    heading = _HEADING.match(text)
    return Part(heading[1].strip() if heading else "", text.strip())
