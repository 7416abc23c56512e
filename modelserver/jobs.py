"""/v1/fine_tuning/jobs: the handlers. `training.py` does the work."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from modelserver.bodies import JobBody, parse, read_json
from modelserver.engines import Engines
from modelserver.errors import ApiError, no_such_job
from modelserver.files import Files
from modelserver.paging import page
from modelserver.progress import Progress
from modelserver.records import TERMINAL, Checkpoint, Job, JobEvent, SentOnce, TunedModel, new_id
from modelserver.store import Store
from modelserver.tenants import Tenant, tenant_of, too_much
from modelserver.training import Training

METADATA_FILTER = re.compile(r"metadata\[(.+)\]", re.DOTALL)


class Jobs:
    """A job is in the database before its creation is answered."""

    def __init__(self, store: Store, engines: Engines, files: Files, progress: Progress, training: Training) -> None:
        self._store, self._engines, self._files, self._progress = store, engines, files, progress
        self._training = training

    def register(self, app: web.Application) -> None:
        app.router.add_post("/v1/fine_tuning/jobs", self.create)
        app.router.add_get("/v1/fine_tuning/jobs", self.list)
        app.router.add_get("/v1/fine_tuning/jobs/{job_id}", self.retrieve)
        app.router.add_post("/v1/fine_tuning/jobs/{job_id}/cancel", self.cancel)
        app.router.add_post("/v1/fine_tuning/jobs/{job_id}/pause", self.pause)
        app.router.add_post("/v1/fine_tuning/jobs/{job_id}/resume", self.resume)
        app.router.add_get("/v1/fine_tuning/jobs/{job_id}/events", self.events)
        app.router.add_get("/v1/fine_tuning/jobs/{job_id}/checkpoints", self.checkpoints)

    async def create(self, request: web.Request) -> web.Response:
        raw = await read_json(request)
        key = request.headers.get("Idempotency-Key")
        tenant = tenant_of(request)
        sent = _sent_once(f"{tenant.organization} {key}", raw) if key else None
        if sent is not None and (known := self._already_sent(sent)) is not None:
            return web.json_response(known.wire())
        job = self._new_job(raw, tenant)
        self._check_room(tenant)
        with self._store.transaction():
            self._store.add(job)
            self._progress.tell(job.id, f"Created fine-tuning job: {job.id}")
            self._progress.tell(job.id, f"Validating training file: {job.training_file}")
            if sent is not None:
                self._store.add(sent.model_copy(update={"job_id": job.id}))
        self._training.start(job.id)
        return web.json_response(job.wire())

    def _check_room(self, tenant: Tenant) -> None:
        jobs = [job for job in self._store.all(Job) if job.organization_id == tenant.organization]
        waiting = sum(job.status not in TERMINAL for job in jobs)
        if tenant.waiting_jobs is not None and waiting >= tenant.waiting_jobs:
            message = f"This key may have {tenant.waiting_jobs} unfinished jobs; {waiting} have not ended."
            raise too_much(message, code="jobs_limit_exceeded")
        if tenant.disk_bytes is not None and self._store.used_bytes(tenant.organization) >= tenant.disk_bytes:
            message = f"This key may keep {tenant.disk_bytes} bytes, and they are used. Delete files or models."
            raise too_much(message, code="storage_limit_exceeded")

    def _already_sent(self, sent: SentOnce) -> Job | None:
        earlier = self._store.get(SentOnce, sent.id)
        if earlier is None:
            return None
        if earlier.body_digest != sent.body_digest:
            message = "This Idempotency-Key was used with another body."
            raise ApiError(message, status=400, kind="idempotency_error", code="idempotency_key_reused")
        return self._store.get(Job, earlier.job_id)

    def _new_job(self, raw: dict[str, Any], tenant: Tenant) -> Job:
        _refuse_other_methods(raw)
        body, owner = parse(JobBody, raw), tenant.organization
        base, start = self._origin(body.model, owner)
        if body.kind not in self._engines[base].methods:
            raise _unsupported(body.kind)
        self._check_file(body.training_file, "training_file", owner)
        if body.validation_file is not None:
            self._check_file(body.validation_file, "validation_file", owner)
        return Job(
            id=new_id("ftjob-"),
            model=body.model,
            created_at=int(time.time()),
            organization_id=owner,
            training_file=body.training_file,
            validation_file=body.validation_file,
            hyperparameters=body.hyperparameters_asked(),
            seed=secrets.randbelow(2**31) if body.seed is None else body.seed,
            metadata=body.metadata,
            suffix=body.suffix,
            kind=body.kind,
            base=base,
            start=start,
            priority=tenant.priority,
        )

    def _origin(self, model: str, owner: str) -> tuple[str, str | None]:
        """The base of a model that may be trained, and its place under `models` when it is a finished fine-tune."""
        if model in self._engines:
            return model, None
        tuned = self._store.get(TunedModel, model)
        engine = self._engines.get(tuned.base) if tuned is not None else None
        if tuned is None or tuned.owned_by != owner or engine is None or not engine.continues:
            message = f"Model {model} is not available for fine-tuning or does not exist."
            raise ApiError(message, param="model", code="model_not_available")
        return tuned.base, f"{tuned.job_id}/{tuned.step}{engine.suffix}"

    def _check_file(self, file_id: str, param: str, owner: str) -> None:
        try:
            file = self._files.get(file_id, owner)
        except ApiError as err:
            raise ApiError(f"invalid {param}: {file_id}", param=param, code="invalid_file") from err
        if file.purpose != "fine-tune":
            message = f"File {file_id} has purpose {file.purpose!r}; fine-tuning needs 'fine-tune'."
            raise ApiError(message, param=param, code="invalid_file_purpose")

    async def list(self, request: web.Request) -> web.Response:
        owner = tenant_of(request).organization
        jobs = [job for job in self._store.all(Job)[::-1] if job.organization_id == owner]
        if request.query.get("metadata") == "null":
            jobs = [job for job in jobs if job.metadata is None]
        wanted = _metadata_filter(request.query)
        jobs = [job for job in jobs if wanted.items() <= (job.metadata or {}).items()]
        return page(request, jobs, default=20, most=100)

    def _find(self, request: web.Request) -> Job:
        job_id = request.match_info["job_id"]
        job = self._store.get(Job, job_id)
        if job is None or job.organization_id != tenant_of(request).organization:
            raise no_such_job(job_id)
        return job

    async def retrieve(self, request: web.Request) -> web.Response:
        return web.json_response(self._find(request).wire())

    async def cancel(self, request: web.Request) -> web.Response:
        job = self._find(request)
        if job.status in TERMINAL:
            message = f"Job {job.id} has already finished with status {job.status}."
            raise ApiError(message, param="fine_tune_id", code="job_not_cancellable")
        await self._training.cancel(job.id)
        return web.json_response(self._find(request).wire())

    async def pause(self, request: web.Request) -> web.Response:
        job = self._find(request)
        if job.status not in ("queued", "running") or job.paused:
            state = "paused" if job.paused else job.status
            raise ApiError(f"Job {job.id} is {state}.", param="fine_tune_id", code="job_not_pausable")
        await self._training.pause(job.id)
        return web.json_response(self._find(request).wire())

    async def resume(self, request: web.Request) -> web.Response:
        job = self._find(request)
        if not job.paused:
            raise ApiError(f"Job {job.id} is not paused.", param="fine_tune_id", code="job_not_paused")
        self._training.unpause(job.id)
        return web.json_response(self._find(request).wire())

    async def events(self, request: web.Request) -> web.Response:
        job = self._find(request)
        return page(request, self._store.all(JobEvent, parent=job.id)[::-1], default=20, most=100)

    async def checkpoints(self, request: web.Request) -> web.Response:
        job = self._find(request)
        return page(request, self._store.all(Checkpoint, parent=job.id)[::-1], default=10, most=100)


def _metadata_filter(query: Mapping[str, str]) -> dict[str, str]:
    """{k: v} of the parameters metadata[k]=v."""
    matches = {METADATA_FILTER.fullmatch(name): value for name, value in query.items()}
    return {match.group(1): value for match, value in matches.items() if match}


def _refuse_other_methods(raw: dict[str, Any]) -> None:
    method = raw.get("method")
    kind = method.get("type") if isinstance(method, dict) else None
    if kind == "reinforcement":
        raise _unsupported(kind)


def _unsupported(kind: str) -> ApiError:
    message = f"The method '{kind}' is not offered by this server for this model."
    return ApiError(message, param="method.type", code="unsupported_method")


def _sent_once(key: str, raw: dict[str, Any]) -> SentOnce:
    body = json.dumps(raw, sort_keys=True).encode()
    return SentOnce(
        id=hashlib.sha256(key.encode()).hexdigest(), body_digest=hashlib.sha256(body).hexdigest(), job_id=""
    )
