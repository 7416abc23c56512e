"""Who may ask, and how much: API keys kept as hashes, each with limits of its own."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from modelserver.errors import ApiError

ORGANIZATION: Final = "org-private"  # of the single key that needs no file


@dataclass(frozen=True)
class Tenant:
    """One key. Its organisation's files, jobs and models are seen by all keys of it, and by no other.

    Limits are None where there is none. waiting_jobs: jobs that have not ended. disk_bytes: files and models.
    priority: whose waiting jobs train first; the higher.
    """

    name: str
    organization: str = ORGANIZATION
    requests_per_minute: int | None = None
    waiting_jobs: int | None = None
    disk_bytes: int | None = None
    priority: int = 0


PLACE: Final = web.RequestKey("tenant", Tenant)


class _Key(BaseModel):
    """One entry of the keys file."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    organization: Annotated[str, StringConstraints(pattern=r"^org-[a-z0-9-]{1,40}$")] | None = None
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    waiting_jobs: Annotated[int, Field(ge=1)] | None = None
    disk_mb: Annotated[int, Field(ge=1)] | None = None
    priority: Annotated[int, Field(ge=-100, le=100)] = 0

    def tenant(self) -> Tenant:
        return Tenant(
            self.name,
            self.organization or f"org-{self.name}",
            self.requests_per_minute,
            self.waiting_jobs,
            self.disk_mb * 2**20 if self.disk_mb else None,
            self.priority,
        )


class _KeysFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: list[_Key]


class Tenants:
    """Keys by their SHA-256. Keys are long and random, so a plain hash is enough: it cannot be guessed backwards."""

    def __init__(self, by_digest: Mapping[str, Tenant]) -> None:
        self._by_digest = by_digest

    @classmethod
    def read(cls, *, single_key: str | None, path: Path | None) -> Tenants:
        """Raises ValueError when there is no key at all or the file is wrong."""
        found = {digest(single_key): Tenant("api-key")} if single_key else {}
        if path is not None:
            try:
                keys = _KeysFile.model_validate(tomllib.loads(path.read_text("utf-8"))).key
            except (OSError, tomllib.TOMLDecodeError, ValidationError) as err:
                raise ValueError(f"{path} is no keys file: {err}") from err
            found |= {key.sha256: key.tenant() for key in keys}
        if not found:
            raise ValueError("an api_key or a keys file is needed")
        return cls(found)

    def of(self, key: str) -> Tenant | None:
        offered = digest(key)
        matches = [tenant for known, tenant in self._by_digest.items() if hmac.compare_digest(known, offered)]
        return matches[0] if matches else None


class Meter:
    """Requests per key, as a bucket that holds one minute's worth and fills steadily. Forgotten at a restart."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def wait_s(self, tenant: Tenant, now: float) -> float:
        """Take one request, or say in how many seconds there will be one; now: of any steady clock."""
        most = tenant.requests_per_minute
        if most is None:
            return 0.0
        left, since = self._left.get(tenant.name, (float(most), now))
        left = min(float(most), left + (now - since) * most / 60)
        allowed = left >= 1
        self._left[tenant.name] = (left - 1 if allowed else left, now)
        return 0.0 if allowed else (1 - left) * 60 / most


def tenant_of(request: web.Request) -> Tenant:
    """Who asks, as the middleware found out."""
    return request[PLACE]


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def new_key(name: str) -> str:
    """A fresh key and its entry for the keys file. The key itself is kept nowhere."""
    key = f"sk-{secrets.token_urlsafe(32)}"
    entry = _Key(name=name, sha256=digest(key))
    return f'Key, shown only now: {key}\n\n[[key]]\nname = "{entry.name}"\nsha256 = "{entry.sha256}"\n'


def too_much(message: str, *, code: str) -> ApiError:
    """A limit of the key is reached."""
    return ApiError(message, status=429, kind="limits", code=code)
