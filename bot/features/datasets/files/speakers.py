"""Who of those that speak in a transcript is the voice: guessed by name, or said by the steward."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from bot.adding import source_message
from bot.features.datasets.changing import stewards_round
from bot.features.datasets.files.file_facts import guesses, read_facts
from bot.next_round import changed
from pipeline.domain.preparing import FileFacts
from pipeline.domain.reading import ReadOptions, SpeakerSeen
from pipeline.domain.voices import Source, SourceId
from pipeline.domain.work import AuditEntry
from pipeline.ports import Clock, Database, Transaction

SAME_NAME = 0.8  # similarity of two names above which they are one person


def guessed_speakers(speakers: Sequence[SpeakerSeen], names: Sequence[str]) -> tuple[str, ...]:
    """Keys of those who are named like the owner; of the only one who speaks; else of nobody.

    names: of the owner. A first name is enough where nobody else has it.
    """
    if len(speakers) == 1:
        return (speakers[0].key,)
    alike = tuple(one.key for one in speakers if any(similarity(one.name, name) >= SAME_NAME for name in names))
    first = tuple(one.key for one in speakers if any(is_first_name(one.name, name) for name in names))
    return alike or (first if len(first) == 1 else ())


def is_first_name(one: str, other: str) -> bool:
    """ "Mara" and "Mara Quill", either way round."""
    words = (one.casefold().split(), other.casefold().split())
    shorter, longer = sorted(words, key=len)
    return len(shorter) == 1 and len(longer) > 1 and shorter[0] == longer[0]


def similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def with_guess(readings: tuple[ReadOptions, ...], read: FileFacts, names: Sequence[str]) -> tuple[ReadOptions, ...]:
    """A file in which people speak always has a choice of speakers: without one every interviewer's questions would
    be the voice's words."""
    if not read.speakers or any(one.speakers is not None for one in readings):
        return readings
    before = readings[-1] if readings else ReadOptions()
    return (*readings, replace(before, speakers=guessed_speakers(read.speakers, names)))


@dataclass(frozen=True, slots=True)
class ChooseSpeakers:
    """places: indices in the file's speakers; unknown ones are ignored. Raises NotSteward, RoundLocked."""

    database: Database
    clock: Clock

    async def __call__(self, source_id: SourceId, user: str, places: Sequence[int]) -> None:
        async with self.database.begin() as tx:
            source = await tx.sources.by_id(source_id)
            seen = source.facts.speakers
            keys = tuple(seen[at].key for at in sorted(set(places)) if at < len(seen))
            if keys:
                await say_reading(tx, source, user, replace(source.reading, speakers=keys), self.clock)


@dataclass(frozen=True, slots=True)
class SpeakersOf:
    """The source, for the form. Raises NotSteward, RoundLocked."""

    database: Database

    async def __call__(self, source_id: SourceId, user: str) -> Source:
        async with self.database.read() as tx:
            source = await tx.sources.by_id(source_id)
            await stewards_round(tx, source.round_id, user)
        return source


@dataclass(frozen=True, slots=True)
class UndoReading:
    """Takes the newest choice about reading a file back; our own guess stays. Raises NotSteward, RoundLocked."""

    database: Database
    clock: Clock

    async def __call__(self, source_id: SourceId, user: str) -> None:
        async with self.database.begin() as tx:
            source = await tx.sources.by_id(source_id)
            await stewards_round(tx, source.round_id, user)
            if len(source.readings) > guesses(source.facts):
                await put_readings(tx, source, user, "reading.undone", source.readings[:-1], self.clock)


async def say_reading(tx: Transaction, source: Source, user: str, reading: ReadOptions, clock: Clock) -> None:
    """One choice more, unless it stands already. Raises NotSteward, RoundLocked."""
    await stewards_round(tx, source.round_id, user)
    if reading != source.reading:
        await put_readings(tx, source, user, "reading.chosen", (*source.readings, reading), clock)


async def put_readings(
    tx: Transaction, source: Source, user: str, what: str, readings: tuple[ReadOptions, ...], clock: Clock
) -> None:
    """Other columns are other texts: the file is read again, and the round prepared after that."""
    now = replace(source, readings=readings)
    round_ = await tx.rounds.by_id(source.round_id)
    await tx.sources.update(source.source_id, state=source.state, readings=readings)
    if now.reading.columns != source.reading.columns:
        await tx.work.enqueue("read-source", source.source_id, source.team_id, run_at=clock())
        entry = AuditEntry(source.team_id, user, what, round_.card_key, after={"source_id": source.source_id})
        await tx.audit.record(entry, now=clock())
    else:
        await changed(tx, round_, user, what, {"source_id": source.source_id}, clock)
    await tx.outbox.say(source_message(source, round_, read_facts(now)))
