"""Which engine serves which base model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from modelserver.engine import Engine
from modelserver.lora.engine import LoraEngine
from modelserver.ngram_engine import NgramEngine

Engines = Mapping[str, Engine]


def engines(bases: Mapping[str, Path]) -> Engines:
    """The engine of each base by its name. bases: folders of the models that may be trained besides the built-in one.

    Raises ValueError when a folder holds no model.
    """
    built_in = NgramEngine()
    return {built_in.base: built_in, **{name: LoraEngine(name, folder) for name, folder in bases.items()}}
