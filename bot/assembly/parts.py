"""What wiring opened, as one value that every feature takes its parts from."""

from dataclasses import dataclass, field
from typing import Protocol

from slack_bolt.async_app import AsyncApp

from bot.admin_menu import AdminMenu
from bot.drafters import Colleagues
from bot.features.board.picturing import BoardPainter
from bot.features.differences.usecase import Comparer
from bot.features.drafting.files import Sharing
from bot.features.evaluation.usecase import Evaluator
from bot.features.exports.usecase import FileSharing
from bot.features.feedback.dropping import Versions
from bot.features.feedback.sweeping import EmojiThere
from bot.features.pictures.usecase import Painter, PictureUploads
from bot.features.rehearsal.usecase import Rehearser
from bot.features.rounds.taking import PairMaker
from bot.features.signoff.sending import Picker
from bot.features.training.curves import CurvePainter
from bot.features.training.record import Timing
from bot.features.training.webhooks import Webhooks
from bot.few_shot import FewShots, ShotChooser
from bot.measuring import Meter
from bot.offers import Bases, Prices
from bot.paid_texts import PaidTexts
from bot.preparing import SYSTEM_MESSAGE
from bot.slack.commands import Commands
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers
from bot.upload_folder import UploadFolder
from bot.upload_links import UploadLinks
from pipeline.domain.voices import ORIGINS, Origin, Voice
from pipeline.ports import (
    Clock,
    Database,
    Eligibility,
    ErasableStore,
    FileFetcher,
    LivenessLocks,
    ModelCopies,
    Preparer,
    ReactionWriter,
    RunProviders,
    Sites,
)
from pipeline.sources.reading import Limits


class Feature(Protocol):
    """Listeners of one feature."""

    def register(self, app: AsyncApp) -> None: ...


class ModelProviders(RunProviders, ModelCopies, Bases, Eligibility, Protocol):
    """The configured providers and what they offer."""


class Painters(Painter, CurvePainter, BoardPainter, Protocol):
    """Everything that is drawn."""


class Uploads(PictureUploads, Sharing, FileSharing, Protocol):
    """Everything that is put into Slack as a file."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Values of the settings that decisions use. bot_user: our own Slack user id.

    workspace_url: what links into the workspace begin with, ending with a slash.
    """

    timing: Timing
    bot_user: str
    workspace_url: str
    origins: tuple[Origin, ...] = ORIGINS
    file_limit_bytes: int = 0
    files_per_link: int = 0
    requests_per_s: float = 0.0
    drafts_a_day: int = 0
    waking_s: float = 0.0
    reading: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that was opened."""

    database: Database
    artifacts: ErasableStore
    preparer: Preparer
    rehearser: Rehearser
    comparer: Comparer
    painter: Painters
    uploads: Uploads
    emoji: EmojiThere
    picker: Picker
    pairs: PairMaker
    shots: ShotChooser
    evaluator: Evaluator
    meter: Meter
    files: FileFetcher
    versions: Versions
    sites: Sites
    links: UploadLinks
    incoming: UploadFolder
    people: Colleagues
    providers: ModelProviders
    webhooks: Webhooks
    prices: Prices
    locks: LivenessLocks
    reactions: ReactionWriter
    clock: Clock
    commands: Commands
    whispers: Whispers
    modals: Modals
    admin_menu: AdminMenu
    rules: Rules


def few_shots(parts: Parts) -> FewShots:
    return FewShots(parts.artifacts, parts.shots, parts.prices, parts.database)


def paid_texts(parts: Parts) -> PaidTexts:
    return PaidTexts(parts.database, parts.locks, parts.clock, parts.rules.waking_s)


def system_message(voice: Voice) -> str:
    """The same words that stand in the rows the voice was trained on."""
    return SYSTEM_MESSAGE.format(writer=voice.written_as)
