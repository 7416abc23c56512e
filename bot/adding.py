"""How a text comes in, whichever way: its row, the message about it in the round's thread, the work of reading it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cards import round_thread, say_round_card
from bot.lookup import only_collecting, only_unlocked
from bot.slack.failures import sentence_for
from pipeline.domain.voices import NewSource, Origin, Round, Source, Voice, Way
from pipeline.domain.work import AuditEntry, Saying, WorkKind
from pipeline.errors import DataError
from pipeline.ports import Transaction

SOURCE_MESSAGE = "datasets.source"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file or a site as it is named before a byte of it was read.

    slack_file_id: to be fetched from Slack. sha256: in the artifact store already. url: of a site to be pulled.
    """

    name: str
    size_bytes: int
    origin: Origin
    way: Way
    slack_file_id: str | None = None
    sha256: str | None = None
    url: str | None = None


async def round_for_adding(tx: Transaction, voice: Voice, *, now: datetime) -> Round:
    """The voice's open round; its first one is made. Raises ConsentWithdrawn, RoundLocked."""
    await only_collecting(tx, voice)
    latest = await tx.rounds.latest(voice.voice_id)
    if latest is None:
        latest = await tx.rounds.open_for(voice, channel_id=voice.channel_id, now=now)
        await say_round_card(tx, latest, voice)
    only_unlocked(latest, voice)
    return latest


async def add_sources(
    tx: Transaction, round_: Round, voice: Voice, added_by: str, incoming: Sequence[Incoming], *, now: datetime
) -> list[Source]:
    """They wait to be read, one after the other; the thread says so. Whoever calls has checked that they may."""
    waiting = [one for one in await tx.sources.of_round(round_.round_id) if one.state == "waiting"]
    added = []
    for one in incoming:
        source = await tx.sources.add(new_source(round_, one, added_by), now=now)
        after = waiting[-1].name if waiting else None
        facts = {"state": "waiting", "name": one.name, "after": after, "in_front": len(waiting)}
        await tx.outbox.say(source_message(source, round_, facts))
        await tx.work.enqueue(first_work(one), source.source_id, round_.team_id, run_at=now)
        entry = AuditEntry(
            round_.team_id,
            added_by,
            "source.added",
            voice.handle,
            after={"size_bytes": one.size_bytes, "origin": one.origin, "way": one.way},
        )
        await tx.audit.record(entry, now=now)
        waiting.append(source)
        added.append(source)
    return added


async def refuse_source(tx: Transaction, source: Source, error: DataError) -> None:
    """It counts for nothing, and its message says why."""
    round_ = await tx.rounds.by_id(source.round_id)
    why = type(error).__name__
    await tx.sources.update(source.source_id, state="refused", sha256=source.sha256, refusal=why)
    facts = {"state": "refused", "why": why, "sentence": sentence_for(error)}
    await tx.outbox.say(source_message(source, round_, facts))


async def replace_pulled(tx: Transaction, source: Source) -> None:
    """What was pulled from the same site before is in the new file, as it is now."""
    round_ = await tx.rounds.by_id(source.round_id)
    for one in await tx.sources.of_round(source.round_id):
        if source.url and one.url == source.url and one.state == "read" and one.source_id != source.source_id:
            await tx.sources.update(one.source_id, state="withdrawn")
            await tx.outbox.say(source_message(one, round_, {"state": "replaced"}))


def new_source(round_: Round, one: Incoming, added_by: str) -> NewSource:
    return NewSource(
        team_id=round_.team_id,
        voice_id=round_.voice_id,
        round_id=round_.round_id,
        name=one.name,
        size_bytes=one.size_bytes,
        origin=one.origin,
        added_by=added_by,
        slack_file_id=one.slack_file_id,
        sha256=one.sha256,
        way=one.way,
        url=one.url,
    )


def first_work(one: Incoming) -> WorkKind:
    return "read-source" if one.url is None else "pull-site"


def source_key(source: Source) -> str:
    return f"source:{source.source_id}:report"


async def kept_of(tx: Transaction, source: Source) -> int:
    """How many texts of a file that was read belong to the voice, as its message says; all while it says nothing."""
    said = await tx.outbox.facts(source.team_id, source_key(source)) or {}
    return int(said.get("kept", source.documents))


def source_message(source: Source, round_: Round, facts: dict[str, Any]) -> Saying:
    """One message per file, edited as it is read, filtered, taken out and put back."""
    known = {"source_id": source.source_id, "round_id": round_.round_id, "name": source.name}
    return Saying(source_key(source), SOURCE_MESSAGE, known | facts, round_thread(round_))
