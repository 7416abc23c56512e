"""/control/…: finds the verb, hands it the request, answers in JSON."""

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.control import act, build, look
from sandbox.control.asked import Asked, Json
from sandbox.errors import ControlError, SlackError
from sandbox.slack import Slack
from sandbox.uploads import Uploads, download

Verb = Callable[[Asked], Awaitable[Json]]


class Control:
    def __init__(self, slack: Slack, uploads: Uploads) -> None:
        self._slack = slack
        self._uploads = uploads
        self._posts: dict[str, Verb] = {**act.METHODS, **build.METHODS}
        self._gets: dict[str, Verb] = {**look.METHODS}

    def register(self, app: web.Application) -> None:
        app.router.add_get("/control/files/{file_id}", self.file)
        app.router.add_post("/control/files", self.upload)
        app.router.add_get("/control/{verb:.+}", self.look)
        app.router.add_post("/control/{verb:.+}", self.act)

    async def look(self, request: web.Request) -> web.Response:
        return await self._answer(self._gets, request, dict(request.query))

    async def act(self, request: web.Request) -> web.Response:
        try:
            raw = await request.text()
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return _refused("invalid_json", "the body must be a JSON object", 400)
        return await self._answer(self._posts, request, body)

    async def upload(self, request: web.Request) -> web.Response:
        content = await request.read()
        asked = Asked(self._slack, self._uploads, dict(request.query))
        seq = self._slack.feed.seq
        try:
            return web.json_response({"ok": True, "seq": seq, **act.upload(asked, content)})
        except ControlError as err:
            return _refused(err.error, err.detail, err.status)

    async def file(self, request: web.Request) -> web.Response:
        file = self._slack.workspace.files.get(request.match_info["file_id"])
        if file is None or file.is_deleted:
            return _refused("no_such_file", request.match_info["file_id"], 404)
        return download(file)

    async def _answer(self, verbs: dict[str, Verb], request: web.Request, body: Json) -> web.Response:
        """seq is the feed's number before the act, so that a wait after it sees all that follows."""
        verb = verbs.get(request.match_info["verb"])
        if verb is None:
            return _refused("unknown_verb", request.match_info["verb"], 404)
        seq = self._slack.feed.seq
        try:
            facts = await verb(Asked(self._slack, self._uploads, body))
        except ControlError as err:
            return _refused(err.error, err.detail, err.status)
        except SlackError as err:
            return _refused(err.error, str(err.messages), 400)
        return web.json_response({"ok": True, "seq": seq, **facts})


def _refused(error: str, detail: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": error, "detail": detail}, status=status)
