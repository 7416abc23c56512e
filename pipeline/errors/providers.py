"""What a model provider answers, or does not."""

from pipeline.errors.base import AppError


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


class BadWebhook(ProviderError):
    """What came in the provider's name is not signed by it, or too old, or unreadable."""


class UnknownProvider(ProviderError):
    """No provider of this name is configured."""
