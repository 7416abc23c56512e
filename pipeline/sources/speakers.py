"""What may be a speaker's name, and how speakers without one are called."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.domain.documents import Document, LeftOut
from pipeline.domain.reading import Item

NAME_CHARS = 50
NAME_WORDS = 5
PARTICLES = frozenset({"al", "and", "bin", "da", "de", "den", "der", "di", "dos", "du", "el", "la", "le", "van", "von"})
# Words before a colon that name a thing, not a person.
NOT_NAMES = frozenset(
    {"a", "answer", "caution", "conclusion", "date", "day", "description", "duration", "edit", "episode", "example"}
    | {"first", "hint", "how", "http", "https", "introduction", "lesson", "links", "music", "next", "note", "notes"}
    | {"part", "photo", "ps", "q", "question", "quote", "result", "second", "source", "step", "subject", "subtitles"}
    | {"summary", "third", "time", "tip", "title", "todo", "topic", "transcript", "update", "warning", "what", "when"}
    | {"where", "which", "who", "why"}
)
WORD = re.compile(r"[A-ZÀ-ÖØ-Þ\d][\w.’'&-]*|[^\W\d_a-zA-Z][\w.’'-]*")
NUMBERED = re.compile(r"(?:speaker[ _-]*)?(\d{1,4})", re.IGNORECASE)
UNNAMED = "Speaker"
UNNAMED_SPEAKER = re.compile(rf"{UNNAMED} \d+")


def is_name(text: str) -> bool:
    words = text.split()
    if not words or len(text) > NAME_CHARS or len(words) > NAME_WORDS or text.lower() in NOT_NAMES:
        return False
    if words[0].lower().rstrip(".") in NOT_NAMES or not any(letter.isalpha() for letter in text):
        return False
    return WORD.fullmatch(words[0]) is not None and all(WORD.fullmatch(w) or w in PARTICLES for w in words[1:])


def spoken_names(labels: Iterable[str]) -> dict[str, str]:
    """Label -> name. "0" and "SPEAKER_00" are "Speaker 1" where the count begins at 0; a missing label gets the first
    free number; spellings that differ in case are one person; an address is no name."""
    distinct = list(dict.fromkeys(labels))
    numbers = {label: int(found[1]) for label in distinct if (found := NUMBERED.fullmatch(label.strip()))}
    shift = 1 if 0 in numbers.values() else 0
    names = {label: f"{UNNAMED} {number + shift}" for label, number in numbers.items()}
    spelled: dict[str, str] = {}
    for label in distinct:
        name = " ".join(label.split())[:NAME_CHARS]
        if label not in names and any(letter.isalpha() for letter in name) and "@" not in name:
            names[label] = spelled.setdefault(name.casefold(), name)
    taken = set(names.values())
    free = next(f"{UNNAMED} {number}" for number in range(1, len(distinct) + 2) if f"{UNNAMED} {number}" not in taken)
    return {label: names.get(label, free) for label in distinct}


def is_anonymous(name: str) -> bool:
    return UNNAMED_SPEAKER.fullmatch(name) is not None


def speaker_key(document: Document) -> str:
    """Of a spoken document: one key for everything a person says in a file. A number means another person in each."""
    name = document.author or ""
    return document.document_id if is_anonymous(name) else name


def of_speakers(items: Iterable[Item], speakers: tuple[str, ...] | None) -> Iterator[Item]:
    """What the chosen speakers say, without its author: the choice stands whatever the author filter says of other
    files. What others say is left out; None leaves everything as it is."""
    for item in items:
        if speakers is None or not isinstance(item, Document) or item.register != "spoken" or item.author is None:
            yield item
        elif speaker_key(item) in speakers:
            yield replace(item, author=None, author_name=None)
        else:
            yield LeftOut(item.document_id, item.source_name, item.title, "other-speaker")
