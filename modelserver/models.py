"""/v1/models: base models and finished fine-tunes; the loaded ones are kept in memory."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from modelserver.engine import Engine, LoadedModel
from modelserver.engines import Engines
from modelserver.errors import ApiError, no_such_model
from modelserver.paging import listing
from modelserver.records import OWN_FIELD, TunedModel
from modelserver.speed import train_tokens_per_s
from modelserver.store import Store
from modelserver.tenants import tenant_of
from modelserver.vllm import VllmServer

log = logging.getLogger(__name__)

MAX_LOADED: Final = 8  # models in memory; the one asked longest ago makes room
BASES_CREATED: Final = 1_767_225_600  # 2026-01-01, a fixed date so that lists are stable


@dataclass(frozen=True)
class Place:
    """Where a model is. path: None is the base itself."""

    engine: Engine
    path: Path | None


class Models:
    """Finds, loads and deletes models."""

    def __init__(self, store: Store, engines: Engines, vllm: Mapping[str, VllmServer]) -> None:
        self._store, self._engines, self._vllm = store, engines, vllm
        self._loaded: OrderedDict[str, LoadedModel] = OrderedDict()
        self._loading = asyncio.Lock()

    def register(self, app: web.Application) -> None:
        app.router.add_get("/v1/models", self.list)
        app.router.add_get("/v1/models/{model}", self.retrieve)
        app.router.add_delete("/v1/models/{model}", self.delete)

    def find(self, name: str, owner: str) -> Place:
        """A model of this owner, or a base; model_not_found when there is none."""
        tuned = None if name in self._engines else self._tuned(name, owner)
        engine = self._engines.get(tuned.base if tuned else name)
        if engine is None:
            raise no_such_model(name)  # its base is no longer served
        path = self._store.models / tuned.job_id / f"{tuned.step}{engine.suffix}" if tuned else None
        return Place(engine, path)

    async def load(self, name: str, place: Place) -> LoadedModel:
        """Ready to answer."""
        async with self._loading:
            if name not in self._loaded:
                self._loaded[name] = await _opened(place, name)
                while len(self._loaded) > MAX_LOADED:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(name)
            return self._loaded[name]

    def keep(self, name: str, model: LoadedModel) -> None:
        """Answer by a model that is in memory already."""
        self._loaded[name] = model

    def _tuned(self, name: str, owner: str) -> TunedModel:
        tuned = self._store.get(TunedModel, name)
        if tuned is None or tuned.owned_by != owner:
            raise no_such_model(name)
        return tuned

    async def list(self, request: web.Request) -> web.Response:
        owner = tenant_of(request).organization
        tuned = [model.wire() for model in self._store.all(TunedModel) if model.listed and model.owned_by == owner]
        return web.json_response(listing([*map(_base, self._engines), *tuned]))

    async def retrieve(self, request: web.Request) -> web.Response:
        name = request.match_info["model"]
        if name in self._engines:
            speed = train_tokens_per_s(self._store, name)
            own = {OWN_FIELD: {"train_tokens_per_s": speed}} if speed is not None else {}
            return web.json_response(_base(name) | own)
        return web.json_response(self._tuned(name, tenant_of(request).organization).wire())

    async def delete(self, request: web.Request) -> web.Response:
        """Remove a fine-tune with its checkpoints; its job stays."""
        name = request.match_info["model"]
        if name in self._engines:
            raise ApiError(f"The model `{name}` is a base model and cannot be deleted.", status=403, param="model")
        tuned = self._tuned(name, tenant_of(request).organization)
        all_gone = self._store.all(TunedModel, parent=tuned.job_id) if tuned.listed else [tuned]
        with self._store.transaction():
            for gone in all_gone:
                self._store.remove(TunedModel, gone.id)
                self._loaded.pop(gone.id, None)
        if tuned.listed:
            await asyncio.to_thread(shutil.rmtree, self._store.models / tuned.job_id, ignore_errors=True)
        if (vllm := self._vllm.get(tuned.base)) is not None:
            for gone in all_gone:
                await vllm.forget(gone.id)
        return web.json_response({"id": name, "object": "model", "deleted": True})


async def _opened(place: Place, name: str) -> LoadedModel:
    try:
        return await asyncio.to_thread(place.engine.load, place.path)
    except (ValueError, OSError) as err:
        log.exception("model unreadable", extra={"model": name})
        message = f"The files of the model `{name}` cannot be read. Delete it and train it again."
        raise ApiError(message, status=500, kind="server_error", param="model", code="model_unreadable") from err
    except ImportError as err:
        message = f"The model `{name}` needs the optional extra: pip install 'understudy[lora]'."
        raise ApiError(message, status=503, kind="server_error", param="model", code="extra_missing") from err


def _base(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": BASES_CREATED, "owned_by": "understudy", "shutdown_date": None}
