"""Reads a better version out of a file, in another process: what people drop may be built to harm."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bot.preparing import ProcessPool
from pipeline.domain.documents import Document
from pipeline.errors import FileTooBig, UnreadableFile, UnreadableType
from pipeline.sources.decoding import decode_whole
from pipeline.sources.reading import Limits, read_file
from pipeline.stages.html import to_plain

AS_WRITTEN: Final = frozenset({".txt", ".md", ".markdown"})
PACKED: Final = frozenset({".docx"})
MOST_BYTES: Final = 2_000_000  # a text of 700 words is 5 kB, its .docx 15 kB


@dataclass(frozen=True, slots=True)
class ExecutorVersions:
    """Satisfies bot.features.feedback.dropping.Versions."""

    pool: ProcessPool

    async def read(self, path: Path, name: str) -> str:
        return await self.pool.run(partial(version_in, path, name))


def version_in(path: Path, name: str) -> str:
    """Its words as they would be pasted; headings and lists as Markdown. Raises DataError."""
    suffix, size_bytes = Path(name).suffix.lower(), path.stat().st_size
    if suffix not in AS_WRITTEN | PACKED:
        raise UnreadableType(name, suffix)
    if size_bytes > MOST_BYTES:
        raise FileTooBig(name, size_bytes, MOST_BYTES)
    if suffix in AS_WRITTEN:
        text, _ = decode_whole(path.read_bytes(), name)
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    found = [one for one in read_file(path, name=name, limits=Limits()) if isinstance(one, Document)]
    if not found:
        raise UnreadableFile(name)
    return "\n\n".join(to_plain(one.body, markup=one.markup).text.strip() for one in found)
