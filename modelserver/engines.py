"""Which engine serves which base model."""

from __future__ import annotations

from modelserver.engine import Engine
from modelserver.ngram_engine import NgramEngine

ENGINES: dict[str, Engine] = {engine.base: engine for engine in (NgramEngine(),)}


def engine_for(base: str) -> Engine:
    """The engine of a base model; KeyError when there is none."""
    return ENGINES[base]
