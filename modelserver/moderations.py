"""/v1/moderations: refused, with the reason. A classifier that were wrong in silence would be worse than none."""

from __future__ import annotations

from aiohttp import web

from modelserver.errors import ApiError


class Moderations:
    """This server has no moderation model and says so; nothing is passed on to another server."""

    def register(self, app: web.Application) -> None:
        app.router.add_post("/v1/moderations", self.create)

    async def create(self, _: web.Request) -> web.Response:
        message = "This server has no moderation model; the texts were not looked at."
        raise ApiError(message, status=404, param="model", code="model_not_found")
