"""A world per test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from drafting_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await open_world(tmp_path)
    yield world
    await world.engine.dispose()
