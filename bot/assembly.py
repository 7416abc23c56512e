"""Use cases and listeners put together from what wiring opened. Adding a feature means adding it here."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp

from bot.adding import SOURCE_MESSAGE
from bot.features.consent import views as consent_views
from bot.features.consent.listeners import ConsentListeners
from bot.features.consent.usecase import AnswerConsent, ShowConsent, WithdrawConsent
from bot.features.datasets import views as dataset_views
from bot.features.datasets.asking import AskSteward
from bot.features.datasets.best_read import KeepBestRead
from bot.features.datasets.choosing import ChangeFilters, ChooseFix, FiltersInForce, IncludeAuthor, UndoFix, UndoKeep
from bot.features.datasets.columns import ChooseColumns, ColumnsOf
from bot.features.datasets.file_listeners import FileListeners
from bot.features.datasets.filtering import CountFilters
from bot.features.datasets.form_listeners import FormListeners
from bot.features.datasets.listeners import DatasetListeners
from bot.features.datasets.looking import LookAtLeftOut, OpenFixes, ShowFinding, StoredFindings
from bot.features.datasets.prepare_round import PrepareRound
from bot.features.datasets.read_source import ReadSource
from bot.features.datasets.refusal_listeners import Refusals
from bot.features.datasets.shelf import Shelf
from bot.features.datasets.source_listeners import SourceListeners
from bot.features.datasets.sources import (
    ConfirmLetters,
    LookInside,
    LoseFile,
    PutFileBack,
    ReadAgain,
    SourceFacts,
    TakeOut,
)
from bot.features.datasets.speakers import ChooseSpeakers, SpeakersOf, UndoReading
from bot.features.datasets.usecase import DropFiles, OpenDataset
from bot.features.datasets.walking import Walk
from bot.features.differences import views as difference_views
from bot.features.differences.listeners import DifferenceListeners
from bot.features.differences.usecase import AskWhatChanged, Comparer, ShowWhatChanged
from bot.features.drafting import views as drafting_views
from bot.features.drafting.listeners import DraftingListeners
from bot.features.drafting.usecase import AskForDraft, Redraft
from bot.features.drafting.writing import WriteDraft
from bot.features.feedback import views as feedback_views
from bot.features.feedback.form import KeepFilledForm, OpenFix
from bot.features.feedback.listeners import FeedbackListeners
from bot.features.feedback.rewriting import (
    DropRewrite,
    KeepRewrite,
    ReviseRewrite,
    WithdrawRewrite,
)
from bot.features.feedback.usecase import GiveReason, RecordReaction
from bot.features.home.listeners import HomeListeners
from bot.features.home.usecase import LookAtHome
from bot.features.pictures import views as picture_views
from bot.features.pictures.listeners import PictureListeners
from bot.features.pictures.usecase import AskForPictures, DrawPictures, Painter, PictureUploads
from bot.features.pulls.usecase import AskToPull, PullSite
from bot.features.rehearsal import views as rehearsal_views
from bot.features.rehearsal.listeners import RehearsalListeners
from bot.features.rehearsal.overriding import CheckOverride, OverrideRehearsal
from bot.features.rehearsal.usecase import AskToRehearse, LookAtTrial, Rehearser, RunRehearsal
from bot.features.rounds import views as round_views
from bot.features.rounds.listeners import RoundListeners
from bot.features.rounds.usecase import PreviewRound
from bot.features.signoff import views as signoff_views
from bot.features.signoff.listeners import SignoffListeners
from bot.features.signoff.sending import Picker, SendTexts, ShowWhole
from bot.features.signoff.usecase import AskEditor, LookAtRow, OpenAsking, PutBack
from bot.features.spending import views as spending_views
from bot.features.spending.asking import AskForSpend, OpenTrainForm
from bot.features.spending.cost import ShowCost
from bot.features.spending.listeners import SpendingListeners
from bot.features.spending.offers import Bases, Market, Prices
from bot.features.spending.usecase import ApproveSpend, CheckDecline, DeclineSpend
from bot.features.training import views as training_views
from bot.features.training.listeners import TrainingListeners
from bot.features.training.record import Timing
from bot.features.training.step import tuning_step
from bot.features.training.usecase import GiveUp, ListJobs, SendNow
from bot.features.uploads.routes import Pace, UploadRoutes
from bot.features.uploads.usecase import OpenLink, SweepUploads, Uploading
from bot.features.voices import views as voice_views
from bot.features.voices.listeners import VoiceListeners
from bot.features.voices.usecase import CheckNewVoice, CreateVoice, ListVoices, ShowVoice
from bot.preparing import SYSTEM_MESSAGE
from bot.slack import whispers as whisper_views
from bot.slack.commands import Commands
from bot.slack.message import Templates
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers
from bot.upload_folder import UploadFolder
from bot.upload_links import UploadLinks
from bot.worker import Step
from pipeline.domain.voices import ORIGINS, Origin, Round, Voice
from pipeline.domain.work import DroppedFile, WorkKind
from pipeline.errors import DownloadRefused
from pipeline.ports import (
    ArtifactStore,
    Clock,
    Database,
    FileFetcher,
    LivenessLocks,
    People,
    Preparer,
    Providers,
    ReactionWriter,
    Sites,
)


class Feature(Protocol):
    """Listeners of one feature."""

    def register(self, app: AsyncApp) -> None: ...


class ModelProviders(Providers, Bases, Protocol):
    """The configured providers and what they offer."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Values of the settings that decisions use. bot_user: our own Slack user id.

    workspace_url: what links into the workspace begin with, ending with a slash.
    """

    spend_channel: str
    timing: Timing
    bot_user: str
    workspace_url: str
    origins: tuple[Origin, ...] = ORIGINS
    file_limit_bytes: int = 0
    files_per_link: int = 0
    requests_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that was opened."""

    database: Database
    artifacts: ArtifactStore
    preparer: Preparer
    rehearser: Rehearser
    comparer: Comparer
    painter: Painter
    uploads: PictureUploads
    picker: Picker
    files: FileFetcher
    sites: Sites
    links: UploadLinks
    incoming: UploadFolder
    people: People
    providers: ModelProviders
    prices: Prices
    locks: LivenessLocks
    reactions: ReactionWriter
    clock: Clock
    commands: Commands
    whispers: Whispers
    modals: Modals
    rules: Rules


def listeners(parts: Parts) -> list[Feature]:
    """In the order /voice help lists their verbs."""
    return [
        voices(parts),
        consent(parts),
        *datasets(parts),
        differences(parts),
        dropped_files(parts),
        pictures(parts),
        signoff(parts),
        rehearsal(parts),
        spending(parts),
        training(parts),
        drafting(parts),
        feedback(parts),
        rounds(parts),
        home(parts),
    ]


def voices(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    return VoiceListeners(CheckNewVoice(db), CreateVoice(db, clock), ListVoices(db), ShowVoice(db), parts.commands)


def consent(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    answer, withdraw = AnswerConsent(db, clock), WithdrawConsent(db, clock)
    return ConsentListeners(answer, ShowConsent(db), withdraw, parts.commands, parts.whispers)


def datasets(parts: Parts) -> list[Feature]:
    db, clock = parts.database, parts.clock
    shelf, findings = Shelf(db, parts.artifacts), StoredFindings(db, parts.artifacts)
    facts, choose, drop = SourceFacts(db, shelf), ChooseFix(db, clock), DropFiles(db, clock)
    refusals = Refusals(AskSteward(db), parts.whispers)
    thread = DatasetListeners(
        open_dataset=OpenDataset(db, clock, parts.rules.workspace_url, partial(upload_link, parts)),
        drop=drop,
        pull=AskToPull(db, clock),
        choose=choose,
        undo=UndoFix(db, clock),
        undo_keep=UndoKeep(db, clock),
        open_fixes=OpenFixes(findings),
        show=ShowFinding(findings),
        left_out=LookAtLeftOut(findings, shelf),
        commands=parts.commands,
        whispers=parts.whispers,
        refusals=refusals,
    )
    files = SourceListeners(
        take_out=TakeOut(db, facts, clock),
        put_back=PutFileBack(db, facts, clock),
        read_again=ReadAgain(db, clock),
        confirm=ConfirmLetters(db, facts),
        lose=LoseFile(db, facts, clock),
        look=LookInside(db, shelf),
        include=IncludeAuthor(db, clock),
        whispers=parts.whispers,
        refusals=refusals,
    )
    forms = FormListeners(
        count=CountFilters(FiltersInForce(db), shelf),
        change_filters=ChangeFilters(db, clock),
        walk=Walk(findings),
        choose=choose,
        drop=drop,
        whispers=parts.whispers,
        modals=parts.modals,
    )
    return [thread, files, forms, refusals]


def differences(parts: Parts) -> Feature:
    return DifferenceListeners(AskWhatChanged(parts.database, parts.clock), parts.whispers)


def dropped_files(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    return FileListeners(
        columns_of=ColumnsOf(db),
        choose_columns=ChooseColumns(db, clock),
        speakers_of=SpeakersOf(db),
        choose_speakers=ChooseSpeakers(db, clock),
        undo_reading=UndoReading(db, clock),
        keep_best=KeepBestRead(db, clock),
        whispers=parts.whispers,
        modals=parts.modals,
    )


def pictures(parts: Parts) -> Feature:
    return PictureListeners(AskForPictures(parts.database, parts.clock), parts.whispers)


def signoff(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    return SignoffListeners(
        open_asking=OpenAsking(db),
        ask=AskEditor(db, people, clock),
        look=LookAtRow(db, people, clock),
        put_back=PutBack(db, people, clock),
        show_whole=ShowWhole(db, parts.artifacts, people),
        modals=parts.modals,
        whispers=parts.whispers,
    )


def upload_link(parts: Parts, round_: Round, user: str) -> str | None:
    return parts.links.link_for(round_, user, now=parts.clock())


def rehearsal(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    return RehearsalListeners(
        ask=AskToRehearse(db, clock),
        look=LookAtTrial(parts.artifacts),
        check_override=CheckOverride(db),
        override=OverrideRehearsal(db, parts.artifacts, clock),
        commands=parts.commands,
        whispers=parts.whispers,
        modals=parts.modals,
    )


def spending(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    market = Market(parts.prices, parts.providers, parts.providers)
    return SpendingListeners(
        cost=ShowCost(db, market, clock),
        form=OpenTrainForm(db, market, clock),
        ask=AskForSpend(db, market, people, clock, parts.rules.spend_channel),
        approve=ApproveSpend(db, people, clock),
        check_decline=CheckDecline(db, people),
        decline=DeclineSpend(db, people, clock),
        commands=parts.commands,
        modals=parts.modals,
        whispers=parts.whispers,
    )


def training(parts: Parts) -> Feature:
    db, clock, timing = parts.database, parts.clock, parts.rules.timing
    send_now, give_up = SendNow(db, clock, timing), GiveUp(db, clock, timing)
    return TrainingListeners(ListJobs(db), send_now, give_up, parts.commands, parts.whispers)


def drafting(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    return DraftingListeners(AskForDraft(db, people, clock), Redraft(db, people, clock), parts.commands, parts.whispers)


def feedback(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    keep = KeepRewrite(db, people, clock)
    return FeedbackListeners(
        react=RecordReaction(parts.reactions, db, people, clock, parts.rules.bot_user),
        give_reason=GiveReason(db, clock),
        keep=keep,
        revise=ReviseRewrite(db, clock, keep),
        drop=DropRewrite(db, clock),
        withdraw=WithdrawRewrite(db, clock),
        open_fix=OpenFix(db, people),
        keep_form=KeepFilledForm(db, people, clock),
        modals=parts.modals,
        whispers=parts.whispers,
    )


def rounds(parts: Parts) -> Feature:
    preview = PreviewRound(parts.database, parts.people, parts.clock, parts.rules.bot_user)
    return RoundListeners(preview, parts.commands)


def home(parts: Parts) -> Feature:
    return HomeListeners(LookAtHome(parts.database, parts.clock), parts.modals, parts.commands.command)


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
        "tuning": tuning_step(
            database=db,
            providers=parts.providers,
            prices=parts.prices,
            artifacts=parts.artifacts,
            locks=parts.locks,
            clock=clock,
            timing=parts.rules.timing,
        ),
        "draft": WriteDraft(db, parts.providers, parts.locks, people, clock, system_message),
    }


def upload_page(parts: Parts) -> UploadRoutes:
    db, clock, rules = parts.database, parts.clock, parts.rules
    return UploadRoutes(
        OpenLink(db, parts.links, clock, rules.workspace_url),
        Uploading(
            db, parts.artifacts, parts.incoming, parts.links, clock, rules.file_limit_bytes, rules.files_per_link
        ),
        Pace(rules.requests_per_s),
    )


def sweep_uploads(parts: Parts) -> SweepUploads:
    return SweepUploads(parts.database, parts.incoming, parts.clock)


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


def said_of_source(facts: Mapping[str, Any]) -> str:
    """What stands in the thread about a file."""
    return templates()[SOURCE_MESSAGE](facts).text


def system_message(voice: Voice) -> str:
    """The same words that stand in the rows the voice was trained on."""
    return SYSTEM_MESSAGE.format(writer=voice.handle)


def templates() -> Templates:
    """Every message the bot can say."""
    return {
        **whisper_views.TEMPLATES,
        **voice_views.TEMPLATES,
        **consent_views.TEMPLATES,
        **dataset_views.TEMPLATES,
        **difference_views.TEMPLATES,
        **picture_views.TEMPLATES,
        **signoff_views.TEMPLATES,
        **rehearsal_views.TEMPLATES,
        **spending_views.TEMPLATES,
        **training_views.TEMPLATES,
        **drafting_views.TEMPLATES,
        **feedback_views.TEMPLATES,
        **round_views.TEMPLATES,
    }
