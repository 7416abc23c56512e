"""The step over the real adapter and a server that misbehaves: one paid job, whatever the wire does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from training_bench import KEY, STEWARD, TEAM, Bench, Providers

from bot.features.training.step import TuningStep, tuning_step
from bot.features.training.usecase import Answer, Taken
from pipeline.domain.training import TuningJobId
from pipeline.domain.voices import Sensitivity
from pipeline.domain.work import WorkItem
from pipeline.models.openai_compatible import OpenAICompatible
from pipeline.models.runs import CompatibleRuns
from pipeline.models.wire import openai_client
from storage.liveness import FileLocks
from tests.fakes.openai_server import Accident, FakeOpenAI, fake_openai

CREATE = "POST /fine_tuning/jobs"
ALLOWED: frozenset[Sensitivity] = frozenset({"public", "internal", "private"})


@dataclass
class Wire:
    bench: Bench
    fake: FakeOpenAI
    step: TuningStep

    async def turn(self) -> WorkItem | None:
        if (item := await self.bench.claim()) is not None:
            await self.step(item)
        return item

    async def until(self, *states: str) -> None:
        """The server finishes whatever it took after its next look."""
        for _ in range(300):
            if (await self.bench.job()).state in states:
                return
            if await self.turn() is None:
                self.bench.clock.advance(10)
            for job_id, job in self.fake.jobs.items():
                if job["status"] == "validating_files" and (await self.bench.job()).state == "validating":
                    self.fake.finish(job_id, trained_tokens=240_000)
        raise AssertionError((await self.bench.job()).state)


@pytest.fixture
async def wire(bench: Bench) -> AsyncIterator[Wire]:
    async with fake_openai() as fake:
        client = openai_client(base_url=fake.base_url, api_key="key", timeout_s=5)
        provider = OpenAICompatible(
            name="private",
            client=client,
            sensitivities=ALLOWED,
            price_of=lambda base: bench.prices.find("private", base),
            request_timeout_s=0.5,
        )
        step = tuning_step(
            database=bench.db,
            providers=Providers(provider, CompatibleRuns(provider.wire)),
            prices=bench.prices,
            artifacts=bench.artifacts,
            locks=FileLocks(bench.folder),
            clock=bench.clock,
            timing=bench.timing,
        )
        await bench.approve()
        yield Wire(bench, fake, step)
        await provider.close()


async def test_the_way_to_a_model(wire: Wire) -> None:
    await wire.until("ready")
    (sent,) = wire.fake.seen(CREATE)
    assert sent.body["metadata"] == {"understudy_key": KEY} and sent.body["suffix"] == "founder"
    assert sorted(file["filename"] for file in wire.fake.files.values()) == [f"{KEY}-validation.jsonl", f"{KEY}.jsonl"]
    assert await wire.bench.holds() == [("settled", 12_000)]


@pytest.mark.parametrize("status", [500, 502, 409, "reset_after", "timeout_after_accept"])
async def test_accepted_and_not_answered_is_adopted(wire: Wire, status: int | Accident) -> None:
    wire.fake.next(CREATE, status, accept=True)
    await wire.until("ready")
    assert len(wire.fake.seen(CREATE)) == 1 and len(wire.fake.jobs) == 1
    assert (await wire.bench.said())["tuning:1:found"][0] == "training.adopted"


@pytest.mark.parametrize("status", [500, 409, "reset_before"])
async def test_not_accepted_and_not_answered_asks_a_person(wire: Wire, status: int | Accident) -> None:
    wire.fake.next(CREATE, status)
    for _ in range(300):
        if "tuning:1:found" in await wire.bench.said():
            break
        if await wire.turn() is None:
            wire.bench.clock.advance(30)
    assert len(wire.fake.seen(CREATE)) == 1 and wire.fake.jobs == {}
    assert await wire.bench.send_now(Answer(TEAM, TuningJobId(1), STEWARD)) == Taken()
    await wire.until("ready")
    assert len(wire.fake.jobs) == 1


async def test_busy_is_tried_again(wire: Wire) -> None:
    wire.fake.next(CREATE, 429, "rate_limit_exceeded")
    await wire.until("ready")
    assert len(wire.fake.seen(CREATE)) == 2 and len(wire.fake.jobs) == 1


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [(403, "training_not_available", "training_closed"), (400, "model_not_available", "model_not_available")],
)
async def test_a_definite_no_ends_it(wire: Wire, status: int, code: str, told: str) -> None:
    wire.fake.next(CREATE, status, code)
    await wire.until("failed")
    assert (await wire.bench.job()).failure_code == told
    assert await wire.bench.holds() == [("released", 0)] and wire.fake.jobs == {}


async def test_a_rejected_row_is_named(wire: Wire) -> None:
    await wire.until("validating")
    (job_id,) = wire.fake.jobs
    wire.fake.fail(job_id, "invalid_training_file", "Line 52: too long")
    await wire.until("failed")
    assert (await wire.bench.said())["tuning:1:ended"][1]["words"] == "Line 52: too long"
