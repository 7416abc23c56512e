"""Voices that leave and come in."""

from collections.abc import Mapping

from bot.assembly.parts import Feature, Parts, system_message
from bot.export_links import ExportLinks
from bot.exporting import MakeExport, PreferenceRows
from bot.features.exports.listeners import ExportListeners
from bot.features.exports.routes import ExportRoutes
from bot.features.exports.usecase import AskForExport, FetchExport, SendExport
from bot.features.rounds.usecase import PreviewRound
from bot.owners import Staff
from bot.worker import Step
from pipeline.domain.voices import Voice
from pipeline.domain.work import WorkKind
from pipeline.feedback_rows import dpo_lines, kto_lines
from pipeline.ports import ArtifactStore, Clock, Database, Transaction


def make_export(
    database: Database, artifacts: ArtifactStore, people: Staff, clock: Clock, *, bot_user: str
) -> MakeExport:
    preview = PreviewRound(database, people, clock, bot_user)

    async def preferences(tx: Transaction, voice: Voice) -> PreferenceRows:
        seen = (await preview.gather(tx, voice)).seen
        system = system_message(voice)
        return PreferenceRows(dpo_lines(seen.pairs, system), kto_lines(seen.kto, system))

    return MakeExport(database, artifacts, preferences, clock)


def made_by(parts: Parts) -> MakeExport:
    return make_export(parts.database, parts.artifacts, parts.people, parts.clock, bot_user=parts.rules.bot_user)


def exports(parts: Parts) -> Feature:
    return ExportListeners(AskForExport(parts.database, parts.people, parts.clock), parts.commands)


def export_page(parts: Parts) -> ExportRoutes:
    links = ExportLinks(parts.links)
    return ExportRoutes(FetchExport(parts.database, made_by(parts), links, parts.people, parts.clock))


def export_steps(parts: Parts) -> Mapping[WorkKind, Step]:
    make, links = made_by(parts), ExportLinks(parts.links)
    return {"export": SendExport(parts.database, make, parts.uploads, links, parts.people, parts.clock)}
