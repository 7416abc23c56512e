"""What the command line takes for a base, and which vLLM server answers for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from modelserver.lora.hub import cached_folder

NAME = "Org/Tiny-1.5"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """As `hf download` leaves it."""
    repository = tmp_path / "hub" / "models--Org--Tiny-1.5"
    snapshot = repository / "snapshots" / "abc123"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc123")
    (snapshot / "config.json").write_text('{"max_position_embeddings": 4096}')
    return tmp_path / "hub"


def test_a_name_of_the_hub_is_a_folder_of_the_local_cache(cache: Path) -> None:
    assert cached_folder(NAME, cache) == cache / "models--Org--Tiny-1.5" / "snapshots" / "abc123"


@pytest.mark.parametrize("name", ["Org/Other", "Org", "../../etc", "Org/../x"])
def test_a_name_that_is_not_in_the_cache_is_refused_with_what_to_do(cache: Path, name: str) -> None:
    with pytest.raises(ValueError, match="hf download"):
        cached_folder(name, cache)


def test_half_a_download_is_refused(cache: Path) -> None:
    (cache / "models--Org--Tiny-1.5" / "refs" / "main").write_text("def456")
    with pytest.raises(ValueError, match="not whole"):
        cached_folder(NAME, cache)


def said(tmp_path: Path, more: Mapping[str, str]) -> str:
    """What the server says before it ends."""
    env = {**os.environ, "MODELSERVER_STATE": str(tmp_path / "state"), "MODELSERVER_API_KEY": "k", **more}
    run = subprocess.run(
        [sys.executable, "-m", "modelserver"], env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode
    return run.stderr


def test_a_base_that_is_not_in_the_cache_is_told_at_the_start(cache: Path, tmp_path: Path) -> None:
    more = {"HF_HUB_CACHE": str(cache), "MODELSERVER_BASES": "tiny=hub:Org/Other"}
    assert "`hf download Org/Other` puts it there" in said(tmp_path, more)


def test_a_vllm_server_for_no_base_is_told_at_the_start(cache: Path, tmp_path: Path) -> None:
    more = {
        "HF_HUB_CACHE": str(cache),
        "MODELSERVER_BASES": f"tiny=hub:{NAME}",
        "MODELSERVER_VLLM": "other=http://127.0.0.1:8000/v1",
    }
    assert "--vllm other is no --base" in said(tmp_path, more)
