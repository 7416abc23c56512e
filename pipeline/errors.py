"""Every failure a person may be told of; facts only, the sentences live in bot/slack/failures.py.

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
│   ├── UploadRefused         Slack did not take pictures
│   ├── UnresolvedBlocker     a blocker finding is still open
│   ├── TooFewExamples        not enough rows to train
│   └── WayError              a text cannot come in by an upload link or from a site (pipeline/way_errors.py)
├── CommandError              what was typed cannot be done
│   ├── UnknownVerb, UnknownVoice, BadHandle, VoiceTaken, MissingArgument, WhichTeam, NoSuchFile
├── RightsError               this person may not
│   ├── NotSteward, NotApprover, OwnRequest, NotAllowedToDraft
├── ConsentError
│   ├── ConsentMissing, ConsentWithdrawn, NotTheOwner
├── SpendError                money
│   ├── NoPrice, StalePrice, BaseTooSmall, AlreadyDecided, RequestVoid, OverBudget, NoApprover
│   ├── NotRehearsed          nobody knows yet what the texts would teach
│   ├── RehearsalRefused      they would teach a fault, and nobody has said why to pay all the same
│   ├── TooFewToRehearse      the same for a set that is too small to tell
│   └── NothingToOverride     the rehearsal passed, was overridden before, or is of texts that changed since
├── ProviderError             the model provider
│   ├── ProviderUnavailable   unknown whether it did what was asked (timeout, reset, 5xx)
│   ├── ProviderRefused       a definite no, with the provider's own code
│   ├── TrainingClosed        this organisation may not train any more
│   ├── ProviderBusy          definite: not accepted, try later (429, connection refused)
│   ├── SensitivityNotAllowed private text may not go there
│   └── UnknownProvider
└── DraftError
    ├── VoiceNotReady, BriefMissing, NotADraft, ChangeTooSmall
"""

from datetime import datetime


class AppError(Exception):
    """A failure that a person may be told of."""


class LeaseLost(Exception):  # not told to anybody: another worker has the row now
    """A fenced write found a newer token; the transaction must roll back."""


class NotRecordedYet(Exception):  # not told to anybody: Slack delivers the event again
    """An event came before the message it is about was recorded as posted."""


class DataError(AppError):
    """A file or a dataset cannot be used as it is."""


class UnreadableType(DataError):
    def __init__(self, name: str, suffix: str) -> None:
        super().__init__(name, suffix)
        self.name = name
        self.suffix = suffix


class EmptyFile(DataError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class FiguresWithoutPages(DataError):
    """A table of clicks or views that does not say of which pages."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnreadableFile(DataError):
    """where: "line 12", "row 3", "archive directory"; empty when the place is unknown."""

    def __init__(self, name: str, where: str = "") -> None:
        super().__init__(name, where)
        self.name = name
        self.where = where


class FileTooBig(DataError):
    def __init__(self, name: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(name, size_bytes, limit_bytes)
        self.name = name
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class ArchiveBomb(DataError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnsafeXml(DataError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NothingLeft(DataError):
    """closest_author: the left-out author with most items, when another author was the reason."""

    def __init__(self, documents_read: int, closest_author: str | None = None, closest_count: int = 0) -> None:
        super().__init__(documents_read, closest_author, closest_count)
        self.documents_read = documents_read
        self.closest_author = closest_author
        self.closest_count = closest_count


class SameFile(DataError):
    def __init__(self, name: str, read_at: datetime, documents: int) -> None:
        super().__init__(name, read_at, documents)
        self.name = name
        self.read_at = read_at
        self.documents = documents


class RoundLocked(DataError):
    """What was approved no longer changes."""

    def __init__(self, handle: str, number: int) -> None:
        super().__init__(handle, number)
        self.handle = handle
        self.number = number


class TextsNotReady(DataError):
    """reason: "none", or "preparing" while a change is still being worked in."""

    def __init__(self, handle: str, reason: str) -> None:
        super().__init__(handle, reason)
        self.handle = handle
        self.reason = reason


class NothingToCompare(DataError):
    """There is no earlier version, or it was stored before versions could be compared."""


class DownloadRefused(DataError):
    def __init__(self, name: str, status: int) -> None:
        super().__init__(name, status)
        self.name = name
        self.status = status


class UploadRefused(DataError):
    """code: Slack's own word, or the status of the answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnresolvedBlocker(DataError):
    def __init__(self, rules: tuple[str, ...]) -> None:
        super().__init__(rules)
        self.rules = rules


class TooFewExamples(DataError):
    def __init__(self, examples: int, needed: int) -> None:
        super().__init__(examples, needed)
        self.examples = examples
        self.needed = needed


class CommandError(AppError):
    """What was typed cannot be done."""


class UnknownVerb(CommandError):
    def __init__(self, verb: str, nearest: str | None) -> None:
        super().__init__(verb, nearest)
        self.verb = verb
        self.nearest = nearest


class UnknownVoice(CommandError):
    def __init__(self, handle: str, nearest: str | None = None) -> None:
        super().__init__(handle, nearest)
        self.handle = handle
        self.nearest = nearest


class BadHandle(CommandError):
    def __init__(self, handle: str) -> None:
        super().__init__(handle)
        self.handle = handle


class VoiceTaken(CommandError):
    def __init__(self, handle: str, steward: str) -> None:
        super().__init__(handle, steward)
        self.handle = handle
        self.steward = steward


class MissingArgument(CommandError):
    """usage: the whole command as it should be typed."""

    def __init__(self, usage: str) -> None:
        super().__init__(usage)
        self.usage = usage


class WhichTeam(CommandError):
    """Several workspaces are in the database and none was named. teams: their ids."""

    def __init__(self, teams: tuple[str, ...]) -> None:
        super().__init__(teams)
        self.teams = teams


class NoSuchFile(CommandError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotInChannel(CommandError):
    """The bot is not a member of the channel the command was typed in."""


class RightsError(AppError):
    """This person may not do this."""


class NotSteward(RightsError):
    def __init__(self, steward: str) -> None:
        super().__init__(steward)
        self.steward = steward


class NotApprover(RightsError):
    def __init__(self, approvers: tuple[str, ...]) -> None:
        super().__init__(approvers)
        self.approvers = approvers


class OwnRequest(RightsError):
    def __init__(self, approvers: tuple[str, ...]) -> None:
        super().__init__(approvers)
        self.approvers = approvers


class NotAllowedToDraft(RightsError):
    def __init__(self, handle: str, channel_id: str, owner: str, steward: str) -> None:
        super().__init__(handle, channel_id, owner, steward)
        self.handle = handle
        self.channel_id = channel_id
        self.owner = owner
        self.steward = steward


class NotTheEditor(RightsError):
    """Somebody else was asked to look at these texts."""

    def __init__(self, editor: str) -> None:
        super().__init__(editor)
        self.editor = editor


class CannotBeEditor(RightsError):
    """A guest, a bot, or somebody who is not there any more."""

    def __init__(self, user: str) -> None:
        super().__init__(user)
        self.user = user


class ConsentError(AppError):
    """The owner's agreement is missing or gone."""


class ConsentMissing(ConsentError):
    def __init__(self, handle: str, owner: str) -> None:
        super().__init__(handle, owner)
        self.handle = handle
        self.owner = owner


class ConsentWithdrawn(ConsentError):
    def __init__(self, handle: str, owner: str, at: datetime) -> None:
        super().__init__(handle, owner, at)
        self.handle = handle
        self.owner = owner
        self.at = at


class NotTheOwner(ConsentError):
    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


class SpendError(AppError):
    """Money cannot be spent like this."""


class NoPrice(SpendError):
    def __init__(self, provider: str, base: str) -> None:
        super().__init__(provider, base)
        self.provider = provider
        self.base = base


class BaseTooSmall(SpendError):
    """Long texts were kept whole, and this base would cut their ends off."""

    def __init__(self, base: str, context_tokens: int, needed_tokens: int) -> None:
        super().__init__(base, context_tokens, needed_tokens)
        self.base = base
        self.context_tokens = context_tokens
        self.needed_tokens = needed_tokens


class StalePrice(SpendError):
    def __init__(self, base: str, age_days: int) -> None:
        super().__init__(base, age_days)
        self.base = base
        self.age_days = age_days


class AlreadyDecided(SpendError):
    """state: approved, declined, void or expired."""

    def __init__(self, state: str, by: str | None, at: datetime | None) -> None:
        super().__init__(state, by, at)
        self.state = state
        self.by = by
        self.at = at


class RequestVoid(SpendError):
    def __init__(self, label: str, examples_then: int, examples_now: int) -> None:
        super().__init__(label, examples_then, examples_now)
        self.label = label
        self.examples_then = examples_then
        self.examples_now = examples_now


class OverBudget(SpendError):
    def __init__(self, month: str, would_be_microusd: int, limit_microusd: int) -> None:
        super().__init__(month, would_be_microusd, limit_microusd)
        self.month = month
        self.would_be_microusd = would_be_microusd
        self.limit_microusd = limit_microusd


class NoApprover(SpendError):
    """Nobody is configured, or nobody reachable, who may approve spend."""


class NotRehearsed(SpendError):
    """The rehearsal was started instead."""


class RehearsalRefused(SpendError):
    def __init__(self, problems: int) -> None:
        super().__init__(problems)
        self.problems = problems


class TooFewToRehearse(SpendError):
    def __init__(self, texts: int, needed: int) -> None:
        super().__init__(texts, needed)
        self.texts = texts
        self.needed = needed


class NothingToOverride(SpendError):
    """Somebody else was first, or the texts changed or passed meanwhile."""


class ProviderError(AppError):
    """The model provider did not do what was asked, or may not have."""

    def __init__(self, provider: str) -> None:
        super().__init__(provider)
        self.provider = provider


class ProviderUnavailable(ProviderError):
    """Unknown outcome: timeout, reset, 409 or 5xx. What was sent may have been accepted."""


class ProviderBusy(ProviderError):
    """Definitely not accepted: 429, or the connection was refused before anything was sent."""


class ProviderRefused(ProviderError):
    """A definite no. code, message: the provider's own words, for logs and details, never a sentence by itself."""

    def __init__(self, provider: str, code: str, message: str) -> None:
        super().__init__(provider)
        self.code = code
        self.message = message


class TrainingClosed(ProviderError):
    """The organisation may no longer start fine-tunes there (403 training_not_available)."""


class SensitivityNotAllowed(ProviderError):
    def __init__(self, provider: str, sensitivity: str) -> None:
        super().__init__(provider)
        self.sensitivity = sensitivity


class UnknownProvider(ProviderError):
    """No provider of this name is configured."""


class DraftError(AppError):
    """A draft cannot be made or changed like this."""


class VoiceNotReady(DraftError):
    def __init__(self, handle: str, state: str) -> None:
        super().__init__(handle, state)
        self.handle = handle
        self.state = state


class BriefMissing(DraftError):
    def __init__(self, handle: str) -> None:
        super().__init__(handle)
        self.handle = handle


class NotADraft(DraftError):
    """The message that was meant is not a draft, or is gone."""


class SameText(DraftError):
    """The rewrite is the same text as the draft."""
