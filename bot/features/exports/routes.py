"""The page an export is fetched from: GET shows a button, POST sends the file."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.export_links import PATH
from bot.features.exports.page_views import page, refusal
from bot.features.exports.usecase import FetchExport
from bot.slack.failures import sentence_for
from bot.slack.plain_words import plain_words
from pipeline.errors import AppError, LinkError, LinkExpired

SEND_BYTES: Final = 1 << 18
AGAIN: Final = "This link worked for a while only. `/voice export` in Slack gives you a new one."
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class ExportRoutes:
    fetch: FetchExport

    def add_to(self, site: web.Application) -> None:
        token = PATH + "/{token:[A-Za-z0-9._-]{1,800}}"
        site.router.add_get(token, self.on_page, allow_head=False)
        site.router.add_post(token, self.on_fetch)

    async def on_page(self, request: web.Request) -> web.StreamResponse:
        try:
            _, voice = await self.fetch.opened(request.match_info["token"])
        except AppError as error:
            return refused(error)
        return web.Response(text=page(voice.handle), content_type="text/html", headers=HEADERS)

    async def on_fetch(self, request: web.Request) -> web.StreamResponse:
        try:
            async with self.fetch.made(request.match_info["token"]) as path:
                named = {"Content-Disposition": f'attachment; filename="{path.name}"'}
                answer = web.StreamResponse(headers=HEADERS | named | {"Content-Type": "application/zip"})
                answer.content_length = path.stat().st_size
                await answer.prepare(request)
                with path.open("rb") as file:
                    while block := file.read(SEND_BYTES):
                        await answer.write(block)
                await answer.write_eof()
                return answer
        except AppError as error:
            return refused(error)


def refused(error: AppError) -> web.Response:
    sentence = AGAIN if isinstance(error, LinkError) else plain_words(sentence_for(error))
    status = 410 if isinstance(error, LinkExpired) else 403
    return web.Response(text=refusal(sentence), status=status, content_type="text/html", headers=HEADERS)
