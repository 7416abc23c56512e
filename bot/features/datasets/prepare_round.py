"""The worker's side of a changed round: apply its recipe to all its sources and say what came of it."""

import json
import tempfile
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.cards import round_thread, say_round_card
from bot.policy import let_in
from bot.slack.failures import sentence_for, unexpected
from pipeline.domain.documents import Filters, Finding
from pipeline.domain.preparing import PreparedFile, PreparedRound
from pipeline.domain.voices import (
    ORIGINS,
    Dataset,
    NewDataset,
    Origin,
    Round,
    RoundId,
    Voice,
    fold_steps,
)
from pipeline.domain.work import Saying, WorkItem
from pipeline.errors import DataError
from pipeline.ports import ArtifactStore, Clock, Database, Preparer

REPORT = "datasets.report"
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class PrepareRound:
    """Applies the recipe in force to all sources of a round and says what came of it.

    origins: the policy; sources of any other origin are counted and left out.
    """

    database: Database
    artifacts: ArtifactStore
    preparer: Preparer
    clock: Clock
    origins: tuple[Origin, ...] = ORIGINS

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            round_ = await tx.rounds.by_id(RoundId(int(item.subject)))
            voice = await tx.voices.by_id(round_.voice_id)
            sources = [one for one in await tx.sources.of_round(round_.round_id) if one.state == "read"]
            drafted = [one.written.text for one in await tx.drafts.of_voice(voice.voice_id) if one.written]
            recipe = fold_steps(await tx.recipe_steps.of_round(round_.round_id), start=Filters())
        if not any(one.documents for one in sources):
            await self.nothing(item, round_, voice, None)
            return
        if item.attempts > MAX_ATTEMPTS:
            await self.nothing(item, round_, voice, unexpected(f"round-{item.subject}"))
            return
        try:
            may_train = let_in(sources, self.origins)
            async with AsyncExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="understudy-")))
                files = [
                    PreparedFile(
                        await stack.enter_async_context(self.artifacts.local_path(sha256)),
                        one.name,
                        sha256,
                        one.reading,
                    )
                    for one in may_train.sources
                    if (sha256 := one.sha256)
                ]
                prepared = may_train.counted(
                    await self.preparer.prepare(files, recipe, writer=voice.handle, folder=folder, own_drafts=drafted)
                )
                dataset = await self.store(round_, prepared)
        except DataError as error:
            await self.nothing(item, round_, voice, sentence_for(error))
            return
        await self.tell(item, round_, dataset, prepared, recipe.filters)

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
        now = self.clock()
        async with self.database.begin() as tx:
            dataset: Dataset = await tx.datasets.add(new, now=now)
            await tx.rounds.prepared(
                round_.round_id, revision=round_.revision, dataset_id=dataset.dataset_id, origins=self.origins
            )
            voice = await tx.voices.by_id(round_.voice_id)
            now_there = await tx.rounds.by_id(round_.round_id)
            facts = report_facts(round_.round_id, voice.handle, prepared, filters)
            facts["has_before"] = now_there.previous_dataset_id is not None
            await tx.outbox.say(Saying(f"round:{round_.round_id}:report", REPORT, facts, round_thread(round_)))
            await say_round_card(tx, now_there, voice)
            await tx.work.finish(item)

    async def nothing(self, item: WorkItem, round_: Round, voice: Voice, sentence: str | None) -> None:
        """sentence: why there is no dataset; None when nothing was added yet."""
        async with self.database.begin() as tx:
            await tx.rounds.prepared(round_.round_id, revision=round_.revision, dataset_id=None, origins=self.origins)
            if sentence is not None:
                facts = {"round_id": round_.round_id, "sentence": sentence}
                await tx.outbox.say(Saying(f"round:{round_.round_id}:report", REPORT, facts, round_thread(round_)))
            await say_round_card(tx, await tx.rounds.by_id(round_.round_id), voice)
            await tx.work.finish(item)


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
    }


def finding_facts(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "sentence": finding.sentence,
        "fixes": [{"choice": fix.choice, "label": fix.label} for fix in finding.fixes],
        "is_open": finding.is_open,
        "choice": finding.choice,
        "automatic": finding.automatic,
        "documents": finding.documents,
    }
