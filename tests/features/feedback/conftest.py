"""The drafting tests' world, with feedback on top."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "drafting"))

from feedback_world import FeedbackWorld, open_feedback_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FeedbackWorld]:
    world = await open_feedback_world(tmp_path)
    yield world
    await world.close()
