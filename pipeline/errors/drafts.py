"""A draft cannot be written or judged."""

from pipeline.errors.base import AppError


class DraftError(AppError):
    """A draft cannot be made or changed like this."""


class VoiceNotReady(DraftError):
    def __init__(self, handle: str, state: str) -> None:
        super().__init__(handle, state)
        self.handle = handle
        self.state = state


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


class NotADraft(DraftError):
    """The message that was meant is not a draft, or is gone."""


class SameText(DraftError):
    """The rewrite is the same text as the draft."""
