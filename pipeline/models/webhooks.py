"""Webhooks of providers that sign as OpenAI does (Standard Webhooks): verified and read by the official SDK."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import openai
from openai import OpenAI
from pydantic import SecretStr

from pipeline.domain.training import ProviderEvent
from pipeline.errors import BadWebhook, UnknownProvider

ID_HEADER = "webhook-id"


@dataclass(frozen=True, slots=True)
class SignedWebhooks:
    """secrets: by provider. Only those that have one are listened to."""

    secrets: Mapping[str, SecretStr]
    sdk: OpenAI = field(default_factory=lambda: OpenAI(api_key="none is sent", max_retries=0))

    def read(self, provider: str, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Raises UnknownProvider, BadWebhook.

        The SDK takes an event of an unknown type for its first known one, so that only `type` says what it is; a
        missing header is a plain ValueError; a body that is signed and no JSON object ends in all kinds of errors.
        """
        secret = self.secrets.get(provider)
        if secret is None:
            raise UnknownProvider(provider)
        lower = {name.lower(): value for name, value in headers.items()}
        try:
            event = self.sdk.webhooks.unwrap(body, lower, secret=secret.get_secret_value())
        except (ValueError, TypeError, AttributeError, openai.OpenAIError) as error:
            raise BadWebhook(provider) from error
        about = getattr(getattr(event, "data", None), "id", None)
        return ProviderEvent(
            event_id=lower[ID_HEADER],
            kind=str(getattr(event, "type", "")),
            about=about if isinstance(about, str) else None,
        )
