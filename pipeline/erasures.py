"""What is left of a file without one of its texts, how much of a file a dataset holds, and whom not to count."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.catalogue import Catalogue
from pipeline.domain.documents import Document, DocumentId
from pipeline.domain.reading import ReadOptions
from pipeline.errors import UnreadableFile
from pipeline.origins import read_fates, read_making
from pipeline.sources.kept import as_kept
from pipeline.sources.reading import Limits, read_file

LEFT_SUFFIX: Final = ".jsonl"


def person_key(team_id: str, user: str) -> str:
    """Knows a person again whose id is gone: their emoji still stand in Slack and must not be counted in anew."""
    return hashlib.sha256(f"{team_id}:{user}".encode()).hexdigest()


def rows_held(making: bytes, fates: bytes, sha256: str, document_id: str | None) -> int | None:
    """How many rows of a dataset came from a file, or from one text of it; None when it is not made of that file."""
    try:
        names = {source.name for source in read_making(making).sources if source.sha256 == sha256}
        if not names:
            return None
        kept = [fate.key for fate in read_fates(fates) if fate.left_out is None and fate.source_name in names]
    except UnreadableFile:
        return 0
    return sum(document_id is None or whole_id(key) == document_id for key in kept)


def whole_id(key: str) -> str:
    """Of the document that a row, or a part of one that was split, came from."""
    return key.partition("\n")[2]


def without(path: Path, target: Path, *, name: str, options: ReadOptions, limits: Limits, document_id: str) -> int:
    """Writes the file's other documents exactly as they are read; how many there are. Raises DataError subclasses.

    Items that could not be read are left out for good: they may hold the text.
    """
    left = 0
    with target.open("w", encoding="utf-8") as file:
        for item in read_file(path, name=name, limits=limits, options=ReadOptions(columns=options.columns)):
            if isinstance(item, Document) and item.document_id != document_id:
                file.write(json.dumps(as_kept(item)) + "\n")
                left += 1
    return left


def left_name(name: str) -> str:
    return name if name.endswith(LEFT_SUFFIX) else name + LEFT_SUFFIX


@dataclass(frozen=True, slots=True)
class Found:
    """A text whose title has the words that were typed."""

    document_id: DocumentId
    title: str


def with_title(catalogue: Catalogue, words: str) -> list[Found]:
    """By the whole title where one is the same, else by a part of it."""
    wanted = " ".join(words.split()).casefold()
    shown = [Found(one.document.document_id, one.document.title or one.document.body) for one in catalogue.entries]
    same = [one for one in shown if " ".join(one.title.split()).casefold() == wanted]
    return same or [one for one in shown if wanted in " ".join(one.title.split()).casefold()]
