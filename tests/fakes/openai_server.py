"""A small OpenAI: files, fine-tuning jobs and chat completions with state, and faults on demand.

`async with fake_openai() as fake:` then talk to fake.base_url. Jobs stay in validating_files until the test says
otherwise: fake.run(job), fake.finish(job), fake.fail(job, code, message).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from aiohttp import web
from aiohttp.typedefs import Handler

# timeout_after_accept: the work is done and no answer comes; reset_*: the connection breaks before or after the work.
Accident = Literal["timeout_after_accept", "reset_before", "reset_after"]

FIRST_CREATED_AT: Final = 1_790_000_000  # seconds; each object is one second younger than the one before


@dataclass(frozen=True)
class Seen:
    """A request as it arrived. headers: looked up in any case. body: the JSON; {} for uploads and reads."""

    route: str
    headers: Mapping[str, str]
    query: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One bad answer. accept: whether the work is done before the bad answer goes out."""

    status: int | Accident
    code: str | None = None
    message: str = "fault on demand"
    accept: bool = False
    body: str | None = None


@dataclass
class FakeOpenAI:
    """What arrived, what exists, and what goes wrong next. Objects are as on the wire."""

    base_url: str = ""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by job, newest first
    checkpoints: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    replies: deque[str] = field(default_factory=deque)
    usage: tuple[int, int] = (100, 200)  # prompt and completion tokens of every reply
    finish_reason: str = "stop"
    ignore_metadata_filter: bool = False
    ignore_after: bool = False
    shows: Callable[[dict[str, Any]], bool] = lambda _: True  # whether the list of jobs has this one yet
    models: dict[str, str | None] = field(default_factory=dict)  # bases and the day each is turned off
    hanging: asyncio.Event = field(default_factory=asyncio.Event)  # set when a timeout_after_accept has done its work
    _faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _made: int = 0

    def next(
        self,
        route: str,
        status: int | Accident,
        code: str | None = None,
        message: str = "fault on demand",
        *,
        accept: bool = False,
        body: str | None = None,
    ) -> None:
        """The next request of a route, e.g. "POST /fine_tuning/jobs", goes wrong; asked twice, the next two do.

        body: sent instead of an error in OpenAI's shape.
        """
        self._faults[route].append(Fault(status, code, message, accept, body))

    def heal(self) -> int:
        """Nothing goes wrong any more; how many faults were planned and did not happen."""
        unused = sum(len(planned) for planned in self._faults.values())
        self._faults.clear()
        return unused

    def will_fail(self, route: str) -> bool:
        return bool(self._faults[route])

    def seen(self, route: str) -> list[Seen]:
        return [request for request in self.requests if request.route == route]

    def run(self, job_id: str) -> None:
        self.jobs[job_id]["status"] = "running"

    def finish(self, job_id: str, *, trained_tokens: int = 1_200) -> str:
        """The name of the new model."""
        model = f"ft:{self.jobs[job_id]['model']}:org::{job_id[-6:]}"
        done = {"status": "succeeded", "fine_tuned_model": model, "trained_tokens": trained_tokens}
        self.jobs[job_id] |= done | {"finished_at": self._now()}
        return model

    def fail(self, job_id: str, code: str, message: str) -> None:
        error = {"code": code, "message": message, "param": None}
        self.jobs[job_id] |= {"status": "failed", "error": error, "finished_at": self._now()}

    def add_job(self, *, model: str, training_file: str, **more: Any) -> dict[str, Any]:
        """A job as if somebody had created it; created_at and other fields can be given."""
        job = {
            "id": f"ftjob-{len(self.jobs) + 1:06d}",
            "object": "fine_tuning.job",
            "created_at": self._now(),
            "model": model,
            "training_file": training_file,
            "validation_file": None,
            "organization_id": "org-fake",
            "result_files": [],
            "seed": 1,
            "status": "validating_files",
            "hyperparameters": {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"},
            "fine_tuned_model": None,
            "finished_at": None,
            "trained_tokens": None,
            "error": None,
            "metadata": None,
        } | more
        self.jobs[str(job["id"])] = job
        return job

    def add_file(self, filename: str, content: bytes, *, purpose: str = "fine-tune") -> dict[str, Any]:
        file_id = f"file-{len(self.files) + 1:06d}"
        self.contents[file_id] = content
        self.files[file_id] = {
            "id": file_id,
            "object": "file",
            "bytes": len(content),
            "created_at": self._now(),
            "filename": filename,
            "purpose": purpose,
            "status": "processed",
        }
        return self.files[file_id]

    def _now(self) -> int:
        self._made += 1
        return FIRST_CREATED_AT + self._made


@asynccontextmanager
async def fake_openai(port: int = 0) -> AsyncIterator[FakeOpenAI]:
    """Serve on 127.0.0.1 until the block ends. port 0 takes a free one."""
    fake = FakeOpenAI()
    runner = web.AppRunner(_app(fake), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        fake.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield fake
    finally:
        fake._closing.set()
        await runner.cleanup()


def _app(fake: FakeOpenAI) -> web.Application:
    routes = _Routes(fake)
    app = web.Application(middlewares=[_faulty(fake)])
    app.router.add_post("/v1/files", routes.upload)
    app.router.add_get("/v1/files", routes.list_files)
    app.router.add_get("/v1/files/{file_id}/content", routes.content)
    app.router.add_delete("/v1/files/{file_id}", routes.delete_file)
    app.router.add_post("/v1/fine_tuning/jobs", routes.create_job)
    app.router.add_get("/v1/fine_tuning/jobs", routes.list_jobs)
    app.router.add_get("/v1/fine_tuning/jobs/{job_id}", routes.job)
    app.router.add_post("/v1/fine_tuning/jobs/{job_id}/cancel", routes.cancel)
    app.router.add_get("/v1/fine_tuning/jobs/{job_id}/events", routes.events)
    app.router.add_get("/v1/fine_tuning/jobs/{job_id}/checkpoints", routes.checkpoints)
    app.router.add_post("/v1/chat/completions", routes.complete)
    app.router.add_get("/v1/models/{model}", routes.model)
    return app


def _faulty(fake: FakeOpenAI) -> Any:
    """Notes each request, then lets the planned fault happen around its handler."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = resource.canonical if resource else request.path
        seen = Seen(
            f"{request.method} {path.removeprefix('/v1')}",
            request.headers,
            dict(request.query),
            await request.json() if request.content_type == "application/json" and request.can_read_body else {},
        )
        fake.requests.append(seen)
        planned = fake._faults[seen.route]
        if not planned:
            return await handler(request)
        fault = planned.popleft()
        if fault.accept or fault.status in ("timeout_after_accept", "reset_after"):
            await handler(request)
        return await _go_wrong(fake, request, fault)

    return around


async def _go_wrong(fake: FakeOpenAI, request: web.Request, fault: Fault) -> web.StreamResponse:
    match fault.status:
        case int() as status if fault.body is not None:
            return web.Response(status=status, text=fault.body, content_type="text/html")
        case int() as status:
            return _error(status, fault.code, fault.message)
        case "timeout_after_accept":
            fake.hanging.set()
            await fake._closing.wait()
        case "reset_before" | "reset_after":
            if request.transport is not None:
                request.transport.abort()
    return web.Response()


def _error(status: int, code: str | None, message: str) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return web.json_response({"error": error}, status=status)


@dataclass(frozen=True)
class _Routes:
    fake: FakeOpenAI

    async def upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        return web.json_response(
            self.fake.add_file(file.filename, file.file.read(), purpose=str(form["purpose"])),
        )

    async def list_files(self, request: web.Request) -> web.Response:
        purpose = request.query.get("purpose")
        files = [file for file in self.fake.files.values() if purpose in (None, file["purpose"])]
        newest_first = request.query.get("order", "desc") == "desc"
        return self._page(request, sorted(files, key=_created_at, reverse=newest_first), default=10_000)

    async def content(self, request: web.Request) -> web.Response:
        content = self.fake.contents.get(request.match_info["file_id"])
        return _error(404, None, "No such File object") if content is None else web.Response(body=content)

    async def create_job(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["training_file"] not in self.fake.files:
            return _error(400, "invalid_file", f"invalid training_file: {body['training_file']}")
        method = body.get("method") or {"type": "supervised", "supervised": {"hyperparameters": {}}}
        asked = {name: body[name] for name in ("validation_file", "seed", "metadata") if body.get(name) is not None}
        hyperparameters = {"n_epochs": "auto"} | method[method["type"]].get("hyperparameters", {})
        job = self.fake.add_job(
            model=body["model"],
            training_file=body["training_file"],
            method=method,
            hyperparameters=hyperparameters,
            **asked,
        )
        return web.json_response(job)

    async def list_jobs(self, request: web.Request) -> web.Response:
        wanted = {
            name.removeprefix("metadata[").removesuffix("]"): value
            for name, value in request.query.items()
            if name.startswith("metadata[") and not self.fake.ignore_metadata_filter
        }
        shown = filter(self.fake.shows, self.fake.jobs.values())
        jobs = [job for job in shown if wanted.items() <= (job["metadata"] or {}).items()]
        return self._page(request, sorted(jobs, key=_created_at, reverse=True), default=20)

    async def job(self, request: web.Request) -> web.Response:
        job = self.fake.jobs.get(request.match_info["job_id"])
        return _error(404, "fine_tune_not_found", "Could not find fine tune") if job is None else web.json_response(job)

    async def model(self, request: web.Request) -> web.Response:
        name = request.match_info["model"]
        if name not in self.fake.models:
            return _error(404, "model_not_found", f"The model '{name}' does not exist")
        day = self.fake.models[name]
        return web.json_response(
            {"id": name, "object": "model", "created": FIRST_CREATED_AT, "owned_by": "openai", "shutdown_date": day}
        )

    async def cancel(self, request: web.Request) -> web.Response:
        job = self.fake.jobs.get(request.match_info["job_id"])
        if job is None:
            return _error(404, "fine_tune_not_found", "Could not find fine tune")
        job["status"] = "cancelled"
        return web.json_response(job)

    async def delete_file(self, request: web.Request) -> web.Response:
        file_id = request.match_info["file_id"]
        if self.fake.files.pop(file_id, None) is None:
            return _error(404, None, "No such File object")
        return web.json_response({"id": file_id, "object": "file", "deleted": True})

    async def events(self, request: web.Request) -> web.Response:
        return self._page(request, self.fake.events.get(request.match_info["job_id"], []), default=20)

    async def checkpoints(self, request: web.Request) -> web.Response:
        return self._page(request, self.fake.checkpoints.get(request.match_info["job_id"], []), default=10)

    async def complete(self, request: web.Request) -> web.Response:
        body = await request.json()
        text = self.fake.replies.popleft() if self.fake.replies else f"A text about {body['messages'][-1]['content']}."
        read, written = self.fake.usage
        message = {"role": "assistant", "content": text or None, "refusal": None if text else "I would rather not."}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.fake.finish_reason}
        return web.json_response(
            {
                "id": f"chatcmpl-{len(self.fake.requests):06d}",
                "object": "chat.completion",
                "created": FIRST_CREATED_AT,
                "model": body["model"],
                "choices": [choice],
                "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
            }
        )

    def _page(self, request: web.Request, rows: Sequence[dict[str, Any]], *, default: int) -> web.Response:
        after = None if self.fake.ignore_after else request.query.get("after")
        start = next((at + 1 for at, row in enumerate(rows) if row["id"] == after), 0)
        limit = int(request.query.get("limit", default))
        shown = rows[start : start + limit]
        return web.json_response(
            {
                "object": "list",
                "data": list(shown),
                "has_more": len(rows) > start + limit,
                "first_id": shown[0]["id"] if shown else None,
                "last_id": shown[-1]["id"] if shown else None,
            }
        )


def _created_at(row: dict[str, Any]) -> int:
    return int(row["created_at"])
