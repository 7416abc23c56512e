"""Providers that tell by themselves when a run has ended. An event only wakes the look at the run."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web

from pipeline.domain.training import TERMINAL_TUNING_STATES, ProviderEvent
from pipeline.errors import BadWebhook, UnknownProvider
from pipeline.ports import Clock, Database

PATH: Final = "/webhooks/{provider}"
LONGEST_BODY: Final = 64 * 1024  # an event names a job and says nothing more

log = logging.getLogger(__name__)


class Webhooks(Protocol):
    def read(self, provider: str, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """The event, when its signature is right. Raises UnknownProvider, BadWebhook."""
        ...


@dataclass(frozen=True, slots=True)
class WakeRun:
    """The same event again, a run we do not know, a type we do not know: all are fine, and nothing happens."""

    database: Database
    clock: Clock

    async def __call__(self, provider: str, event: ProviderEvent) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            if not await tx.deliveries.first_time(f"webhook:{provider}:{event.event_id}", now=now):
                return
            job = await tx.tuning_jobs.at(provider, event.about) if event.about else None
            log.info("webhook", extra={"provider": provider, "type": event.kind, "is_ours": job is not None})
            if job is not None and (job.state not in TERMINAL_TUNING_STATES or job.actual_microusd is None):
                await tx.work.enqueue("tuning", job.tuning_job_id, job.team_id, run_at=now)


@dataclass(frozen=True, slots=True)
class WebhookRoutes:
    webhooks: Webhooks
    wake: WakeRun

    def add_to(self, site: web.Application) -> None:
        site.router.add_post(PATH, self.on_event)

    async def on_event(self, request: web.Request) -> web.Response:
        """400 for a signature that is wrong or old: the provider tries again, and its operator sees it fail."""
        provider = request.match_info["provider"]
        body = await request.content.read(LONGEST_BODY + 1)
        try:
            event = self.webhooks.read(provider, body, request.headers)
        except UnknownProvider:
            return web.Response(status=404)
        except BadWebhook:
            log.warning("webhook refused", extra={"provider": provider})
            return web.Response(status=400)
        await self.wake(provider, event)
        return web.Response(status=200)
