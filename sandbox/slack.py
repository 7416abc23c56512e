"""The parts of one sandbox, put together."""

from sandbox.clock import Clock
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.interactions import Interactions
from sandbox.manifest import Manifest
from sandbox.modals import Views
from sandbox.parcels import Transport
from sandbox.posts import Posts
from sandbox.settings import SandboxSettings
from sandbox.signed_http import SignedHttp
from sandbox.socket_mode import SocketMode
from sandbox.tickets import ResponseUrls, Triggers
from sandbox.workspace import Workspace


class Slack:
    """uploads: file id -> name and size promised to getUploadURLExternal, until completed."""

    def __init__(self, settings: SandboxSettings, manifest: Manifest, workspace: Workspace) -> None:
        self.settings = settings
        self.manifest = manifest
        self.workspace = workspace
        self.clock = Clock()
        self.feed = Feed()
        self.faults = Faults()
        self.triggers = Triggers(self.clock)
        self.response_urls = ResponseUrls(self.clock)
        self.sockets = SocketMode(self.feed, workspace.app_id)
        self.transport: Transport = self.sockets
        if settings.mode == "http":
            self.transport = SignedHttp(settings.events_url, settings.signing_secret, self.clock)
        self.events = Events(settings, manifest, workspace, self.clock, self.feed, self.transport, self.faults)
        self.posts = Posts(workspace, self.clock, self.feed, self.events)
        self.views = Views(workspace, self.clock, self.feed)
        self.interactions = Interactions(self)

    @property
    def base_url(self) -> str:
        return self.posts.base_url

    async def close(self) -> None:
        await self.events.tasks.close()
        await self.transport.close()
