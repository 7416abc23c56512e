"""What every reader is given and what it hands back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO

from pipeline.domain.reading import Item, ReadOptions
from pipeline.sources.budget import Budget


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an upload a reader takes before it stops.

    file_bytes: one file, or one member of an archive. Slack posts larger files, but no blog export needs them.
    unpacked_bytes: everything in one archive together, counted while unpacking (headers lie).
    archive_files: members of one archive.
    item_chars: one post; the longest novels have 3 to 4 million characters.
    record_chars: one CSV row, JSON line or WXR item with everything in it (comments, metadata); it bounds memory.
    whole_bytes: files that are read at once because they are one document (Markdown, HTML, plain text).
    html_depth: nested elements of one page; hand-written pages stay under 50, page builders under 100.
    html_tags: tags of one page; Beautiful Soup needs about a kilobyte and 20 microseconds for each.
    office_bytes: the XML of one office file, unpacked; a table of 5,000 posts has about 25 MB.
    docx_tags: tags of one Word text; mammoth needs about 500 bytes and 50 to 100 microseconds for each,
    a novel of 100,000 words has 60,000.
    pdf_pages, pdf_seconds: of one PDF; a page of prose takes about 20 milliseconds.
    """

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 1_000_000_000
    archive_files: int = 20_000
    item_chars: int = 5_000_000
    record_chars: int = 20_000_000
    whole_bytes: int = 20_000_000
    html_depth: int = 200
    html_tags: int = 200_000
    office_bytes: int = 100_000_000
    docx_tags: int = 400_000
    pdf_pages: int = 2_000
    pdf_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Source:
    """One opened file. stream: seekable, at its start. name: for errors, titles and dates; never opened as a path.

    budget: of the archive the file lies in, for readers that unpack something themselves.
    options: what people said about the file, its members included.
    """

    stream: IO[bytes]
    name: str
    size_bytes: int
    limits: Limits
    budget: Budget | None = None
    options: ReadOptions = field(default_factory=ReadOptions)

    @property
    def file_name(self) -> str:
        return PurePosixPath(self.name.replace("\\", "/")).name

    @property
    def suffix(self) -> str:
        """Lower-case, with its dot; empty when the name has none."""
        return PurePosixPath(self.file_name).suffix.lower()

    @property
    def stem(self) -> str:
        return PurePosixPath(self.file_name).stem


# A reader leaves document_id empty when the whole file is one document; reading.py then names it after the file.
Reader = Callable[[Source], Iterator[Item]]
