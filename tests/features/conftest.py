"""One bot per module for tests that only need their own voice."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.bot_process import World, open_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Shared by the tests of a module; each makes its own voice. They are marked with loop_scope="module"."""
    async with open_world(tmp_path_factory.mktemp("town")) as world:
        yield world
        await world.people.act("faults/clear")
