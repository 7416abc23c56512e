"""A running provider for each test, and the official SDK set to refuse any answer that is not OpenAI's shape."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from tests.modelserver.providers import PROVIDERS, Provider, StartProvider


@pytest.fixture(params=sorted(PROVIDERS))
def start_provider(request: pytest.FixtureRequest) -> StartProvider:
    return PROVIDERS[request.param]


@pytest.fixture
async def provider(start_provider: StartProvider, tmp_path: Path) -> AsyncIterator[Provider]:
    """A provider whose jobs finish as fast as they can."""
    async with start_provider(tmp_path / "state", train_seconds=0.0) as running:
        yield running


@pytest.fixture
async def slow_provider(start_provider: StartProvider, tmp_path: Path) -> AsyncIterator[Provider]:
    """A provider whose jobs stay in `running` until they are cancelled."""
    async with start_provider(tmp_path / "state", train_seconds=60.0) as running:
        yield running


@pytest.fixture
async def client(provider: Provider) -> AsyncIterator[AsyncOpenAI]:
    async with provider.client() as client:
        yield client


@pytest.fixture
async def slow_client(slow_provider: Provider) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(slow_provider.client())
        yield client
