"""/api/<method>: token, scope, fault switches, the method, and Slack's way to answer."""

import asyncio
import json
from typing import Any

from aiohttp import web

from sandbox.api import chat, conversations, people, reactions, streams, views
from sandbox.api.call import Call, Json, Method
from sandbox.api.files import FileMethods
from sandbox.errors import SlackError
from sandbox.faults import CallFault
from sandbox.slack import Slack
from sandbox.uploads import Uploads

# arguments that hold JSON, sent as text in forms
_JSON_ARGUMENTS = ("blocks", "attachments", "metadata", "view", "files", "chunks")


class WebApi:
    def __init__(self, slack: Slack, uploads: Uploads) -> None:
        self._slack = slack
        self._methods: dict[str, Method] = {
            **chat.METHODS,
            **streams.METHODS,
            **views.METHODS,
            **conversations.METHODS,
            **people.METHODS,
            **reactions.METHODS,
            **FileMethods(uploads).methods(),
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call. A fault switch may fail it before, slow it down, or cut the line after its effect."""
        name = request.match_info["method"]
        fault = self._slack.faults.for_call(name)
        early = _early_failure(fault, request)
        if early is not None:
            self._log(name, {}, {"ok": False, "error": f"switch: {fault.kind if fault else ''}"})
            return early
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        args = await _arguments(request)
        token = _token(request, args)
        if fault and fault.kind == "error":
            body: Json = {"ok": False, "error": fault.error}
        else:
            body = await self._run(name, args, token)
        self._log(name, args, body)
        if fault and fault.kind == "reset_after":
            return _reset(request)
        scopes = ",".join(sorted(self._slack.manifest.scopes))
        return web.json_response(body, headers={"X-OAuth-Scopes": scopes})

    async def _run(self, name: str, args: Json, token: str) -> Json:
        try:
            method = self._methods.get(name)
            if method is None:
                return {"ok": False, "error": "unknown_method", "req_method": name}
            self._check_token(method, token)
            call = Call(self._slack, name, args)
            if method.scope:
                call.need(method.scope)
            return {"ok": True, **await method.answer(call)}
        except SlackError as err:
            return _refusal(err)

    def _check_token(self, method: Method, token: str) -> None:
        settings = self._slack.settings
        if not token:
            raise SlackError("not_authed")
        if token not in (settings.bot_token, settings.app_token):
            raise SlackError("invalid_auth")
        if not self._slack.workspace.installed:
            raise SlackError("account_inactive")
        if (token == settings.app_token) != (method.token == "app"):
            raise SlackError("not_allowed_token_type")

    def _log(self, name: str, args: Json, body: Json) -> None:
        self._slack.feed.add("call", method=name, args=args, ok=body["ok"], error=body.get("error"))


def _refusal(err: SlackError) -> Json:
    body: Json = {"ok": False, "error": err.error}
    if err.needed:
        body |= {"needed": err.needed, "provided": err.provided}
    if err.messages:
        body["response_metadata"] = {"messages": err.messages}
        if err.error == "invalid_blocks":
            body["errors"] = err.messages
    return body


def _early_failure(fault: CallFault | None, request: web.Request) -> web.StreamResponse | None:
    """The answer of a switch that keeps the call from having any effect, else None."""
    if fault is None:
        return None
    if fault.kind == "rate_limited":
        headers = {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.kind == "server_error":
        return web.Response(status=500, text="Internal Server Error")
    return _reset(request) if fault.kind == "reset_before" else None


def _reset(request: web.Request) -> web.StreamResponse:
    """Cut the connection; the client sees a reset, never an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _arguments(request: web.Request) -> Json:
    """Arguments from the address, a form or a JSON body; JSON inside forms is parsed."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        raw = await request.text()
        body = _parsed(raw) if raw else {}
        args |= body if isinstance(body, dict) else {}
    elif request.can_read_body:
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in _JSON_ARGUMENTS:
        if isinstance(args.get(name), str):
            args[name] = _parsed(args[name])
    return args


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _token(request: web.Request, args: Json) -> str:
    """The token, from the header or an argument; it is taken out of the arguments, so no log shows it."""
    given = str(args.pop("token", ""))
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ") if header else given
