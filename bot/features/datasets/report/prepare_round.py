"""The worker's side of a changed round: apply its recipe to all its sources and say what came of it."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bot.adding import source_key, source_message
from bot.cards import DONE, REPORT, done_key, report_key, round_thread, say_round_card
from bot.features.datasets.files.sources import SourceFacts
from bot.features.datasets.report.progress import telling
from bot.policy import let_in
from bot.slack.failures import sentence_for, unexpected
from pipeline.domain.documents import Filters, Recipe
from pipeline.domain.prepared import Finding
from pipeline.domain.preparing import PreparedFile, PreparedRound
from pipeline.domain.voices import (
    ORIGINS,
    Consent,
    Dataset,
    NewDataset,
    Origin,
    Round,
    RoundId,
    Source,
    SourceId,
    Voice,
    fold_steps,
)
from pipeline.domain.work import Saying, WorkItem
from pipeline.errors import DataError, NothingLeft
from pipeline.ports import ArtifactStore, Clock, Database, Preparer, Transaction
from pipeline.text_charts import coverage_lines

MAX_ATTEMPTS = 5
NO_FILES = "No file is left in this round. Put one back above, or drop others here."


@dataclass(frozen=True, slots=True)
class Work:
    """What is prepared now. folder: for rows on their way to the artifact store."""

    item: WorkItem
    round_: Round
    voice: Voice
    folder: Path


@dataclass(frozen=True, slots=True)
class PrepareRound:
    """Applies the recipe in force to all sources of a round and says what came of it.

    origins: the policy; sources of any other origin are counted and left out.
    """

    database: Database
    artifacts: ArtifactStore
    preparer: Preparer
    source_facts: SourceFacts
    clock: Clock
    origins: tuple[Origin, ...] = ORIGINS

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            round_ = await tx.rounds.by_id(RoundId(int(item.subject)))
            voice = await tx.voices.by_id(round_.voice_id)
            sources = await tx.sources.of_round(round_.round_id)
            corrected = {one.facts.draft_id for one in await tx.rewrites.of_voice(voice.voice_id) if not one.withdrawn}
            drafts = [one for one in await tx.drafts.of_voice(voice.voice_id) if one.draft_id not in corrected]
            drafted = [one.written.text for one in drafts if one.written]
            recipe = fold_steps(await tx.recipe_steps.of_round(round_.round_id), start=Filters())
            recipe = within_consent(recipe, await tx.consents.newest(voice.voice_id))
        counted = [one for one in sources if one.state == "read"]
        if not any(one.documents for one in counted):
            all_out = any(one.state == "withdrawn" for one in sources)
            await self.nothing(item, round_, voice, {"sentence": NO_FILES} if all_out else None)
            return
        if item.attempts > MAX_ATTEMPTS:
            await self.nothing(item, round_, voice, {"sentence": unexpected(f"round-{item.subject}")})
            return
        try:
            may_train = let_in(counted, self.origins)
            with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
                work = Work(item, round_, voice, Path(folder))
                prepared = may_train.counted(await self.prepare(work, may_train.sources, recipe, drafted))
                dataset = await self.store(round_, prepared)
        except NothingLeft as error:
            closest = {"closest_author": error.closest_author}
            await self.nothing(item, round_, voice, {"sentence": sentence_for(error)} | closest)
        except DataError as error:
            await self.nothing(item, round_, voice, {"sentence": sentence_for(error)})
        else:
            await self.tell(item, round_, dataset, prepared, recipe.filters)

    async def prepare(
        self, work: Work, sources: Sequence[Source], recipe: Recipe, drafted: Sequence[str]
    ) -> PreparedRound:
        """drafted: what we wrote in this voice ourselves."""
        total = sum(one.documents for one in sources)

        async def say(so_far: int) -> None:
            await self.say_progress(work, min(so_far, total), total)

        async with AsyncExitStack() as stack:
            progress = await stack.enter_async_context(telling(say))
            files = [
                PreparedFile(
                    await stack.enter_async_context(self.artifacts.local_path(sha256)), one.name, sha256, one.reading
                )
                for one in sources
                if (sha256 := one.sha256)
            ]
            return await self.preparer.prepare(
                files,
                recipe,
                writer=work.voice.written_as,
                folder=work.folder,
                own_drafts=drafted,
                purpose=work.voice.purpose,
                progress=progress,
            )

    async def say_progress(self, work: Work, so_far: int, total: int) -> None:
        """In the report's message while there is none yet; later on the card, for the report has its buttons."""
        async with self.database.begin() as tx:
            await tx.work.keep(work.item)
            if work.round_.dataset_id is not None:
                await say_round_card(tx, work.round_, work.voice, cleaning=(so_far, total))
                return
            facts = {"round_id": work.round_.round_id, "cleaning": so_far, "documents_read": total}
            await tx.outbox.say(report_message(work.round_, facts))

    async def store(self, round_: Round, prepared: PreparedRound) -> NewDataset:
        return NewDataset(
            team_id=round_.team_id,
            voice_id=round_.voice_id,
            round_id=round_.round_id,
            content_hash=prepared.content_hash,
            train_blob=await self.artifacts.put_file(prepared.train_rows),
            validation_blob=await self.artifacts.put_file(prepared.validation_rows),
            test_blob=await self.artifacts.put_file(prepared.test_rows),
            report_blob=await self.artifacts.put(json.dumps(dict(prepared.report), ensure_ascii=False).encode()),
            documents_read=prepared.documents_read,
            kept=prepared.kept,
            examples=prepared.examples,
            train_examples=prepared.train_examples,
            train_tokens=prepared.train_tokens,
            validation_tokens=prepared.validation_tokens,
            tokens=prepared.tokens,
            words=prepared.words,
            open_blockers=prepared.open_blockers,
            needs_context_tokens=prepared.needs_context_tokens,
            recipe_blob=await self.artifacts.put(prepared.making),
            fates_blob=await self.artifacts.put(prepared.fates),
        )

    async def tell(
        self, item: WorkItem, round_: Round, new: NewDataset, prepared: PreparedRound, filters: Filters
    ) -> None:
        now, sources = self.clock(), await self.facts_of_sources(round_)
        async with self.database.begin() as tx:
            dataset: Dataset = await tx.datasets.add(new, now=now)
            await tx.rounds.prepared(
                round_.round_id, revision=round_.revision, dataset_id=dataset.dataset_id, origins=self.origins
            )
            voice = await tx.voices.by_id(round_.voice_id)
            await say_sources(tx, round_, sources)
            now_there = await tx.rounds.by_id(round_.round_id)
            facts = report_facts(round_.round_id, voice.handle, prepared, filters)
            facts["has_before"] = now_there.previous_dataset_id is not None
            await tx.outbox.say(report_message(round_, facts))
            await say_done(tx, round_, voice, sum(finding.is_open for finding in prepared.findings))
            await say_round_card(tx, now_there, voice)
            await tx.work.finish(item)

    async def nothing(self, item: WorkItem, round_: Round, voice: Voice, why: Mapping[str, Any] | None) -> None:
        """why: the sentence that says why there is no dataset, with its facts; None when nothing was added yet."""
        sources = await self.facts_of_sources(round_)
        async with self.database.begin() as tx:
            await tx.rounds.prepared(round_.round_id, revision=round_.revision, dataset_id=None, origins=self.origins)
            await say_sources(tx, round_, sources)
            if why is not None:
                await tx.outbox.say(report_message(round_, {"round_id": round_.round_id, **why}))
            await say_round_card(tx, await tx.rounds.by_id(round_.round_id), voice)
            await tx.work.finish(item)

    async def facts_of_sources(self, round_: Round) -> dict[SourceId, dict[str, Any]]:
        """Filters may have changed: each file's message says again what of it is kept."""
        async with self.database.read() as tx:
            sources = [one for one in await tx.sources.of_round(round_.round_id) if one.state == "read"]
        told = {one.source_id: await self.source_facts.of(one) for one in sources}
        return {source_id: facts for source_id, facts in told.items() if facts is not None}


async def say_sources(tx: Transaction, round_: Round, told: Mapping[SourceId, dict[str, Any]]) -> None:
    """Files that were taken out meanwhile have said so themselves."""
    for source in await tx.sources.of_round(round_.round_id):
        if source.state == "read" and source.source_id in told:
            said = await tx.outbox.facts(source.team_id, source_key(source)) or {}
            news = {"news": said.get("news")}  # of a site that was fetched again: known only when it was read
            await tx.outbox.say(source_message(source, round_, told[source.source_id] | news))


async def say_done(tx: Transaction, round_: Round, voice: Voice, still_open: int) -> None:
    """Once nothing is left to decide; corrected when something is again: it was undone, or came with new texts."""
    key = done_key(round_)
    if still_open == 0 or await tx.outbox.posted(key) is not None:
        facts = {"handle": voice.handle, "open": still_open, "undone": await was_undone(tx, round_)}
        await tx.outbox.say(Saying(key, DONE, facts, round_thread(round_)))


async def was_undone(tx: Transaction, round_: Round) -> bool:
    """Whether the last thing that changed was a choice taken back, not the texts."""
    undone = [step.undone_at for step in await tx.recipe_steps.of_round(round_.round_id) if step.undone_at is not None]
    added = [source.added_at for source in await tx.sources.of_round(round_.round_id)]
    return bool(undone) and max(undone) >= max(added, default=max(undone))


def within_consent(recipe: Recipe, consent: Consent | None) -> Recipe:
    """No earlier texts than the owner agreed to, whatever was chosen."""
    if consent is None or consent.not_before is None:
        return recipe
    since = max(consent.not_before, recipe.filters.since or consent.not_before)
    return replace(recipe, filters=replace(recipe.filters, since=since))


def report_message(round_: Round, facts: Mapping[str, Any]) -> Saying:
    return Saying(report_key(round_), REPORT, facts, round_thread(round_))


def report_facts(round_id: RoundId, handle: str, prepared: PreparedRound, filters: Filters) -> dict[str, Any]:
    """Everything the report message shows, as JSON values."""
    return {
        "round_id": round_id,
        "handle": handle,
        "documents_read": prepared.documents_read,
        "kept": prepared.kept,
        "left_out": dict(prepared.left_out),
        "filters": json.loads(json.dumps(asdict(filters), default=str)),
        "findings": [finding_facts(finding) for finding in prepared.findings],
        "tokens": prepared.tokens,
        "words": prepared.words,
        "first": prepared.first_published,
        "last": prepared.last_published,
        "if_accepted": asdict(prepared.if_accepted),
        "open_blockers": list(prepared.open_blockers),
        "figures": prepared.report["figures"],
        "coverage": coverage_lines(prepared.report),
    }


def finding_facts(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "sentence": finding.sentence,
        "fixes": [{"choice": fix.choice, "label": fix.label} for fix in finding.fixes],
        "is_open": finding.is_open,
        "decided": finding.decided,
        "choice": finding.choice,
        "automatic": finding.automatic,
        "documents": finding.documents,
    }
