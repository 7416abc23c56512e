"""A draft cannot be written or judged."""

from datetime import datetime

from pipeline.errors.base import AppError


class DraftError(AppError):
    """A draft cannot be made or changed like this."""


class VoiceNotReady(DraftError):
    def __init__(self, handle: str, state: str) -> None:
        super().__init__(handle, state)
        self.handle = handle
        self.state = state


class VoicePaused(DraftError):
    def __init__(self, handle: str, by: str, at: datetime) -> None:
        super().__init__(handle, by, at)
        self.handle = handle
        self.by = by
        self.at = at


class VoiceNotTrained(DraftError):
    """There are texts, though: an untrained model could write with some of them in its prompt."""

    def __init__(self, handle: str, state: str) -> None:
        super().__init__(handle, state)
        self.handle = handle
        self.state = state


class BriefMissing(DraftError):
    def __init__(self, handle: str) -> None:
        super().__init__(handle)
        self.handle = handle


class BriefDoubtful(DraftError):
    """said: the words of the brief that raise it. Who means it may have it written all the same."""

    def __init__(self, handle: str, said: str) -> None:
        super().__init__(handle, said)
        self.handle = handle
        self.said = said


class VagueBrief(BriefDoubtful):
    """It has no topic."""


class OrdersInBrief(BriefDoubtful):
    """It speaks to the model."""


class OffPurpose(BriefDoubtful):
    """It asks for other work than the voice was made for. purpose: what that was."""

    def __init__(self, handle: str, said: str, purpose: str) -> None:
        super().__init__(handle, said)
        self.purpose = purpose


class AlreadyAnswered(DraftError):
    """The same request has a draft. address: of its message in Slack."""

    def __init__(self, label: str, by: str, at: datetime, address: str | None) -> None:
        super().__init__(label, by, at, address)
        self.label = label
        self.by = by
        self.at = at
        self.address = address


class DraftLimit(DraftError):
    """limit: drafts that a member may have in a day. resets_at: when the next day begins."""

    def __init__(self, limit: int, resets_at: datetime) -> None:
        super().__init__(limit, resets_at)
        self.limit = limit
        self.resets_at = resets_at


class DraftCopied(DraftError):
    """Thrown away: so many words in a row stand in a post too."""

    def __init__(self, words: int, title: str) -> None:
        super().__init__(words, title)
        self.words = words
        self.title = title


class NotADraft(DraftError):
    """The message that was meant is not a draft, or is gone."""


class SameText(DraftError):
    """The rewrite is the same text as the draft."""


class NoFeedback(DraftError):
    """Nothing of the feedback can be trained on."""

    def __init__(self, handle: str) -> None:
        super().__init__(handle)
        self.handle = handle
