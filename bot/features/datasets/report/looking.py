"""What the report that stands knows of each finding."""

import json
from dataclasses import dataclass
from typing import Any

from bot.features.datasets.files.sources import spread
from bot.features.datasets.filters.shelf import Shelf
from pipeline.catalogue import Entry, matching
from pipeline.domain.documents import Filters, LeftOutReason, Rule
from pipeline.domain.voices import RoundId, fold_steps
from pipeline.ports import ArtifactStore, Database


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
    """Rules that still wait for a choice: what Accept all accepts. A blocker that somebody kept was chosen."""

    findings: StoredFindings

    async def __call__(self, round_id: RoundId) -> list[Rule]:
        return [one["rule"] for one in await self.findings.of(round_id) if one["is_open"] and not one["decided"]]


@dataclass(frozen=True, slots=True)
class LookAtLeftOut:
    """A few of the texts that are not in the set for one reason: a filter's, or a finding's whose fix left them out."""

    findings: StoredFindings
    shelf: Shelf

    async def __call__(self, round_id: RoundId, reason: LeftOutReason) -> list[Entry]:
        async with self.findings.database.read() as tx:
            filters = fold_steps(await tx.recipe_steps.of_round(round_id), start=Filters()).filters
        catalogues = await self.shelf.of_round(round_id)
        filtered = list(matching(catalogues, filters, reason))
        if filtered:
            return spread(filtered)
        touched = {
            key for one in await self.findings.of(round_id) if one["rule"] == reason for key in one["document_ids"]
        }
        return spread([entry for one in catalogues for entry in one.entries if entry.key in touched])
