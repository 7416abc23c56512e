"""A running provider for each test, and the official SDK set to refuse any answer that is not OpenAI's shape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from tests.modelserver.providers import Provider, StartProvider, start_modelserver


@pytest.fixture
def start_provider() -> StartProvider:
    return start_modelserver


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny transformer; only with the extra."""
    from tests.modelserver.lora.tiny_base import make_base

    folder = tmp_path_factory.mktemp("tiny-base")
    make_base(folder)
    return folder


@pytest.fixture(scope="session")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A trainer command that need not import torch for each job; only with the extra."""
    from tests.modelserver.lora.warm import warm_trainer

    with warm_trainer(tmp_path_factory.mktemp("warm")) as command:
        yield command


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
