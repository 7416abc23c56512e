"""What forgetting something comes to: the rows and files that hold it, and the versions that learned from it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.versions import dataset_of
from pipeline.catalogue import opened
from pipeline.domain.erasures import Erasure
from pipeline.domain.feedback import UsedRow
from pipeline.domain.training import TERMINAL_TUNING_STATES, TuningJob, VoiceModel
from pipeline.domain.voices import Dataset, DatasetId, Round, RoundId, Source, Voice, VoiceId
from pipeline.erasures import Found, rows_held, with_title
from pipeline.errors import TextsForgotten
from pipeline.ports import ArtifactStore, Database, Transaction
from pipeline.ports.erasures import TracesOfPerson

NO_TRACES: Final = TracesOfPerson(0, (), ())
FROM_PEOPLE: Final = ("slack_message", "own_draft")  # origins of the files that are made of feedback


@dataclass(frozen=True, slots=True)
class Inventory:
    """sources: rows of the files, in every round. datasets: those that hold it, with so many rows of it.

    rounds: whose feedback is made of what the person said. runs: still under way on one of the datasets.
    """

    voice: Voice
    latest: Round | None
    sources: tuple[Source, ...] = ()
    datasets: dict[DatasetId, int] = field(default_factory=dict)
    models: tuple[tuple[VoiceModel, int], ...] = ()
    rounds: tuple[RoundId, ...] = ()
    person: TracesOfPerson = NO_TRACES
    runs: tuple[TuningJob, ...] = ()

    @property
    def versions(self) -> dict[str, int]:
        """Rows seen by each version that learned from it."""
        return {f"v{model.version}": rows for model, rows in self.models if rows}


@dataclass(frozen=True, slots=True)
class TakeInventory:
    database: Database
    artifacts: ArtifactStore

    async def __call__(self, erasure: Erasure) -> Inventory:
        wanted = erasure.wanted
        if wanted.kind == "person":
            return await self.of_person(wanted.voice_id, wanted.target)
        if wanted.kind == "note":
            return await self.of_note(wanted.voice_id)
        sha256, _, document_id = wanted.target.partition(" ")
        async with self.database.read() as tx:
            voice = await tx.voices.by_id(wanted.voice_id)
            sources = [one for one in await sources_of(tx, voice) if one.sha256 == sha256]
            datasets = await tx.datasets.of_voice(voice.voice_id)
        held = await self.holding(datasets, {sha256}, document_id or None)
        return await self.whole(voice, sources, held, {})

    async def of_person(self, voice_id: VoiceId, user: str) -> Inventory:
        """Files that are made of feedback hold what people wrote; so do the rounds that took it in."""
        async with self.database.read() as tx:
            voice = await tx.voices.by_id(voice_id)
            traces = await tx.forgetting.of_person(voice_id, user)
            feedback = await tx.round_feedbacks.of_voice(voice_id)
            used = {one.round_id: used_rows(one.used, traces) for one in feedback}
            rounds = tuple(round_id for round_id, rows in used.items() if rows is not None)
            made = [one for one in await sources_of(tx, voice) if one.origin in FROM_PEOPLE]
            hashes = {one.sha256 for one in made if one.round_id in rounds and one.sha256}
            datasets = await tx.datasets.of_voice(voice_id)
        held = await self.holding(datasets, hashes, None) if hashes else {}
        sources = [one for one in made if one.sha256 in hashes]
        rows_of = {round_id: rows for round_id, rows in used.items() if rows is not None}
        inventory = await self.whole(voice, sources, held, rows_of)
        return replace(inventory, person=traces, rounds=rounds)

    async def of_note(self, voice_id: VoiceId) -> Inventory:
        """Nothing was learned from it."""
        async with self.database.read() as tx:
            return Inventory(await tx.voices.by_id(voice_id), await tx.rounds.latest(voice_id))

    async def whole(
        self, voice: Voice, sources: Sequence[Source], held: dict[DatasetId, int], used: dict[RoundId, int]
    ) -> Inventory:
        """used: rows by round, where people's words are counted instead of the dataset's rows."""
        async with self.database.read() as tx:
            models = with_parents(
                [
                    (model, await rows_seen(tx, model, held, used))
                    for model in await tx.voice_models.of_voice(voice.voice_id)
                ]
            )
            runs = await tx.tuning_jobs.of_voice(voice.voice_id)
            latest = await tx.rounds.latest(voice.voice_id)
        know = {model.version for model, rows in models if rows is not None}
        going_on = [
            run
            for run in runs
            if run.state not in TERMINAL_TUNING_STATES
            and (run.dataset_id in held or run.round_id in used or run.parent_version in know)
        ]
        return Inventory(
            voice,
            latest,
            tuple(sources),
            held,
            tuple((model, rows) for model, rows in models if rows is not None),
            runs=tuple(going_on),
        )

    async def holding(
        self, datasets: Sequence[Dataset], hashes: Collection[str], document_id: str | None
    ) -> dict[DatasetId, int]:
        """Those made of one of these files; what was forgotten before holds nothing."""
        held: dict[DatasetId, int] = {}
        for dataset in datasets:
            facts = dataset.facts
            if not facts.recipe_blob or not facts.fates_blob:
                held[dataset.dataset_id] = 0  # made before it was written down of what
                continue
            try:
                making, fates = await self.artifacts.get(facts.recipe_blob), await self.artifacts.get(facts.fates_blob)
            except (TextsForgotten, FileNotFoundError):
                continue
            rows = [found for sha256 in hashes if (found := rows_held(making, fates, sha256, document_id)) is not None]
            if rows:
                held[dataset.dataset_id] = sum(rows)
        return held

    async def texts_called(self, voice: Voice, words: str) -> list[tuple[Source, Found]]:
        """Of the files that count in the newest round, by their titles; the same text in two files is two."""
        async with self.database.read() as tx:
            latest = await tx.rounds.latest(voice.voice_id)
            sources = await tx.sources.of_round(latest.round_id) if latest else []
        found: list[tuple[Source, Found]] = []
        for source in sources:
            if source.state == "read" and source.catalogue_blob:
                catalogue = opened(await self.artifacts.get(source.catalogue_blob))
                found += [(source, one) for one in with_title(catalogue, words)]
        return found


async def sources_of(tx: Transaction, voice: Voice) -> list[Source]:
    """Of all rounds: the next one carries on the files of the one before."""
    found: list[Source] = []
    round_ = await tx.rounds.latest(voice.voice_id)
    while round_ is not None:
        found += await tx.sources.of_round(round_.round_id)
        round_ = await tx.rounds.before(round_)
    return found


def with_parents(seen: Sequence[tuple[VoiceModel, int | None]]) -> list[tuple[VoiceModel, int | None]]:
    """A version knows what the one that it went on from knew. seen: oldest first."""
    rows_of: dict[int, int | None] = {}
    for model, rows in seen:
        parent = rows_of.get(model.parent_version) if model.parent_version else None
        rows_of[model.version] = rows if parent is None else max(rows or 0, parent)
    return [(model, rows_of[model.version]) for model, _ in seen]


async def rows_seen(
    tx: Transaction, model: VoiceModel, held: dict[DatasetId, int], used: dict[RoundId, int]
) -> int | None:
    """None for a version that had nothing of it."""
    dataset = await dataset_of(tx, model)
    if used:
        return used.get(dataset.facts.round_id)
    return held.get(dataset.dataset_id)


def used_rows(used: Sequence[UsedRow], traces: TracesOfPerson) -> int | None:
    """How many of a round's rows come from a person's drafts and versions; None when nothing does."""
    mine = [one for one in used if one.draft_id in traces.drafts or one.rewrite_id in traces.rewrites]
    return sum(one.row > 0 for one in mine) if mine else None
