"""What the worker and the upload page do."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial

from bot.assembly.duels import duel_steps
from bot.assembly.exports import export_steps
from bot.assembly.forgetting import forgetting_steps
from bot.assembly.money import market
from bot.assembly.parts import Parts, few_shots, paid_texts, system_message
from bot.assembly.voices import learn_members, look_at_home, preview_round, show_board
from bot.features.baseline.writing import PickRequests, WriteFewShot
from bot.features.board.picturing import DrawBoard
from bot.features.consent.attesting import KeepNote
from bot.features.consent.copies import DeleteCopies
from bot.features.costs.preflight import RunPreflight
from bot.features.datasets.files.read_source import ReadSource
from bot.features.datasets.files.sources import (
    SourceFacts,
)
from bot.features.datasets.filters.shelf import Shelf
from bot.features.datasets.report.prepare_round import PrepareRound
from bot.features.differences.usecase import ShowWhatChanged
from bot.features.drafting.files import SendDraftFile
from bot.features.drafting.writing import WriteDraft
from bot.features.evaluation.usecase import EvaluateModel
from bot.features.feedback.dropping import ReadVersion
from bot.features.feedback.sweeping import AskForSweep, SweepReactions
from bot.features.home.usecase import HomeFacts, ShowHome
from bot.features.home.views import home as home_view
from bot.features.pictures.usecase import DrawPictures
from bot.features.pulls.usecase import PullSite
from bot.features.rehearsal.usecase import RunRehearsal
from bot.features.rounds.locking import SayLocked
from bot.features.rounds.taking import TakeFeedback
from bot.features.signoff.sending import SendTexts
from bot.features.spending.waiting import WatchRequest
from bot.features.training.billing import Billing
from bot.features.training.curves import ShowCurve
from bot.features.training.forgetting import DeleteFiles
from bot.features.training.record import Record
from bot.features.training.step import tuning_step
from bot.features.training.strays import CancelStray
from bot.features.training.webhooks import WakeRun, WebhookRoutes
from bot.features.uploads.routes import Pace, UploadRoutes
from bot.features.uploads.usecase import OpenLink, SweepUploads, Uploading
from bot.measuring import Measures
from bot.worker import Step
from pipeline.domain.voices import Origin
from pipeline.domain.work import DroppedFile, WorkKind
from pipeline.errors import DownloadRefused
from pipeline.ports import (
    ArtifactStore,
    Clock,
    Database,
    People,
    Preparer,
    Sites,
)


def steps(parts: Parts) -> Mapping[WorkKind, Step]:
    """What the worker does per kind of work."""
    db, clock, people = parts.database, parts.clock, parts.people
    facts = SourceFacts(db, Shelf(db, parts.artifacts))
    return {
        "read-source": ReadSource(db, parts.artifacts, parts.files, parts.preparer, people, clock, facts),
        "signoff": SendTexts(db, parts.artifacts, parts.picker, people),
        "difference": ShowWhatChanged(db, parts.artifacts, parts.comparer),
        "pull-site": PullSite(db, parts.artifacts, parts.sites, clock),
        "prepare-round": PrepareRound(db, parts.artifacts, parts.preparer, facts, clock, parts.rules.origins),
        "rehearse": RunRehearsal(db, parts.artifacts, parts.rehearser, clock),
        "draw-pictures": DrawPictures(db, parts.artifacts, parts.painter, parts.uploads, clock),
        "preflight": RunPreflight(db, market(parts), parts.providers, clock),
        "tuning": tuning_step(
            database=db,
            providers=parts.providers,
            prices=parts.prices,
            artifacts=parts.artifacts,
            locks=parts.locks,
            clock=clock,
            timing=parts.rules.timing,
        ),
        "baseline": PickRequests(db, few_shots(parts), clock),
        "baseline-draft": WriteFewShot(
            db, parts.artifacts, parts.providers, few_shots(parts), paid_texts(parts), clock, system_message
        ),
        **after_training(parts),
        **duel_steps(parts),
        **export_steps(parts),
        **forgetting_steps(parts),
        "take-feedback": TakeFeedback(db, parts.artifacts, preview_round(parts), clock, system_message, parts.pairs),
        "round-locked": SayLocked(db),
        "read-version": ReadVersion(db, parts.files, parts.versions, clock),
        "approval": WatchRequest(db, people, clock),
        "members": learn_members(parts),
        "home": ShowHome(look_at_home(parts), partial(show_home, parts), db),
        "sweep": SweepReactions(db, parts.emoji, people, clock, parts.rules.bot_user),
        "keep-note": KeepNote(db, parts.artifacts, parts.files, people, clock),
        "delete-copies": DeleteCopies(db, parts.providers, clock),
        "board-picture": DrawBoard(db, parts.artifacts, show_board(parts), parts.painter, parts.uploads, clock),
        "draft-file": SendDraftFile(db, parts.uploads, clock),
        "draft": WriteDraft(db, parts.providers, parts.locks, people, clock, system_message, few_shots(parts)),
    }


def after_training(parts: Parts) -> Mapping[WorkKind, Step]:
    """What a run brings about beside itself."""
    db, clock, timing = parts.database, parts.clock, parts.rules.timing
    record = Record(db, clock)
    billing = Billing(record, parts.providers, parts.prices, timing)
    return {
        "stray-job": CancelStray(parts.locks, record, parts.providers, billing, timing),
        "evaluate": EvaluateModel(
            db,
            parts.artifacts,
            parts.providers,
            few_shots(parts),
            parts.evaluator,
            paid_texts(parts),
            clock,
            system_message,
            Measures(db, parts.artifacts, few_shots(parts), parts.meter),
        ),
        "loss-curve": ShowCurve(db, parts.artifacts, parts.painter, parts.uploads, clock),
        "delete-files": DeleteFiles(record, parts.providers, timing),
    }


def direct_steps(
    database: Database,
    artifacts: ArtifactStore,
    preparer: Preparer,
    sites: Sites,
    people: People,
    clock: Clock,
    origins: tuple[Origin, ...],
) -> Mapping[WorkKind, Step]:
    """What reads files that did not come through Slack, and nothing else."""
    facts = SourceFacts(database, Shelf(database, artifacts))
    return {
        "pull-site": PullSite(database, artifacts, sites, clock),
        "read-source": ReadSource(database, artifacts, NoFiles(), preparer, people, clock, facts),
        "prepare-round": PrepareRound(database, artifacts, preparer, facts, clock, origins),
    }


class NoFiles:
    """Stands where Slack's files are fetched: a file that came past Slack is in the artifact store already."""

    def fetch(self, slack_file_id: str) -> AbstractAsyncContextManager[DroppedFile]:
        raise DownloadRefused(slack_file_id, 0)


async def show_home(parts: Parts, user: str, facts: HomeFacts) -> None:
    await parts.modals.published(user, home_view(facts, parts.commands.command))


def upload_page(parts: Parts) -> UploadRoutes:
    db, clock, rules = parts.database, parts.clock, parts.rules
    return UploadRoutes(
        OpenLink(db, parts.links, clock, rules.workspace_url),
        Uploading(
            db, parts.artifacts, parts.incoming, parts.links, clock, rules.file_limit_bytes, rules.files_per_link
        ),
        Pace(rules.requests_per_s),
    )


def webhooks(parts: Parts) -> WebhookRoutes:
    return WebhookRoutes(parts.webhooks, WakeRun(parts.database, parts.clock))


def sweep_emoji(parts: Parts) -> AskForSweep:
    return AskForSweep(parts.database, parts.clock)


def sweep_uploads(parts: Parts) -> SweepUploads:
    return SweepUploads(parts.database, parts.incoming, parts.clock)
