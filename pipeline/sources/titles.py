"""Where a plain text says its title."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipeline.sources.dates import parse_date
from pipeline.sources.source import Source

TitleRule = Literal["Title: header", "markdown-style heading", "underlined heading", "first short line", "file name"]
# A headline; longer first lines are the first sentence of the text.
TITLE_CHARS = 100
HEADERS = re.compile(r"(?:[A-Za-z][A-Za-z-]{1,20}:[ \t]*\S[^\n]*\n)+(?=[ \t]*\n|\Z)")
HEADER = re.compile(r"([A-Za-z][A-Za-z-]{1,20}):[ \t]*([^\n]+)")
HASHED = re.compile(r"#{1,3}[ \t]{1,20}(\S[^\n]{0,300})(?:\n|\Z)")
UNDERLINED = re.compile(r"([^\n]{1,200})\n[ \t]*(?:={3,}|-{3,}|\*{3,}|~{3,})[ \t]*(?:\n|\Z)")
FIRST_LINE = re.compile(r"([^\n]{1,300})\n(?:[ \t]*\n)+(?=[ \t]*\S)")
# A line that ends like a sentence or a list is text. Titles may ask and exclaim.
SENTENCE_END = re.compile(r"[.,;:…][”\"')\]]*$")


PLACEHOLDER = re.compile(
    r"|untitled.*|(?:new )?document ?\d*|title|microsoft word(?: -.*)?|powerpoint presentation|slide \d+"
    r"|[^ ]+\.(?:docx?|dotx?|odt|rtf|pdf|tex|dvi|indd|pages|html?|txt|md)",
    re.IGNORECASE,
)
DATED_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_ ]*(.*)")


@dataclass(frozen=True, slots=True)
class Titled:
    """A text without the lines that held its title. headers: lower-case names of a header block, if there was one."""

    title: str
    rule: TitleRule
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def find_title(text: str, *, file_title: str) -> Titled:
    text = text.lstrip("\ufeff \t\n")
    headed = _headers(text)
    if headed:
        return headed
    marked: tuple[tuple[TitleRule, re.Pattern[str]], ...] = (
        ("markdown-style heading", HASHED),
        ("underlined heading", UNDERLINED),
        ("first short line", FIRST_LINE),
    )
    for rule, pattern in marked:
        found = pattern.match(text)
        if found and (rule != "first short line" or _is_short(found[1])):
            return Titled(unhashed(found[1]), rule, text[found.end() :].lstrip("\n"))
    return Titled(file_title, "file name", text)


def unhashed(line: str) -> str:
    """A heading without the number signs that may close it; "C#" keeps its own."""
    words = line.strip()
    stripped = words.rstrip("#")
    return stripped.rstrip() if stripped != words and stripped[-1:].isspace() else words


def _headers(text: str) -> Titled | None:
    """ "Title: …", perhaps with Author:, Date: and others above or below it, ended by a blank line."""
    block = HEADERS.match(text)
    headers = {name.lower(): value.strip() for name, value in HEADER.findall(block[0])} if block else {}
    title = headers.get("title") or headers.get("subject")
    return Titled(title, "Title: header", text[block.end() :].lstrip("\n"), headers) if block and title else None


def _is_short(line: str) -> bool:
    return len(line.strip()) <= TITLE_CHARS and not SENTENCE_END.search(line.strip())


def file_title(source: Source) -> str:
    """What the file's name says without its date and suffix."""
    dated = DATED_NAME.fullmatch(source.stem)
    return title_from((dated[2] if dated else "") or source.stem)


def file_day(source: Source) -> datetime | None:
    dated = DATED_NAME.fullmatch(source.stem)
    return parse_date(dated[1]) if dated else None


def title_from(stem: str) -> str:
    """ "how-we-write" -> "How we write"; a name written with spaces stays as it is."""
    words = stem if " " in stem else re.sub(r"[-_]+", " ", stem).strip()
    return words[:1].upper() + words[1:]


def is_placeholder(title: str) -> bool:
    """Whether a program wrote the title, not a person: nothing, "Untitled", or the name of a file."""
    return bool(PLACEHOLDER.fullmatch(title.strip()))
