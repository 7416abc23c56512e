"""Turns of a conversation as documents: one for each person who speaks in it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.domain.documents import BrokenItem, Document, DocumentId, Markup, Notice
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile
from pipeline.sources.fillers import is_english, without_fillers
from pipeline.sources.source import Source
from pipeline.sources.speakers import spoken_names
from pipeline.sources.titles import file_day, file_title

# What a person heard and did not say. Markdown writes the brackets with a backslash.
NOISES = (
    r"laugh(?:s|ter|ing)?|chuckles?|(?:intro |outro |theme )?music(?: \w+)?|applause|cough(?:s|ing)?|sighs?"
    r"|silence|pause|inaudible|unintelligible|indiscernible|crosstalk|cross talk|sound effects?|foreign"
)
TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
BETWEEN = re.compile(
    rf"\s*(?:\\?\[\s*(?:(?:{NOISES})?\s*(?:{TIME})|(?:{NOISES}))\s*\\?\]|\(\s*(?:{NOISES})\s*(?:{TIME})?\s*\)|♪+)",
    re.IGNORECASE,
)
SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person says without a break. speaker: the label in the file, empty where it has none."""

    speaker: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """title: empty where the file's name is all there is. before: what stands above the first turn, if anything."""

    turns: tuple[Turn, ...]
    title: str = ""
    before: str = ""


def spoken_items(transcript: Transcript, source: Source, *, markup: Markup = "text") -> Iterator[Item]:
    """Ids are "<file>#<name>". Raises EmptyFile when nobody says anything."""
    names = spoken_names(turn.speaker for turn in transcript.turns)
    english = is_english(paragraph for turn in transcript.turns for paragraph in turn.paragraphs)
    spoken: dict[str, list[str]] = {}
    for turn in transcript.turns:
        said = _paragraphs(turn.paragraphs, english=english)
        if said:
            spoken.setdefault(names[turn.speaker], []).extend(said)
    if not spoken:
        raise EmptyFile(source.name)
    if not transcript.title:
        yield Notice("title-rule", source.name, "file name", file_title(source))
    if transcript.before:
        yield BrokenItem(DocumentId(f"{source.file_name}#front"), source.name, "stands above the first speaker")
    for name, paragraphs in spoken.items():
        yield Document(
            document_id=DocumentId(f"{source.file_name}#{name}"),
            title=transcript.title or file_title(source),
            body="\n\n".join(paragraphs),
            markup=markup,
            source_name=source.name,
            author=name,
            published_at=file_day(source),
            register="spoken",
        )


def _paragraphs(paragraphs: Sequence[str], *, english: bool) -> list[str]:
    cleaned = (BETWEEN.sub("", SPACES.sub(" ", paragraph)).strip() for paragraph in paragraphs)
    said = (without_fillers(paragraph) if english else paragraph for paragraph in cleaned)
    return [paragraph for paragraph in said if any(letter.isalnum() for letter in paragraph)]


def turns_of(pieces: Iterable[tuple[str, str, bool]]) -> tuple[Turn, ...]:
    """pieces: speaker, words, and whether a new paragraph begins; pieces of one speaker in a row are one turn."""
    turns: list[tuple[str, list[list[str]]]] = []
    for speaker, words, begins in pieces:
        if not turns or turns[-1][0] != speaker:
            turns.append((speaker, [[]]))
        elif begins:
            turns[-1][1].append([])
        turns[-1][1][-1].append(words)
    return tuple(Turn(speaker, tuple(" ".join(words) for words in paragraphs)) for speaker, paragraphs in turns)
