"""What the message of a file says once it was read, as JSON values."""

from dataclasses import asdict
from typing import Any

from pipeline.domain.preparing import FileFacts
from pipeline.domain.reading import SpeakerSeen
from pipeline.domain.voices import Source

SHOWN_AUTHORS = 8
SHOWN_TABLES = 5


def read_facts(source: Source) -> dict[str, Any]:
    """source: as it stands after reading, or after a choice about it."""
    read = source.facts
    return {
        "state": "read",
        "source_id": source.source_id,
        "name": source.name,
        "documents": read.documents + read.broken,
        "broken": read.broken,
        "authors": dict(list(read.authors.items())[:SHOWN_AUTHORS]),
        "other_authors": max(0, len(read.authors) - SHOWN_AUTHORS),
        "notices": [asdict(notice) for notice in read.notices],
        "tables": [asdict(table) | {"unused": list(table.unused)} for table in read.tables[:SHOWN_TABLES]],
        "speakers": speaker_facts(read, source.reading.speakers),
        "figures": dict(read.figures),
        "undo": len(source.readings) > guesses(read),
    }


def guesses(read: FileFacts) -> int:
    """How many readings are our own: who is the voice of a transcript is always guessed first."""
    return 1 if read.speakers else 0


def speaker_facts(read: FileFacts, chosen: tuple[str, ...] | None) -> list[dict[str, Any]]:
    """Shares are of the words."""
    words = sum(speaker.words for speaker in read.speakers) or 1
    return [
        {
            "name": label(speaker, read.speakers),
            "percent": round(100 * speaker.words / words),
            "sample": speaker.sample if speaker.key != speaker.name else "",
            "chosen": chosen is None or speaker.key in chosen,
        }
        for speaker in read.speakers
    ]


def label(speaker: SpeakerSeen, speakers: tuple[SpeakerSeen, ...]) -> str:
    """A number alone says who is meant only while it stands for one person."""
    same = sum(other.name == speaker.name for other in speakers)
    return speaker.name if same == 1 else speaker.key.replace("#", " · ")
