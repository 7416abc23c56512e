"""Rehearse the texts a round stands at: asked for by a person, done by the worker, said in the dataset thread."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from bot.cards import round_thread
from bot.lookup import find_voice, only_steward, round_at
from bot.slack.failures import unexpected
from pipeline.domain.voices import Dataset, DatasetId, Round, Voice
from pipeline.domain.work import AuditEntry, Saying, WorkItem
from pipeline.errors import MissingArgument
from pipeline.phrases import Phrase
from pipeline.ports import ArtifactStore, Clock, Database, Transaction
from pipeline.rehearsal import TooFew, Trial

REPORT: Final = "rehearsal.report"
DONE: Final = "rehearsal.done"
USAGE: Final = "/voice rehearse founder"
BOT: Final = "understudy"
MAX_ATTEMPTS: Final = 5
SHOWN_HABITS: Final = 3
SHOWN_ONE_OFFS: Final = 1


class Rehearser(Protocol):
    async def rehearse(self, train_rows: bytes, held_out_rows: bytes) -> Trial | TooFew:
        """Away from the event loop. Rows are chat JSON lines; the same rows give the same trial."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """`/voice rehearse founder`, the same as a mention, or the button. handle None: the voice of this thread."""

    team_id: str
    channel_id: str
    user: str
    handle: str | None
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    round: Round


@dataclass(frozen=True, slots=True)
class NotYet:
    """There is nothing to rehearse. preparing: what was chosen last is still being worked in."""

    handle: str
    preparing: bool


@dataclass(frozen=True, slots=True)
class AskToRehearse:
    """Has the worker rehearse the round's dataset. Raises UnknownVoice, NotSteward, MissingArgument."""

    database: Database
    clock: Clock

    async def __call__(self, asked: Asked) -> Accepted | NotYet:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await self.voice(tx, asked)
            only_steward(voice, asked.user)
            round_ = await tx.rounds.latest(voice.voice_id)
            if round_ is None or round_.dataset_id is None or round_.prepared_revision < round_.revision:
                return NotYet(voice.handle, round_ is not None and round_.prepared_revision < round_.revision)
            dataset = await tx.datasets.by_id(round_.dataset_id)
            facts = {"state": "running", "handle": voice.handle, "texts": dataset.facts.examples}
            await tx.outbox.say(report(dataset, round_, facts))
            await tx.work.enqueue("rehearse", dataset.dataset_id, voice.team_id, run_at=now)
        return Accepted(round_)

    async def voice(self, tx: Transaction, asked: Asked) -> Voice:
        if asked.handle is not None:
            return await find_voice(tx, asked.team_id, asked.handle)
        at = asked.thread_ts
        round_ = await round_at(tx, asked.team_id, asked.channel_id, at, now=self.clock()) if at else None
        if round_ is None:
            raise MissingArgument(USAGE)
        return await tx.voices.by_id(round_.voice_id)


@dataclass(frozen=True, slots=True)
class RunRehearsal:
    """The worker's side. A repetition says the same: a dataset never changes and its rehearsal is deterministic."""

    database: Database
    artifacts: ArtifactStore
    rehearser: Rehearser
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            dataset = await tx.datasets.by_id(DatasetId(int(item.subject)))
            round_ = await tx.rounds.by_id(dataset.facts.round_id)
            voice = await tx.voices.by_id(round_.voice_id)
        if item.attempts > MAX_ATTEMPTS:
            sentence = unexpected(f"rehearsal-{item.subject}")
            await self.say(item, dataset, round_, {"state": "failed", "sentence": sentence})
            return
        stored = dataset.facts
        held_out = await self.artifacts.get(stored.validation_blob) + await self.artifacts.get(stored.test_blob)
        trial = await self.rehearser.rehearse(await self.artifacts.get(stored.train_blob), held_out)
        if isinstance(trial, TooFew):
            await self.say(item, dataset, round_, {"state": "too-few", "texts": trial.texts})
            return
        shown = await self.artifacts.put(json.dumps(to_show(trial), ensure_ascii=False).encode())
        facts = report_facts(trial, voice, round_) | {"shown": shown}
        outcome = {"verdict": trial.rehearsal.verdict, "problems": facts["problems"]}
        await self.say(
            item, dataset, round_, facts, AuditEntry(round_.team_id, BOT, DONE, stored.content_hash, after=outcome)
        )

    async def say(
        self, item: WorkItem, dataset: Dataset, round_: Round, facts: Mapping[str, Any], entry: AuditEntry | None = None
    ) -> None:
        async with self.database.begin() as tx:
            await tx.outbox.say(report(dataset, round_, facts))
            if entry is not None:
                await tx.audit.record(entry, now=self.clock())
            await tx.work.finish(item)


@dataclass(frozen=True, slots=True)
class LookAtTrial:
    """All phrases or the samples of a report, by the hash its buttons carry."""

    artifacts: ArtifactStore

    async def __call__(self, shown: str) -> dict[str, Any]:
        stored: dict[str, Any] = json.loads(await self.artifacts.get(shown))
        return stored


def report(dataset: Dataset, round_: Round, facts: Mapping[str, Any]) -> Saying:
    """One message per dataset, edited when it is rehearsed again."""
    return Saying(f"dataset:{dataset.dataset_id}:rehearsal", REPORT, facts, round_thread(round_))


def report_facts(trial: Trial, voice: Voice, round_: Round) -> dict[str, Any]:
    """Everything the report shows, as JSON; no texts but the phrases."""
    rehearsal, phrases = trial.rehearsal, trial.phrases
    return {
        "state": "done",
        "handle": voice.handle,
        "owner": voice.owner,
        "round_id": round_.round_id,
        "texts": rehearsal.texts,
        "habits": [phrase_facts(phrase) for phrase in phrases.habits[:SHOWN_HABITS]],
        "all_habits": len(phrases.habits),
        "one_offs": [phrase.words for phrase in phrases.one_offs[:SHOWN_ONE_OFFS]],
        "leaks": dict(rehearsal.leaks),
        "copied": rehearsal.copied,
        "twice": rehearsal.twice,
        "shape": [asdict(measure) | {"fits": measure.fits} for measure in rehearsal.shape],
        "shape_from": rehearsal.shape_from,
        "problems": [asdict(problem) for problem in rehearsal.problems],
        "samples": len(rehearsal.samples),
    }


def to_show(trial: Trial) -> dict[str, Any]:
    """What the report's buttons show."""
    return {
        "habits": [phrase_facts(phrase) for phrase in trial.phrases.habits],
        "one_offs": [phrase.words for phrase in trial.phrases.one_offs],
        "samples": [{"prompt": prompt, "text": text} for prompt, text in trial.rehearsal.samples],
    }


def phrase_facts(phrase: Phrase) -> dict[str, Any]:
    return {"words": phrase.words, "texts": phrase.texts}
