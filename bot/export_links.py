"""Signed links to the page an export is fetched from: whose, of which voice, until when. Nothing of them is stored."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from bot.upload_links import UploadLinks, encoded, taken_apart
from pipeline.domain.voices import Voice, VoiceId
from pipeline.errors import LinkExpired, LinkNotOurs

PURPOSE: Final = b"understudy export link\n"  # an upload link is none of these
PATH: Final = "/export"


@dataclass(frozen=True, slots=True)
class ExportGrant:
    """What a link allows. expires: seconds since 1970."""

    team_id: str
    voice_id: VoiceId
    user: str
    expires: int


@dataclass(frozen=True, slots=True)
class ExportLink:
    url: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ExportLinks:
    """Where, with which secret and how long as for upload links."""

    like: UploadLinks

    def link_for(self, voice: Voice, user: str, *, now: datetime) -> ExportLink | None:
        if not self.like.on:
            return None
        expires = int((now + self.like.valid_for).timestamp())
        said = json.dumps(asdict(ExportGrant(voice.team_id, voice.voice_id, user, expires))).encode()
        token = f"{encoded(said)}.{encoded(self.signature(said))}"
        return ExportLink(f"{self.like.public_url.rstrip('/')}{PATH}/{token}", datetime.fromtimestamp(expires, UTC))

    def opened(self, token: str, *, now: datetime) -> ExportGrant:
        """Raises LinkNotOurs for anything we did not sign, LinkExpired."""
        said, signature = taken_apart(token)
        if not self.like.on or not hmac.compare_digest(signature, self.signature(said)):
            raise LinkNotOurs
        grant = ExportGrant(**json.loads(said))
        if now.timestamp() >= grant.expires:
            raise LinkExpired(datetime.fromtimestamp(grant.expires, UTC))
        return grant

    def signature(self, said: bytes) -> bytes:
        return hmac.new(self.like.secret.get_secret_value().encode(), PURPOSE + said, hashlib.sha256).digest()
