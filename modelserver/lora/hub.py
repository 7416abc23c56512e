"""Opens the libraries of the extra so that they load local safetensors only and phone nowhere."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from modelserver.engine import Refused

# Read by the libraries when they are first imported.
OFFLINE: Final = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
HUB_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+")
MOST_CONTEXT_TOKENS: Final = 32_768  # whatever the base promises: a longer row needs more memory than it teaches


@dataclass(frozen=True)
class BaseFolder:
    """A base model on this machine, by the name that clients give it."""

    name: str
    path: Path
    context_tokens: int

    @classmethod
    def read(cls, name: str, path: Path) -> BaseFolder:
        """Raises ValueError when the folder holds no model."""
        try:
            config = json.loads((path / "config.json").read_text(encoding="utf-8"))
            positions = config.get("text_config", config)["max_position_embeddings"]
        except (OSError, ValueError, KeyError) as err:
            raise ValueError(f"{path} holds no base model: {err!r}") from err
        return cls(name, path, min(MOST_CONTEXT_TOKENS, int(positions)))


def cached_folder(name: str, cache: Path) -> Path:
    """Where a model of the hub lies in the local cache, as `hf download` puts it there; nothing is asked or loaded.

    Raises ValueError when it is not there.
    """
    repository = cache / f"models--{name.replace('/', '--')}"
    try:
        commit = (repository / "refs" / "main").read_text(encoding="ascii").strip()
    except OSError as err:
        raise ValueError(f"{name} is not in {cache}; `hf download {name}` puts it there.") from err
    folder = repository / "snapshots" / commit
    if not HUB_NAME.fullmatch(name) or not folder.is_dir():
        raise ValueError(f"{name} is not whole in {cache}; `hf download {name}` puts it there.")
    return folder


def device_name() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def open_tokenizer(base: BaseFolder) -> Any:
    """The base's tokenizer; no code of the folder is run."""
    os.environ.update(OFFLINE)
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base.path, local_files_only=True, trust_remote_code=False)


def open_base(base: BaseFolder) -> Any:
    """The base's weights on the fastest device: halves on a graphics card, floats on a CPU."""
    os.environ.update(OFFLINE)
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    if not any(base.path.glob("*.safetensors")):
        raise Refused(f"The base model {base.name} has no safetensors file.", code="unusable_base")
    device = device_name()
    model = AutoModelForCausalLM.from_pretrained(
        base.path,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.bfloat16 if device == "cuda" else torch.float32,
    )
    return model.to(device)
