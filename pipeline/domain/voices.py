"""Voices, the consent they rest on, and the rounds and sources their data comes from."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, NewType, get_args

from pipeline.domain.documents import Choice, DocumentId, Filters, Recipe, Rule
from pipeline.domain.preparing import FileFacts
from pipeline.domain.reading import ReadOptions

VoiceId = NewType("VoiceId", int)
ConsentId = NewType("ConsentId", int)
RoundId = NewType("RoundId", int)
SourceId = NewType("SourceId", int)
DatasetId = NewType("DatasetId", int)
StepId = NewType("StepId", int)

Purpose = Literal["generation", "extraction", "summarization", "rewriting", "classification", "question answering"]
Sensitivity = Literal["public", "internal", "private"]
VoiceState = Literal["active", "paused", "closed"]
ConsentState = Literal["asked", "given", "refused", "withdrawn"]
SourceState = Literal["waiting", "read", "refused", "withdrawn"]
Origin = Literal["direct", "slack_file", "slack_message", "own_draft", "vote"]
ORIGINS: Final[tuple[Origin, ...]] = get_args(Origin)
# How a source came: its origin says whether Slack's API was passed, its way what a person did.
Way = Literal["slack", "command-line", "upload-link", "site"]


def is_slack_user(name: str) -> bool:
    return re.fullmatch(r"[UW][A-Z0-9]+", name) is not None


def outside_name(typed: str) -> str:
    """Of an owner who is not in Slack, as it is kept: never to be taken for a Slack user id."""
    name = " ".join(typed.split())
    return name.title() if is_slack_user(name) else name


@dataclass(frozen=True, slots=True)
class NewVoice:
    """What the New voice form says. owner: as Voice says. steward: a Slack user id. channel_id: where it drafts.

    drafters: see Voice.
    """

    team_id: str
    handle: str
    purpose: Purpose
    sensitivity: Sensitivity
    owner: str
    steward: str
    channel_id: str
    works_if: str
    why: str
    drafters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedDrafters:
    """Who shall draft, as a steward wants it; waits for the owner, who agreed to fewer."""

    drafters: tuple[str, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Voice:
    """A named style of one owner. handle is unique in its team. state_by, state_at: who changed state, and when.

    owner: a Slack user id, or the name of somebody who is not in Slack.

    writer: see written_as. drafters: Slack ids of channels, user groups and people who may draft; none: everybody may.
    """

    voice_id: VoiceId
    team_id: str
    handle: str
    purpose: Purpose
    sensitivity: Sensitivity
    owner: str
    steward: str
    channel_id: str
    works_if: str
    why: str
    state: VoiceState
    created_at: datetime
    state_by: str | None = None
    state_at: datetime | None = None
    writer: str = ""
    drafters: tuple[str, ...] = ()
    wanted: WantedDrafters | None = None

    @property
    def owner_is_here(self) -> bool:
        """Whether the owner is in Slack; of anybody else there is only a name."""
        return is_slack_user(self.owner)

    @property
    def written_as(self) -> str:
        """What the system message calls the person. A new name does not change it: rows and models know the first."""
        return self.writer or self.handle


@dataclass(frozen=True, slots=True)
class ConsentLimits:
    """How far the owner agrees. until: None is as long as usual. For the others see Consent."""

    until: datetime | None = None
    not_before: date | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """The owner's answer; the newest row of a voice counts. expires_at is set when given.

    limits: what else the owner wants respected, in their words. not_before: texts of earlier days are left out.
    drafters: who may draft by it, as of Voice; None: from before that was kept.
    """

    consent_id: ConsentId
    voice_id: VoiceId
    owner: str
    state: ConsentState
    asked_at: datetime
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    limits: str = ""
    not_before: date | None = None
    drafters: tuple[str, ...] | None = None

    def covers(self, now: datetime) -> bool:
        """Whether training and drafting may happen at `now`."""
        return self.state == "given" and not self.has_ended(now)

    def has_ended(self, now: datetime) -> bool:
        """By its date; the owner did not take it back."""
        return self.expires_at is not None and now >= self.expires_at


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of gathering, cleaning and training. Its thread is the message with key `card_key`.

    prepared_revision < revision means that sources or recipe changed since dataset_id was computed.
    previous_dataset_id: the one that stood before it in this round.
    origins: the policy it was last prepared under; None before it was.
    """

    round_id: RoundId
    team_id: str
    voice_id: VoiceId
    number: int
    channel_id: str
    state: Literal["open", "locked"]
    revision: int
    prepared_revision: int
    dataset_id: DatasetId | None
    created_at: datetime
    previous_dataset_id: DatasetId | None = None
    origins: tuple[Origin, ...] | None = None

    @property
    def card_key(self) -> str:
        return f"round:{self.round_id}:card"


@dataclass(frozen=True, slots=True)
class RecipeStep:
    """One choice by one person: filters, a rule's choice, or a document left out. Undone steps stay, with the time.

    excluded: the key of a document.
    """

    step_id: StepId
    round_id: RoundId
    by: str
    at: datetime
    rule: Rule | None = None
    choice: Choice | None = None
    filters: Filters | None = None
    undone_at: datetime | None = None
    excluded: DocumentId | None = None
    undone_by: str | None = None


def fold_steps(steps: list[RecipeStep], *, start: Filters) -> Recipe:
    """The recipe in force: later steps override earlier ones, undone steps do not count."""
    filters, choices, excluded = start, dict[Rule, Choice](), set[DocumentId]()
    for step in steps:
        if step.undone_at is not None:
            continue
        if step.filters is not None:
            filters = step.filters
        if step.rule is not None and step.choice is not None:
            choices[step.rule] = step.choice
        if step.excluded is not None:
            excluded.add(step.excluded)
    return Recipe(filters=filters, choices=choices, excluded=tuple(sorted(excluded)))


DELETED_IN_SLACK: Final = "file_deleted"


@dataclass(frozen=True, slots=True)
class NewSource:
    """A file to be read. sha256 is None until its bytes are in the artifact store. readings: see Source.

    url: of a site to be pulled.
    """

    team_id: str
    voice_id: VoiceId
    round_id: RoundId
    name: str
    size_bytes: int
    origin: Origin
    added_by: str
    slack_file_id: str | None = None
    sha256: str | None = None
    readings: tuple[ReadOptions, ...] = ()
    way: Way = "slack"
    url: str | None = None
    catalogue_blob: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One uploaded file: bytes in the artifact store by SHA-256 (hex).

    readings: what was said about reading it, newest last; undoing takes the newest away. facts: of the last reading.
    catalogue_blob: what was read in it (pipeline.catalogue), once it was read. checked_by: who found that its letters
    look right, where they had to be guessed. withdrawn_by: who took it out, or DELETED_IN_SLACK.
    """

    source_id: SourceId
    team_id: str
    voice_id: VoiceId
    round_id: RoundId
    name: str
    size_bytes: int
    origin: Origin
    added_by: str
    added_at: datetime
    state: SourceState
    slack_file_id: str | None
    sha256: str | None
    documents: int
    refusal: str | None = None
    readings: tuple[ReadOptions, ...] = ()
    facts: FileFacts = field(default_factory=FileFacts)
    catalogue_blob: str | None = None
    checked_by: str | None = None
    withdrawn_by: str | None = None

    way: Way = "slack"
    url: str | None = None

    @property
    def reading(self) -> ReadOptions:
        """What is in force."""
        return self.readings[-1] if self.readings else ReadOptions()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in by an upload link, in pieces. upload_key, link_key: ours, not to be guessed.

    source_id: set when it is complete. expires_at: the end of its link.
    """

    upload_key: str
    link_key: str
    team_id: str
    voice_id: VoiceId
    round_id: RoundId
    by_user: str
    name: str
    size_bytes: int
    created_at: datetime
    expires_at: datetime
    source_id: SourceId | None = None


# An entry of open_blockers that nobody has to settle: personal data was kept for private training only.
PRIVATE_ONLY: Final = "private-only"
# These only matter where others see the texts; a server of our own already may see them.
BLOCK_ELSEWHERE_ONLY: Final = frozenset({"email", "personal-data", PRIVATE_ONLY})


@dataclass(frozen=True, slots=True)
class NewDataset:
    """A recipe applied to fixed sources. *_blob: SHA-256 (hex) in the artifact store; the rows are in chat format.

    open_blockers: rules that close payment, and PRIVATE_ONLY. needs_context_tokens: of a base; 0 when any will do.
    recipe_blob, fates_blob: how it was made and what became of each document (pipeline.origins).
    validation_tokens: 0 also in sets made before this was counted.
    """

    team_id: str
    voice_id: VoiceId
    round_id: RoundId
    content_hash: str
    train_blob: str
    validation_blob: str
    test_blob: str
    report_blob: str
    documents_read: int
    kept: int
    examples: int
    train_examples: int
    train_tokens: int
    tokens: int
    words: int
    open_blockers: tuple[str, ...]
    recipe_blob: str = ""
    fates_blob: str = ""
    needs_context_tokens: int = 0
    validation_tokens: int = 0

    @property
    def undecided(self) -> tuple[str, ...]:
        """The rules that somebody still has to choose a fix for."""
        return tuple(rule for rule in self.open_blockers if rule != PRIVATE_ONLY)

    def sensitivity(self, voice: Voice) -> Sensitivity:
        """What a provider must be trusted with to see the rows: personal data is private whatever the voice is."""
        return "private" if BLOCK_ELSEWHERE_ONLY.intersection(self.open_blockers) else voice.sensitivity


@dataclass(frozen=True, slots=True)
class Dataset:
    """A stored, immutable dataset."""

    dataset_id: DatasetId
    facts: NewDataset
    created_at: datetime
