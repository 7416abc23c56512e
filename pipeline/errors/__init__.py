"""Every failure a person may be told of, as a tree; facts only: the sentences live in bot/slack/failures/.

AppError
├── DataError                 a file or dataset cannot be used as it is
│   ├── UnreadableType        no reader for this kind of file
│   ├── EmptyFile             nothing in it
│   ├── FiguresWithoutPages   a table of clicks by word or country: fits no text
│   ├── UnreadableFile        the reader gave up (half-written, not what its name says)
│   ├── FileTooBig            over the limit for one file
│   ├── ArchiveBomb           unpacks to too much, too many files or nests archives
│   ├── UnsafeXml             defines entities
│   ├── NothingLeft           every item was filtered out
│   ├── SameFile              these bytes were read before
│   ├── RoundLocked           a paid round takes no more texts or choices
│   ├── DownloadRefused       Slack did not give the file
│   ├── TextsForgotten        they were erased at somebody's wish
│   ├── UploadRefused         Slack did not take pictures
│   ├── UnresolvedBlocker     a blocker finding is still open
│   ├── TooFewExamples        not enough rows to train
│   └── WayError              a text cannot come in by an upload link or from a site (ways.py), or by an export
│       └── ExportError       NotAnExport, DamagedExport, ExportTooBig, NewerExport, VoiceIsHere
├── CommandError              what was typed cannot be done
│   ├── UnknownVerb, UnknownVoice, BadHandle, VoiceTaken, MissingArgument, WhichTeam, NoSuchFile, AlreadyForgotten
├── RightsError               this person may not
│   ├── NotSteward, NotTheirs, NotApprover, OwnRequest, NotAllowedToDraft, NotADrafter, DraftersUnseen,
│   │   CannotDraft, NotAJudge, NoJudge
├── ConsentError
│   ├── ConsentMissing, ConsentEnded, ConsentWithdrawn, NotTheOwner, OwnerIsOutside, OwnAttestation
├── SpendError                money
│   ├── NoPrice, StalePrice, UnmeasuredMachine, BaseTooSmall, WayClosed, AlreadyDecided, RequestVoid, OverBudget,
│   │   PriceRose
│   ├── AlreadySigned, EmergencyClosed
│   ├── NotRehearsed          nobody knows yet what the texts would teach
│   ├── RehearsalRefused      they would teach a fault, and nobody has said why to pay all the same
│   ├── TooFewToRehearse      the same for a set that is too small to tell
│   ├── NotCompared           nobody judged yet whether plain prompting is enough
│   ├── ComparisonUnderWay    it is being judged
│   ├── FewShotIsEnough       it may be, and nobody has said why to train all the same
│   ├── AlreadyCompared, TooFewToCompare, ComparisonClosed
│   └── NothingToOverride     the gate stands open, was overridden before, or is of texts that changed since
├── ProviderError             the model provider
│   ├── ProviderUnavailable   unknown whether it did what was asked (timeout, reset, 5xx)
│   ├── ProviderRefused       a definite no, with the provider's own code
│   ├── TrainingClosed        this organisation may not train any more
│   ├── ProviderBusy          definite: not accepted, try later (429, connection refused)
│   ├── SensitivityNotAllowed private text may not go there
│   ├── BadWebhook            what came in its name is not signed by it
│   └── UnknownProvider
├── DraftError
│   ├── VoiceNotReady, VoiceNotTrained, VoicePaused, BriefMissing, BriefDoubtful (VagueBrief, OffPurpose,
│   │   OrdersInBrief), AlreadyAnswered, DraftLimit,
│   │   DraftCopied, NotADraft, ChangeTooSmall
└── DuelError                 two versions cannot be compared, voted on or promoted like this
    ├── NoSuchVersion, SameVersion, TwoVoices, NoBriefs, NoVoters, ClosesTooSoon, DuelTooDear, TooFewBouts
    ├── NotAVoter, DuelClosed
    └── NotAnEditor, PromotionBlocked, VersionRetired
"""

from pipeline.errors.base import AppError, LeaseLost, NotRecordedYet
from pipeline.errors.drafts import (
    AlreadyAnswered,
    BriefDoubtful,
    BriefMissing,
    DraftCopied,
    DraftError,
    DraftLimit,
    NoFeedback,
    NotADraft,
    OffPurpose,
    OrdersInBrief,
    SameText,
    VagueBrief,
    VoiceNotReady,
    VoiceNotTrained,
    VoicePaused,
)
from pipeline.errors.duels import (
    ClosesTooSoon,
    DuelClosed,
    DuelError,
    DuelTooDear,
    NoBriefs,
    NoSuchVersion,
    NotAnEditor,
    NotAVoter,
    NoVoters,
    PromotionBlocked,
    SameVersion,
    TooFewBouts,
    TwoVoices,
    VersionRetired,
)
from pipeline.errors.exports import (
    DamagedExport,
    ExportError,
    ExportTooBig,
    NewerExport,
    NotAnExport,
    VoiceIsHere,
)
from pipeline.errors.money import (
    AlreadyCompared,
    AlreadyDecided,
    AlreadySigned,
    ComparisonClosed,
    ComparisonUnderWay,
    EmergencyClosed,
    FewShotIsEnough,
    NotCompared,
    NothingToOverride,
    NotRehearsed,
    OverBudget,
    PriceRose,
    RehearsalRefused,
    RequestVoid,
    SpendError,
    TooFewToCompare,
    TooFewToRehearse,
)
from pipeline.errors.people import (
    AlreadyForgotten,
    BadHandle,
    CannotBeEditor,
    CannotDraft,
    CannotStandIn,
    CommandError,
    ConsentEnded,
    ConsentError,
    ConsentMissing,
    ConsentWithdrawn,
    DraftersUnseen,
    MissingArgument,
    NoJudge,
    NoSuchFile,
    NotAdmin,
    NotADrafter,
    NotAJudge,
    NotAllowedToDraft,
    NotApprover,
    NotInChannel,
    NotSteward,
    NotTheEditor,
    NotTheirs,
    NotTheOwner,
    OwnAttestation,
    OwnerIsOutside,
    OwnRequest,
    RightsError,
    UnknownVerb,
    UnknownVoice,
    VoiceTaken,
    WhichTeam,
)
from pipeline.errors.prices import (
    BaseGone,
    BaseTooSmall,
    NoPrice,
    PreflightPending,
    PreflightRefused,
    PriceError,
    StalePrice,
    UnmeasuredMachine,
    WayClosed,
)
from pipeline.errors.providers import (
    BadWebhook,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    SensitivityNotAllowed,
    TrainingClosed,
    UnknownProvider,
)
from pipeline.errors.texts import (
    ArchiveBomb,
    DataError,
    DownloadRefused,
    EmptyFile,
    FiguresWithoutPages,
    FileTooBig,
    NothingLeft,
    NothingToCompare,
    RoundLocked,
    SameFile,
    TextsForgotten,
    TextsNotReady,
    TooFewExamples,
    UnreadableFile,
    UnreadableType,
    UnresolvedBlocker,
    UnsafeXml,
    UploadRefused,
)
from pipeline.errors.ways import (
    LinkError,
    LinkExpired,
    LinkNotOurs,
    LinkUsedUp,
    NoPostsFound,
    NoRoomLeft,
    NotAnAddress,
    OffsetMismatch,
    OriginsForbidden,
    PrivateAddress,
    PullError,
    RobotsForbid,
    SiteRefused,
    SiteTooBig,
    SiteUnreachable,
    TooManyRequests,
    UploadBusy,
    UploadGone,
    WayError,
)

__all__ = [
    "AlreadyAnswered",
    "AlreadyCompared",
    "AlreadyDecided",
    "AlreadyForgotten",
    "AlreadySigned",
    "AppError",
    "ArchiveBomb",
    "BadHandle",
    "BadWebhook",
    "BaseGone",
    "BaseTooSmall",
    "BriefDoubtful",
    "BriefMissing",
    "CannotBeEditor",
    "CannotDraft",
    "CannotStandIn",
    "ClosesTooSoon",
    "CommandError",
    "ComparisonClosed",
    "ComparisonUnderWay",
    "ConsentEnded",
    "ConsentError",
    "ConsentMissing",
    "ConsentWithdrawn",
    "DamagedExport",
    "DataError",
    "DownloadRefused",
    "DraftCopied",
    "DraftError",
    "DraftLimit",
    "DraftersUnseen",
    "DuelClosed",
    "DuelError",
    "DuelTooDear",
    "EmergencyClosed",
    "EmptyFile",
    "ExportError",
    "ExportTooBig",
    "FewShotIsEnough",
    "FiguresWithoutPages",
    "FileTooBig",
    "LeaseLost",
    "LinkError",
    "LinkExpired",
    "LinkNotOurs",
    "LinkUsedUp",
    "MissingArgument",
    "NewerExport",
    "NoBriefs",
    "NoFeedback",
    "NoJudge",
    "NoPostsFound",
    "NoPrice",
    "NoRoomLeft",
    "NoSuchFile",
    "NoSuchVersion",
    "NoVoters",
    "NotADraft",
    "NotADrafter",
    "NotAJudge",
    "NotAVoter",
    "NotAdmin",
    "NotAllowedToDraft",
    "NotAnAddress",
    "NotAnEditor",
    "NotAnExport",
    "NotApprover",
    "NotCompared",
    "NotInChannel",
    "NotRecordedYet",
    "NotRehearsed",
    "NotSteward",
    "NotTheEditor",
    "NotTheOwner",
    "NotTheirs",
    "NothingLeft",
    "NothingToCompare",
    "NothingToOverride",
    "OffPurpose",
    "OffsetMismatch",
    "OrdersInBrief",
    "OriginsForbidden",
    "OverBudget",
    "OwnAttestation",
    "OwnRequest",
    "OwnerIsOutside",
    "PreflightPending",
    "PreflightRefused",
    "PriceError",
    "PriceRose",
    "PrivateAddress",
    "PromotionBlocked",
    "ProviderBusy",
    "ProviderError",
    "ProviderRefused",
    "ProviderUnavailable",
    "PullError",
    "RehearsalRefused",
    "RequestVoid",
    "RightsError",
    "RobotsForbid",
    "RoundLocked",
    "SameFile",
    "SameText",
    "SameVersion",
    "SensitivityNotAllowed",
    "SiteRefused",
    "SiteTooBig",
    "SiteUnreachable",
    "SpendError",
    "StalePrice",
    "TextsForgotten",
    "TextsNotReady",
    "TooFewBouts",
    "TooFewExamples",
    "TooFewToCompare",
    "TooFewToRehearse",
    "TooManyRequests",
    "TrainingClosed",
    "TwoVoices",
    "UnknownProvider",
    "UnknownVerb",
    "UnknownVoice",
    "UnmeasuredMachine",
    "UnreadableFile",
    "UnreadableType",
    "UnresolvedBlocker",
    "UnsafeXml",
    "UploadBusy",
    "UploadGone",
    "UploadRefused",
    "VagueBrief",
    "VersionRetired",
    "VoiceIsHere",
    "VoiceNotReady",
    "VoiceNotTrained",
    "VoicePaused",
    "VoiceTaken",
    "WayClosed",
    "WayError",
    "WhichTeam",
]
