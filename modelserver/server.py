"""Puts the server together: routes, the key, errors in OpenAI's shape, start and stop."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from modelserver.admission import admission, audit
from modelserver.chat import Chat
from modelserver.engines import engines
from modelserver.errors import ApiError
from modelserver.files import Files
from modelserver.jobs import Jobs
from modelserver.models import Models
from modelserver.moderations import Moderations
from modelserver.progress import Progress
from modelserver.records import new_id
from modelserver.retention import Retention
from modelserver.room import is_full
from modelserver.store import Store
from modelserver.tenants import Tenants
from modelserver.training import Pace, Training
from modelserver.vllm import VllmServer
from modelserver.webhooks import Hook, Webhooks

log = logging.getLogger(__name__)

MAX_JSON_BYTES: Final = 16 * 1024 * 1024  # of a body that is not an uploaded file


AT_ONCE: Final = Pace()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """state: folder of files and models. keys: a file of keys with limits, beside or instead of api_key.

    bases: folders of models to train, by name. vllm: who answers instead, by base. keep_days: how long files are kept;
    None for good.
    """

    state: Path
    api_key: str | None = None
    keys: Path | None = None
    pace: Pace = AT_ONCE
    bases: Mapping[str, Path] = field(default_factory=dict)
    hook: Hook | None = None
    keep_days: int | None = None
    vllm: Mapping[str, VllmServer] = field(default_factory=dict)


def create_app(setup: Setup) -> web.Application:
    """The whole server as an application; ValueError when a key, the keys file or a base is wrong."""
    tenants = Tenants.read(single_key=setup.api_key, path=setup.keys)
    passed = [audit(setup.state / "audit.jsonl"), _errors, admission(tenants)]
    app = web.Application(middlewares=passed, client_max_size=MAX_JSON_BYTES)
    app.router.add_get("/healthz", _healthz)
    store = Store(setup.state)
    webhooks = Webhooks(store, setup.hook)
    progress = Progress(store, webhooks.ended)
    served = engines(setup.bases)
    training = Training(store, served, progress, setup.pace)
    files, models = Files(store), Models(store, served, setup.vllm)
    retention = Retention(store, files, setup.keep_days)
    jobs = Jobs(store, served, files, progress, training)
    for part in (files, jobs, models, Chat(models, setup.vllm), Moderations()):
        part.register(app)

    async def run(_: web.Application) -> AsyncIterator[None]:
        store.sweep()
        training.resume()
        webhooks.start()
        retention.start()
        yield
        await retention.close()
        await training.close()
        await webhooks.close()
        store.close()

    app.cleanup_ctx.append(run)
    return app


@asynccontextmanager
async def running_modelserver(setup: Setup, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve until the block ends; gives the base URL. port 0 takes a free one."""
    runner = web.AppRunner(create_app(setup), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        yield f"http://{host}:{bound}/v1"
    finally:
        await runner.cleanup()


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _broken(err: Exception) -> ApiError:
    if is_full(err):
        message = "The disk of the server is full. Nothing of this request was kept."
        return ApiError(message, status=507, kind="server_error", code="no_disk_space")
    return ApiError("The server had an error while processing your request.", status=500, kind="server_error")


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure in OpenAI's shape; a bug is logged and told without its text."""
    try:
        response = await handler(request)
    except ApiError as err:
        response = err.response()
    except web.HTTPRequestEntityTooLarge:
        response = ApiError("The request body is too large.", status=413).response()
    except web.HTTPException as err:
        response = ApiError(f"Invalid URL ({request.method} {request.path})", status=err.status).response()
    except Exception as err:  # the last line before the client; the log has the traceback
        log.exception("request failed", extra={"path": request.path})
        response = _broken(err).response()
    if not response.prepared:
        response.headers["x-request-id"] = new_id("req_")
    return response
