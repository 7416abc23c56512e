"""A site's posts into a round: asked for, fetched, stored as one file, and handed on to be read like any other."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.adding import add_sources, refuse_source, source_message
from bot.lookup import only_collecting, only_steward, only_unlocked
from bot.site_address import incoming_site
from pipeline.domain.preparing import PulledSite
from pipeline.domain.voices import RoundId, Source, SourceId
from pipeline.domain.work import WorkItem
from pipeline.errors import DataError, SiteUnreachable
from pipeline.ports import ArtifactStore, Clock, Database, Sites, Transaction
from pipeline.sources.site_posts import Json, compared

MAX_ATTEMPTS: Final = 3  # each asks a stranger's site for all of its pages again


@dataclass(frozen=True, slots=True)
class AskToPull:
    """A site to be pulled into this round; its name. One that waits already is not asked for twice.

    Raises NotAnAddress, NotSteward, ConsentWithdrawn, RoundLocked.
    """

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, delivery: str, word: str) -> str:
        site, now = incoming_site(word), self.clock()
        async with self.database.begin() as tx:
            round_ = await tx.rounds.by_id(round_id)
            voice = await tx.voices.by_id(round_.voice_id)
            only_steward(voice, user)
            await only_collecting(tx, voice)
            only_unlocked(round_, voice)
            waiting = [one.url for one in await tx.sources.of_round(round_id) if one.state == "waiting"]
            if site.url not in waiting and await tx.deliveries.first_time(f"pull:{delivery}", now=now):
                await add_sources(tx, round_, voice, user, [site], now=now)
        return site.name


@dataclass(frozen=True, slots=True)
class PullSite:
    """Fetches the posts, stores them, and has them read. Done again after a crash it comes to the same."""

    database: Database
    artifacts: ArtifactStore
    sites: Sites
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            source = await tx.sources.by_id(SourceId(int(item.subject)))
        if source.state != "waiting" or source.sha256 is not None or source.url is None:
            async with self.database.begin() as tx:
                await tx.work.finish(item)
            return
        try:
            if item.attempts > MAX_ATTEMPTS:
                raise SiteUnreachable(source.name)
            pulled = await self.sites.pull(source.url, Counting(self.database, source, item))
            sha256 = await self.artifacts.put(pulled.content)
            await self.hand_on(item, source, pulled, sha256, await self.news(source, pulled))
        except DataError as error:
            async with self.database.begin() as tx:
                await refuse_source(tx, source, error)
                await tx.work.finish(item)

    async def hand_on(self, item: WorkItem, source: Source, pulled: PulledSite, sha256: str, news: Json | None) -> None:
        async with self.database.begin() as tx:
            size = len(pulled.content)
            await tx.sources.update(source.source_id, state="waiting", sha256=sha256, size_bytes=size)
            facts = {"state": "pulled", "name": source.name, "posts": len(pulled.posts), "by": pulled.way, "news": news}
            await say(tx, source, facts)
            await tx.work.enqueue("read-source", source.source_id, source.team_id, run_at=self.clock())
            await tx.work.finish(item)

    async def news(self, source: Source, pulled: PulledSite) -> dict[str, Any] | None:
        """Against what was pulled from there before; None the first time."""
        async with self.database.read() as tx:
            sources = await tx.sources.of_round(source.round_id)
        before = [one.sha256 for one in sources if one.url == source.url and one.state == "read" and one.sha256]
        if not before:
            return None
        new, changed, gone = compared(posts_in(await self.artifacts.get(before[-1])), pulled.posts)
        return {"new": new, "changed": changed, "gone": gone}


@dataclass(slots=True)
class Counting:
    """Says how far it has come, in the message of this source. Fenced: a worker that lost its turn says nothing."""

    database: Database
    source: Source
    item: WorkItem

    async def __call__(self, posts: int) -> None:
        async with self.database.begin() as tx:
            await tx.work.keep(self.item)
            await say(tx, self.source, {"state": "pulling", "name": self.source.name, "posts": posts})


async def say(tx: Transaction, source: Source, facts: dict[str, Any]) -> None:
    await tx.outbox.say(source_message(source, await tx.rounds.by_id(source.round_id), facts))


def posts_in(content: bytes) -> Iterator[Json]:
    yield from json.loads(content)
