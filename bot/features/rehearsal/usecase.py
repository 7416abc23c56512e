"""Rehearse the texts a round stands at: asked for by a person, done by the worker, said in the dataset thread."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from bot.cards import say_round_card
from bot.lookup import find_voice, only_steward, round_at
from bot.rehearsal_gate import report, start_rehearsal
from bot.slack.failures import unexpected
from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.voices import Dataset, DatasetId, Round, RoundId, Voice
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import MissingArgument
from pipeline.phrases import Phrase
from pipeline.ports import ArtifactStore, Clock, Database, Transaction
from pipeline.rehearsal import TooFew, Trial

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
            await start_rehearsal(tx, voice, round_, dataset, now=now)
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
            await self.give_up(item, dataset, round_)
            return
        stored = dataset.facts
        held_out = await self.artifacts.get(stored.validation_blob) + await self.artifacts.get(stored.test_blob)
        trial = await self.rehearser.rehearse(await self.artifacts.get(stored.train_blob), held_out)
        facts = trial_facts(
            trial, voice, dataset, fixable_rules(json.loads(await self.artifacts.get(stored.report_blob)))
        )
        shown = await self.artifacts.put(json.dumps({"facts": facts, **to_show(trial)}, ensure_ascii=False).encode())
        await self.record(item, dataset, round_, facts, shown)

    async def record(
        self, item: WorkItem, dataset: Dataset, round_: Round, facts: Mapping[str, Any], shown: str
    ) -> None:
        """What was found, for the gate, the thread and the audit log, at once."""
        now = self.clock()
        async with self.database.begin() as tx:
            known = await tx.rehearsals.record(
                RehearsalRecord(
                    team_id=round_.team_id,
                    dataset_id=dataset.dataset_id,
                    dataset_hash=dataset.facts.content_hash,
                    verdict=facts["verdict"],
                    problems=tuple(facts["problems"]),
                    shown_blob=shown,
                    rehearsed_at=now,
                )
            )
            await say_report(tx, known, dataset, round_, facts)
            outcome = {"verdict": known.verdict, "problems": list(known.problems)}
            entry = AuditEntry(round_.team_id, BOT, DONE, dataset.facts.content_hash, after=outcome)
            await tx.audit.record(entry, now=now)
            await tx.work.finish(item)

    async def give_up(self, item: WorkItem, dataset: Dataset, round_: Round) -> None:
        sentence = unexpected(f"rehearsal-{item.subject}")
        async with self.database.begin() as tx:
            await tx.outbox.say(report(dataset, round_, {"state": "failed", "sentence": sentence}))
            await tx.work.finish(item)


@dataclass(frozen=True, slots=True)
class LookAtTrial:
    """All phrases or the samples of a report, by the hash its buttons carry."""

    artifacts: ArtifactStore

    async def __call__(self, shown: str) -> dict[str, Any]:
        stored: dict[str, Any] = json.loads(await self.artifacts.get(shown))
        return stored


async def say_report(
    tx: Transaction, known: RehearsalRecord, dataset: Dataset, round_: Round, facts: Mapping[str, Any]
) -> None:
    """The report as it stands, and the round's card while it is about these texts."""
    override = {"by": known.overridden_by, "reason": known.override_reason} if known.overridden_by else None
    said = {**facts, "shown": known.shown_blob, "override": override, "lets_pay": known.lets_pay}
    await tx.outbox.say(report(dataset, round_, said))
    now_there = await tx.rounds.by_id(round_.round_id)
    if now_there.state == "open":
        await say_round_card(tx, now_there, await tx.voices.by_id(round_.voice_id))


def fixable_rules(cleaning_report: Mapping[str, Any]) -> frozenset[str]:
    """Rules whose fix would still change these texts: found, and not chosen yet."""
    findings = cleaning_report["findings"]
    return frozenset(one["rule"] for one in findings if one["fix"] and one["choice"] != "fix")


def trial_facts(trial: Trial | TooFew, voice: Voice, dataset: Dataset, fixable: Collection[str]) -> dict[str, Any]:
    known = {"handle": voice.handle, "dataset_id": dataset.dataset_id, "texts": dataset.facts.examples}
    if isinstance(trial, TooFew):
        return {"state": "too-few", "verdict": "too-few", "problems": [], **known}
    return report_facts(trial, voice, dataset.facts.round_id, fixable) | known


def report_facts(trial: Trial, voice: Voice, round_id: RoundId, fixable: Collection[str]) -> dict[str, Any]:
    """Everything the report shows, as JSON; no texts but the phrases. fixable: rules whose button would help."""
    rehearsal, phrases = trial.rehearsal, trial.phrases
    return {
        "state": "done",
        "verdict": rehearsal.verdict,
        "owner": voice.owner,
        "round_id": round_id,
        "habits": [phrase_facts(phrase) for phrase in phrases.habits[:SHOWN_HABITS]],
        "all_habits": len(phrases.habits),
        "one_offs": [phrase.words for phrase in phrases.one_offs[:SHOWN_ONE_OFFS]],
        "leaks": dict(rehearsal.leaks),
        "copied": rehearsal.copied,
        "twice": rehearsal.twice,
        "shape": [asdict(measure) | {"fits": measure.fits} for measure in rehearsal.shape],
        "shape_from": rehearsal.shape_from,
        "problems": [asdict(one) | {"fixable": one.rule in fixable} for one in rehearsal.problems],
        "samples": len(rehearsal.samples),
    }


def to_show(trial: Trial | TooFew) -> dict[str, Any]:
    """What the report's buttons show."""
    if isinstance(trial, TooFew):
        return {}
    return {
        "habits": [phrase_facts(phrase) for phrase in trial.phrases.habits],
        "one_offs": [phrase.words for phrase in trial.phrases.one_offs],
        "samples": [{"prompt": prompt, "text": text} for prompt, text in trial.rehearsal.samples],
    }


def phrase_facts(phrase: Phrase) -> dict[str, Any]:
    return {"words": phrase.words, "texts": phrase.texts}
