"""The sandbox as an aiohttp application, and a context manager that runs it on a free port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from aiohttp import web

from sandbox.api.dispatch import WebApi
from sandbox.client import SandboxClient
from sandbox.control.routes import Control
from sandbox.defaults import default_workspace
from sandbox.manifest import Manifest, load_manifest
from sandbox.responses import Responses
from sandbox.settings import SandboxSettings
from sandbox.slack import Slack
from sandbox.uploads import Uploads
from sandbox.workspace import Workspace

SLACK = web.AppKey("slack", Slack)
MAX_UPLOAD_BYTES = 1024**3  # Slack's own limit for one file is 1 GB
HOST = "127.0.0.1"


def create_app(
    settings: SandboxSettings, *, manifest: Manifest | None = None, workspace: Workspace | None = None
) -> web.Application:
    """Without a manifest the one in settings.manifest_path is read; without a workspace the default is made."""
    manifest = manifest or load_manifest(settings.manifest_path)
    slack = Slack(settings, manifest, workspace or default_workspace(manifest))
    uploads = Uploads(slack)
    app = web.Application(client_max_size=MAX_UPLOAD_BYTES)
    app[SLACK] = slack
    web_api = WebApi(slack, uploads)
    app.router.add_get("/api/{method}", web_api.answer)
    app.router.add_post("/api/{method}", web_api.answer)
    app.router.add_get("/link/", slack.sockets.accept)
    app.router.add_post("/response/{token}", Responses(slack).take)
    app.router.add_post("/upload/v1/{ticket}", uploads.take)
    app.router.add_get("/files-pri/{team_id}-{file_id}/{name}", uploads.give)
    app.router.add_get("/files-pri/{team_id}-{file_id}/download/{name}", uploads.give)
    Control(slack, uploads).register(app)
    app.router.add_get("/", _page)
    app.router.add_get("/page/{name}", _page)
    app.on_shutdown.append(_close)
    return app


async def _close(app: web.Application) -> None:
    await app[SLACK].close()


_PAGE_FILES = {
    "index.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "blocks.js": "text/javascript",
}


async def _page(request: web.Request) -> web.Response:
    name = request.match_info.get("name", "index.html")
    if name not in _PAGE_FILES:
        raise web.HTTPNotFound
    text = (files("sandbox") / "page" / name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=_PAGE_FILES[name], headers={"Cache-Control": "no-store"})


async def start_site(app: web.Application, port: int) -> tuple[web.AppRunner, str]:
    """Listen on loopback; port 0 takes a free one. Gives the runner to clean up and the base address."""
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    base_url = f"http://{HOST}:{runner.addresses[0][1]}"
    app[SLACK].posts.base_url = base_url
    return runner, base_url


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """api_url is what SLACK_API_URL and AsyncWebClient(base_url=…) take. slack gives tests the inside."""

    base_url: str
    api_url: str
    bot_token: str
    app_token: str
    signing_secret: str
    client: SandboxClient
    slack: Slack


@asynccontextmanager
async def running_sandbox(
    port: int = 0,
    *,
    manifest: Manifest | None = None,
    workspace: Workspace | None = None,
    **settings: Any,
) -> AsyncIterator[RunningSandbox]:
    """A sandbox for the length of a test. settings: fields of SandboxSettings, such as retry_scale=0.001."""
    chosen = SandboxSettings(**settings)
    app = create_app(chosen, manifest=manifest, workspace=workspace)
    runner, base_url = await start_site(app, port)
    try:
        async with SandboxClient(base_url) as client:
            yield RunningSandbox(
                base_url,
                f"{base_url}/api/",
                chosen.bot_token,
                chosen.app_token,
                chosen.signing_secret,
                client,
                app[SLACK],
            )
    finally:
        await runner.cleanup()
