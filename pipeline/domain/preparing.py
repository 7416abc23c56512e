"""What reading a file and preparing a round come to, as values that travel between processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pipeline.domain.documents import Measure, Notice
from pipeline.domain.prepared import Finding
from pipeline.domain.reading import ReadOptions, SpeakerSeen, TableSeen


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file, read to its end.

    authors: published posts per author as the file names them, most first; who speaks in a transcript is no author.
    notices: with "broken" ones for the first unread items. speakers: who says most first.
    figures: pages per measure, for a file that is no writing but says how often pages were seen.
    """

    documents: int = 0
    broken: int = 0
    authors: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    tables: tuple[TableSeen, ...] = ()
    speakers: tuple[SpeakerSeen, ...] = ()
    figures: Mapping[Measure, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileRead:
    """catalogue: every document in few words (pipeline.catalogue), from which filters are counted."""

    facts: FileFacts
    catalogue: bytes


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A readable file, the name people know it by, the SHA-256 (hex) of its bytes, what was said about reading it."""

    path: Path
    name: str
    sha256: str
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, slots=True)
class PulledSite:
    """The posts of a site, once as one file (JSON) and once as values. way: where they came from."""

    content: bytes
    posts: tuple[dict[str, Any], ...]
    way: Literal["wordpress", "feed"]


@dataclass(frozen=True, slots=True)
class IfAccepted:
    """What the set would be with every offered fix accepted."""

    kept: int
    tokens: int
    words: int


@dataclass(frozen=True, slots=True)
class PreparedRound:
    """A round under its recipe, ready to be stored. report: plain JSON values.

    *_rows: files of chat-format JSON lines, UTF-8, in the folder that was given.

    making, fates: how it was made and what became of each document (pipeline.origins).
    open_blockers: rules whose findings still block payment. needs_context_tokens: of a base; 0 when any will do.
    """

    documents_read: int
    kept: int
    left_out: Mapping[str, int]
    findings: tuple[Finding, ...]
    examples: int
    train_examples: int
    train_tokens: int
    validation_tokens: int
    prompt_tokens: int
    completion_tokens: int
    tokens: int
    words: int
    content_hash: str
    first_published: str | None
    last_published: str | None
    open_blockers: tuple[str, ...]
    needs_context_tokens: int
    if_accepted: IfAccepted
    train_rows: Path
    validation_rows: Path
    test_rows: Path
    report: Mapping[str, Any]
    making: bytes
    fates: bytes
