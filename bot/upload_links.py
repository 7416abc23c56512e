"""Signed links to the upload page: who may add files to which round, until when. Nothing of them is stored."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import SecretStr

from pipeline.domain.voices import Round, RoundId, VoiceId
from pipeline.errors import LinkExpired, LinkNotOurs

SECRET_CHARS: Final = 32  # as many bytes as SHA-256 gives: a shorter key is easier to guess than the signature
TOKEN_CHARS: Final = 600  # ours have about 300
PURPOSE: Final = b"understudy upload link\n"  # the same secret never signs anything else that looks like a link
PATH: Final = "/upload"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link allows. link_key: its own, so that files by it can be counted. expires: seconds since 1970."""

    team_id: str
    voice_id: VoiceId
    round_id: RoundId
    user: str
    expires: int
    link_key: str

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)


@dataclass(frozen=True, slots=True)
class UploadLinks:
    """public_url: of the bot's own server, as browsers reach it; without it or a secret there are no links."""

    public_url: str
    secret: SecretStr
    valid_for: timedelta

    @property
    def on(self) -> bool:
        return bool(self.public_url) and len(self.secret.get_secret_value()) >= SECRET_CHARS

    def link_for(self, round_: Round, user: str, *, now: datetime) -> str | None:
        if not self.on:
            return None
        expires = int((now + self.valid_for).timestamp())
        grant = Grant(round_.team_id, round_.voice_id, round_.round_id, user, expires, secrets.token_urlsafe(12))
        return f"{self.public_url.rstrip('/')}{PATH}/{self.token(grant)}"

    def token(self, grant: Grant) -> str:
        said = json.dumps(asdict(grant), separators=(",", ":")).encode()
        return f"{encoded(said)}.{encoded(self.signature(said))}"

    def opened(self, token: str, *, now: datetime) -> Grant:
        """Raises LinkNotOurs for anything we did not sign, LinkExpired."""
        said, signature = taken_apart(token)
        if not self.on or not hmac.compare_digest(signature, self.signature(said)):
            raise LinkNotOurs
        grant = Grant(**json.loads(said))
        if now >= grant.expires_at:
            raise LinkExpired(grant.expires_at)
        return grant

    def signature(self, said: bytes) -> bytes:
        return hmac.new(self.secret.get_secret_value().encode(), PURPOSE + said, hashlib.sha256).digest()


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def taken_apart(token: str) -> tuple[bytes, bytes]:
    """Raises LinkNotOurs. Only the one spelling that we write is a token."""
    said, dot, signature = token.partition(".")
    try:
        parts = tuple(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (said, signature))
    except (ValueError, binascii.Error) as error:
        raise LinkNotOurs from error
    if not dot or len(token) > TOKEN_CHARS or [encoded(part) for part in parts] != [said, signature]:
        raise LinkNotOurs
    return parts[0], parts[1]
