"""Composition root: the only file that names concrete classes. Opens in order, closes in reverse."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.admin_menu import AdminMenu
from bot.assembly import (
    Parts,
    direct_steps,
    export_page,
    learn_members,
    listeners,
    make_export,
    say_digests,
    steps,
    sweep_emoji,
    sweep_uploads,
    templates,
    trace_withdrawals,
    upload_page,
    warn_of_ends,
    watch_consents,
    webhooks,
)
from bot.comparing import ExecutorComparer, ExecutorPicker, ExecutorShots
from bot.evaluating import ExecutorEvaluator, ExecutorMeter
from bot.exporting import MakeExport
from bot.features.feedback.sweeping import AskForSweep
from bot.importing import ImportVoice
from bot.intake import AddFromTerminal
from bot.listening import slack_app
from bot.pairing import ExecutorPairs
from bot.picturing import ExecutorPainter
from bot.policy import apply_policy
from bot.preparing import ExecutorPreparer, ProcessPool, RowFacts
from bot.presence import stay_present
from bot.rehearsing import ExecutorRehearser
from bot.schedule import Every, build_scheduler
from bot.server import Health, Routes, build_site, serving
from bot.settings import Settings
from bot.settings_in_force import reading_limits, rules, site_puller, upload_links
from bot.slack.commands import Commands
from bot.slack.emoji import SlackEmoji
from bot.slack.files import SlackFiles
from bot.slack.modals import Modals
from bot.slack.people import SlackPeople
from bot.slack.poster import Poster
from bot.slack.uploads import SlackUploads
from bot.slack.whispers import Whispers
from bot.upload_folder import UploadFolder
from bot.version_reading import ExecutorVersions
from bot.worker import WakingDatabase, Worker
from pipeline.models.prices import PriceTable, read_prices, shipped_prices
from pipeline.models.providers import ConfiguredProviders, read_providers
from pipeline.models.webhooks import SignedWebhooks
from pipeline.ports import Database, LivenessLocks
from storage.artifacts import FsspecArtifacts
from storage.database import SqlDatabase
from storage.engine import Engine, open_engine
from storage.liveness import AdvisoryLocks, FileLocks
from storage.migrate import at_head, upgrade
from storage.postings import SqlPostings
from storage.reaction_writer import GroupCommitReactions
from storage.work_queue import SqlWorkQueue

PEOPLE_REFRESH_S = 300
SWEEP_S = 900
EMOJI_S = 3600
DIGEST_S = 3600
SLACK_TIMEOUT_S = 20
RATE_LIMIT_RETRIES = 2
DRAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs. port: of the bot's own HTTP server."""

    worker: Worker
    engine: Engine
    port: int


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def running_bot(settings: Settings) -> AsyncIterator[Bot]:
    """The whole bot, from the database to the Slack connection, until the block ends."""
    async with AsyncExitStack() as stack:
        engine = await opened_database(settings)
        stack.push_async_callback(engine.dispose)
        client, wake = slack_client(settings), asyncio.Event()
        people = SlackPeople(client, settings.people.admins)
        await people.refresh()
        database = WakingDatabase(SqlDatabase(engine, month_limit(settings), settings.spend.rules()), wake)
        await apply_policy(database, settings.origins.allowed, now=utc_now())
        parts = await opened_parts(stack, settings, engine, client, database, people)
        await learn_members(parts)()
        stack.push_async_callback(cancelled, asyncio.create_task(stay_present(parts.locks)))
        worker = started_worker(stack, settings, engine, client, parts, wake)
        emoji = sweep_emoji(parts)
        await emoji.at_start()
        start_clock(stack, settings, wake, people, emoji, parts)
        app, in_flight = slack_app(client, settings, parts.commands, listeners(parts))
        port = await reachable(stack, app, settings, engine, worker, pages(settings, parts))
        stack.push_async_callback(in_flight.drained, DRAIN_S)
        stack.callback(worker.stop)  # the first thing on the way out
        yield Bot(worker, engine, port)


async def opened_parts(
    stack: AsyncExitStack,
    settings: Settings,
    engine: Engine,
    client: AsyncWebClient,
    database: Database,
    people: SlackPeople,
) -> Parts:
    """Everything the use cases need, opened."""
    who = await client.auth_test()
    session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=600)))
    modals, whispers = Modals(client), Whispers(database)
    stack.push_async_callback(modals.close)
    pool = stack.enter_context(ProcessPool(settings.work.processes))
    prices = price_table(settings)
    providers = model_providers(settings, prices)
    stack.push_async_callback(providers.close)
    limits = reading_limits(settings)
    return Parts(
        database=database,
        artifacts=FsspecArtifacts(settings.storage.artifacts_url),
        preparer=ExecutorPreparer(pool, limits, row_facts(settings, prices)),
        rehearser=ExecutorRehearser(pool),
        comparer=ExecutorComparer(pool),
        painter=ExecutorPainter(pool),
        uploads=SlackUploads(client, session),
        emoji=SlackEmoji(client),
        picker=ExecutorPicker(pool),
        pairs=ExecutorPairs(pool, row_facts(settings, prices)),
        versions=ExecutorVersions(pool),
        shots=ExecutorShots(pool),
        evaluator=ExecutorEvaluator(pool),
        meter=ExecutorMeter(pool),
        files=SlackFiles(client, session, settings.slack.bot_token, limits.file_bytes),
        sites=site_puller(settings),
        links=upload_links(settings),
        incoming=UploadFolder(settings.uploads.folder),
        people=people,
        providers=providers,
        webhooks=SignedWebhooks(settings.models.webhook_secrets),
        prices=prices,
        locks=liveness_locks(engine, settings),
        reactions=await opened_reactions(stack, engine),
        clock=utc_now,
        commands=Commands(settings.slack.command, modals, whispers),
        whispers=whispers,
        modals=modals,
        admin_menu=AdminMenu(),
        rules=rules(settings, bot_user=str(who["user_id"]), workspace_url=str(who["url"])),
    )


async def opened_reactions(stack: AsyncExitStack, engine: Engine) -> GroupCommitReactions:
    reactions = GroupCommitReactions(engine, utc_now)
    await reactions.start()
    stack.push_async_callback(reactions.close)
    return reactions


@asynccontextmanager
async def opened_intake(settings: Settings) -> AsyncIterator[AddFromTerminal]:
    """What adding past Slack needs: the database and the artifacts, and hands to read with when no bot runs."""
    async with AsyncExitStack() as stack:
        engine = await opened_database(settings)
        stack.push_async_callback(engine.dispose)
        database = SqlDatabase(engine, month_limit(settings), settings.spend.rules())
        artifacts, limits = FsspecArtifacts(settings.storage.artifacts_url), reading_limits(settings)
        pool = stack.enter_context(ProcessPool(settings.work.processes))
        preparer = ExecutorPreparer(pool, limits, row_facts(settings, price_table(settings)))
        people = SlackPeople(slack_client(settings), ())  # never asked anew: nobody's name is known here
        hands = direct_steps(
            database, artifacts, preparer, site_puller(settings), people, utc_now, settings.origins.allowed
        )
        queue, owner = SqlWorkQueue(engine), f"{socket.gethostname()}:{os.getpid()}"
        worker = Worker(queue, database, Silent(), hands, utc_now, owner, settings.work.lease_s)
        stack.push_async_callback(queue.release_all, owner)
        locks = liveness_locks(engine, settings)
        yield AddFromTerminal(database, artifacts, locks, worker, utc_now, limits.file_bytes)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the command line needs to take a voice out, or to bring one in."""

    database: Database
    make: MakeExport
    bring_in: ImportVoice


@asynccontextmanager
async def opened_exchange(settings: Settings) -> AsyncIterator[Exchange]:
    engine = await opened_database(settings)
    try:
        database = SqlDatabase(engine, month_limit(settings), settings.spend.rules())
        artifacts = FsspecArtifacts(settings.storage.artifacts_url)
        people = SlackPeople(slack_client(settings), ())  # never asked: guests' feedback was not taken when it came
        make = make_export(database, artifacts, people, utc_now, bot_user="")
        yield Exchange(database, make, ImportVoice(database, artifacts, utc_now))
    finally:
        await engine.dispose()


class Silent:
    """Posts nothing: what is said waits for the bot."""

    async def post_due(self) -> int:
        return 0


def started_worker(
    stack: AsyncExitStack,
    settings: Settings,
    engine: Engine,
    client: AsyncWebClient,
    parts: Parts,
    wake: asyncio.Event,
) -> Worker:
    owner = f"{socket.gethostname()}:{os.getpid()}"
    queue, postings = SqlWorkQueue(engine), SqlPostings(engine)
    poster = Poster(client, postings, templates(), utc_now, owner, parts.locks)
    worker = Worker(queue, parts.database, poster, steps(parts), utc_now, owner, settings.work.lease_s, wake)
    working = asyncio.create_task(worker.run(settings.work.workers))
    stack.push_async_callback(stopped, worker, working, queue, postings)
    return worker


def start_clock(
    stack: AsyncExitStack,
    settings: Settings,
    wake: asyncio.Event,
    people: SlackPeople,
    emoji: AskForSweep,
    parts: Parts,
) -> None:
    table = [
        Every("tick", settings.work.tick_s, wake.set),
        Every("people", PEOPLE_REFRESH_S, people.refresh),
        Every("members", PEOPLE_REFRESH_S, learn_members(parts)),
        Every("uploads", SWEEP_S, sweep_uploads(parts)),
        Every("emoji", EMOJI_S, emoji),
        Every("withdrawals", SWEEP_S, trace_withdrawals(parts)),
        Every("digests", DIGEST_S, say_digests(parts)),
        Every("consents", SWEEP_S, watch_consents(parts)),
        Every("radar", SWEEP_S, warn_of_ends(parts)),
    ]
    scheduler = build_scheduler(table)
    scheduler.start()
    stack.callback(partial(scheduler.shutdown, wait=False))


async def cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def stopped(worker: Worker, working: asyncio.Task[None], queue: SqlWorkQueue, postings: SqlPostings) -> None:
    """Claim nothing more, let what is being done finish, give the rest back."""
    worker.stop()
    await asyncio.wait([working], timeout=DRAIN_S)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await queue.release_all(worker.owner)
    await postings.release_all(worker.owner)


async def opened_database(settings: Settings) -> Engine:
    """At its newest migration; whoever calls disposes of it."""
    url = settings.storage.database_url
    if url.startswith("sqlite"):
        settings.storage.locks_dir.mkdir(parents=True, exist_ok=True)
        make_folder_of(url)
    engine = open_engine(url)
    try:
        await upgrade(engine)
    except BaseException:
        await engine.dispose()
        raise
    return engine


def make_folder_of(sqlite_url: str) -> None:
    Path(sqlite_url.split(":///", 1)[1]).parent.mkdir(parents=True, exist_ok=True)


def slack_client(settings: Settings) -> AsyncWebClient:
    client = AsyncWebClient(
        token=settings.slack.bot_token.get_secret_value(), base_url=settings.slack.api_url, timeout=SLACK_TIMEOUT_S
    )
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES))
    return client


async def reachable(
    stack: AsyncExitStack, app: AsyncApp, settings: Settings, engine: Engine, worker: Worker, pages: Sequence[Routes]
) -> int:
    """Open the bot's own server and, in Socket Mode, the connection to Slack. Returns the server's port."""
    handler: AsyncSocketModeHandler | None = None
    if settings.slack.mode == "socket":
        handler = AsyncSocketModeHandler(app, settings.slack.app_token.get_secret_value())
        await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
        stack.push_async_callback(handler.close_async)

    async def ready() -> bool:
        connected = handler is None or await handler.client.is_connected()
        return connected and not worker.stopping and await at_head(engine)

    site = build_site(Health(ready), app if settings.slack.mode == "http" else None, pages)
    return await stack.enter_async_context(serving(site, host=settings.server.host, port=settings.server.port))


def pages(settings: Settings, parts: Parts) -> list[Routes]:
    """What the bot's own server answers beside Slack and whoever runs it."""
    own: list[Routes] = [upload_page(parts), export_page(parts)] if parts.links.on else []
    return [*own, webhooks(parts)] if settings.models.webhook_secrets else own


def month_limit(settings: Settings) -> int:
    return settings.spend.rules().month_limit_microusd


def price_table(settings: Settings) -> PriceTable:
    path = settings.models.prices_file
    return read_prices(path.read_text("utf-8")) if path else shipped_prices()


def model_providers(settings: Settings, prices: PriceTable) -> ConfiguredProviders:
    return ConfiguredProviders(
        read_providers(settings.models.providers_file.read_text("utf-8")),
        api_keys=settings.models.api_keys,
        price_of=prices.find,
        request_timeout_s=settings.models.request_timeout_s,
        base_urls=settings.models.base_urls,
    )


def row_facts(settings: Settings, prices: PriceTable) -> RowFacts:
    """Rows must fit the smallest base we have a price for; counted with the first one's tokenizer."""
    first = prices.prices[0]
    smallest = min(price.context_tokens for price in prices.prices)
    return RowFacts(first.encoding, first.encoding_is_exact, smallest, settings.models.rank_cache)


def liveness_locks(engine: Engine, settings: Settings) -> LivenessLocks:
    if settings.storage.database_url.startswith("sqlite"):
        return FileLocks(settings.storage.locks_dir)
    return AdvisoryLocks(engine)
