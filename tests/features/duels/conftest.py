"""The drafting tests' world."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "drafting"))

from duel_world import DuelWorld, open_duel_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[DuelWorld]:
    world = await open_duel_world(tmp_path)
    yield world
    await world.inner.engine.dispose()
