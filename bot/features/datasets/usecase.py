"""What people do in the dataset thread: open it, drop files, choose fixes, undo, filter, look."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.adding import Incoming, add_sources
from bot.cards import say_round_card
from bot.lookup import find_voice, only_collecting, only_steward, only_unlocked, round_at
from pipeline.domain.documents import Choice, Filters, Rule
from pipeline.domain.voices import NewSource, RecipeStep, Round, RoundId, StepId, Voice, fold_steps
from pipeline.domain.work import AuditEntry
from pipeline.findings import choice_of
from pipeline.ports import ArtifactStore, Clock, Database, Transaction

CARRIED_BY = "understudy"  # who did it, in the audit log, when no person did
NOT_SAVED = StepId(0)


@dataclass(frozen=True, slots=True)
class DroppedInThread:
    """A file as Slack tells of it, before a byte of it was fetched."""

    slack_file_id: str
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class OpenDataset:
    """Opens (or finds) the dataset thread. Raises UnknownVoice, NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str, filters: Filters | None) -> tuple[Voice, Round]:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_steward(voice, user)
            await only_collecting(tx, voice)
            before = await tx.rounds.latest(voice.voice_id)
            round_ = await tx.rounds.open_for(voice, channel_id=voice.channel_id, now=now)
            if before is not None and before.round_id != round_.round_id:
                await carry_over(tx, before, round_, self.clock)
            await say_round_card(tx, round_, voice)
            if filters is not None:
                step = RecipeStep(NOT_SAVED, round_.round_id, by=user, at=now, filters=filters)
                await append(tx, step, round_, self.clock)
        return voice, round_


@dataclass(frozen=True, slots=True)
class DropFiles:
    """Files dropped in a dataset thread become sources to be read, one after the other. Raises NotSteward."""

    database: Database
    clock: Clock

    async def __call__(
        self, team_id: str, channel_id: str, thread_ts: str, user: str, delivery: str, files: Sequence[DroppedInThread]
    ) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            round_ = await round_at(tx, team_id, channel_id, thread_ts, now=now)
            if round_ is None or not await tx.deliveries.first_time(delivery, now=now):
                return
            voice = await tx.voices.by_id(round_.voice_id)
            only_steward(voice, user)
            await only_collecting(tx, voice)
            only_unlocked(round_, voice)
            incoming = [
                Incoming(file.name, file.size_bytes, "slack_file", "slack", slack_file_id=file.slack_file_id)
                for file in files
            ]
            await add_sources(tx, round_, voice, user, incoming, now=now)


@dataclass(frozen=True, slots=True)
class ChooseFix:
    """Accept or refuse fixes. A choice that stands already changes nothing. Raises NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, rules: Sequence[Rule], choice: Choice) -> None:
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            standing = standing_choices(await tx.recipe_steps.of_round(round_id))
            for rule in rules:
                if standing.get(rule) != choice:
                    step = RecipeStep(NOT_SAVED, round_id, by=user, at=self.clock(), rule=rule, choice=choice)
                    await append(tx, step, round_, self.clock)


@dataclass(frozen=True, slots=True)
class UndoFix:
    """Take a fix back, chosen or automatic. One that is not in force changes nothing. Raises NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, rule: Rule) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            steps = await tx.recipe_steps.of_round(round_id)
            if choice_of(fold_steps(steps, start=Filters()), rule) == "keep":
                return
            made = [step for step in steps if step.rule == rule and step.undone_at is None]
            if made:
                await tx.recipe_steps.undo(made[-1].step_id, at=now, by=user)
                await changed(tx, round_, user, "choice.undone", {"rule": rule}, self.clock)
            else:
                step = RecipeStep(NOT_SAVED, round_id, by=user, at=now, rule=rule, choice="keep")
                await append(tx, step, round_, self.clock)


@dataclass(frozen=True, slots=True)
class ChangeFilters:
    """The share of the most read is chosen elsewhere and stays. Raises NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, filters: Filters) -> None:
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            standing = filters_standing(await tx.recipe_steps.of_round(round_id))
            filters = replace(filters, best_percent=standing.best_percent)
            step = RecipeStep(NOT_SAVED, round_id, by=user, at=self.clock(), filters=filters)
            await append(tx, step, round_, self.clock)


@dataclass(frozen=True, slots=True)
class FiltersInForce:
    database: Database

    async def __call__(self, round_id: RoundId) -> Filters:
        async with self.database.read() as tx:
            return filters_standing(await tx.recipe_steps.of_round(round_id))


@dataclass(frozen=True, slots=True)
class StoredFindings:
    """The findings of the report that stands; none when nothing was prepared yet."""

    database: Database
    artifacts: ArtifactStore

    async def of(self, round_id: RoundId) -> list[dict[str, Any]]:
        async with self.database.read() as tx:
            round_ = await tx.rounds.by_id(round_id)
            if round_.dataset_id is None:
                return []
            dataset = await tx.datasets.by_id(round_.dataset_id)
        findings: list[dict[str, Any]] = json.loads(await self.artifacts.get(dataset.facts.report_blob))["findings"]
        return findings


@dataclass(frozen=True, slots=True)
class ShowFinding:
    """The report's entry for a rule; None when the set changed and it is gone."""

    findings: StoredFindings

    async def __call__(self, round_id: RoundId, rule: str) -> dict[str, Any] | None:
        return next((one for one in await self.findings.of(round_id) if one["rule"] == rule), None)


@dataclass(frozen=True, slots=True)
class OpenFixes:
    """Rules that still wait for a choice: what Accept all accepts."""

    findings: StoredFindings

    async def __call__(self, round_id: RoundId) -> list[Rule]:
        return [one["rule"] for one in await self.findings.of(round_id) if one["is_open"]]


async def stewards_round(tx: Transaction, round_id: RoundId, user: str) -> Round:
    """A round that may be changed by this person. Raises NotSteward, RoundLocked."""
    round_ = await tx.rounds.by_id(round_id)
    voice = await tx.voices.by_id(round_.voice_id)
    only_steward(voice, user)
    only_unlocked(round_, voice)
    return round_


async def carry_over(tx: Transaction, before: Round, after: Round, clock: Clock) -> None:
    """The next round starts with the texts and choices of the one that was paid for."""
    for source in await tx.sources.of_round(before.round_id):
        if source.state != "read":
            continue
        same = NewSource(
            team_id=source.team_id,
            voice_id=source.voice_id,
            round_id=after.round_id,
            name=source.name,
            size_bytes=source.size_bytes,
            origin=source.origin,
            added_by=source.added_by,
            slack_file_id=source.slack_file_id,
            sha256=source.sha256,
            readings=source.readings,
            way=source.way,
            url=source.url,
        )
        copy = await tx.sources.add(same, now=clock())
        await tx.sources.update(copy.source_id, state="read", documents=source.documents, facts=source.facts)
    for step in await tx.recipe_steps.of_round(before.round_id):
        if step.undone_at is None:
            await tx.recipe_steps.append(replace(step, step_id=NOT_SAVED, round_id=after.round_id))
    await changed(tx, after, CARRIED_BY, "round.carried_over", {"from": before.number}, clock)


def filters_standing(steps: Sequence[RecipeStep]) -> Filters:
    return fold_steps(list(steps), start=Filters()).filters


def standing_choices(steps: Sequence[RecipeStep]) -> dict[Rule, Choice]:
    return {step.rule: step.choice for step in steps if step.rule and step.choice and step.undone_at is None}


async def append(tx: Transaction, step: RecipeStep, round_: Round, clock: Clock) -> None:
    await tx.recipe_steps.append(step)
    facts = {"rule": step.rule, "choice": step.choice, "filters": step.filters is not None}
    await changed(tx, round_, step.by, "choice.made", facts, clock)


async def changed(tx: Transaction, round_: Round, who: str, what: str, facts: dict[str, Any], clock: Clock) -> None:
    """Count a revision, have it prepared, and write it down."""
    await tx.rounds.changed(round_.round_id)
    await tx.work.enqueue("prepare-round", round_.round_id, round_.team_id, run_at=clock())
    entry = AuditEntry(round_.team_id, who, what, round_.card_key, after=facts)
    await tx.audit.record(entry, now=clock())
