"""What is asked of a run that is there: cancelled once, events of any type carried, results, files deleted."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from pipeline.errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUnavailable
from pipeline.models.runs import CompatibleRuns
from pipeline.models.wire import Wire, openai_client
from pipeline.ports import RunProvider
from tests.fakes.openai_server import Accident, FakeOpenAI, fake_openai

JOB = "ftjob-000001"
CANCEL = "POST /fine_tuning/jobs/{job_id}/cancel"


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    async with fake_openai() as server:
        file = server.add_file("us-7.jsonl", b"{}")
        server.add_job(model="small", training_file=str(file["id"]))
        yield server


@pytest.fixture
async def adapter(fake: FakeOpenAI) -> AsyncIterator[CompatibleRuns]:
    client = openai_client(base_url=fake.base_url, api_key="key", timeout_s=5)
    yield CompatibleRuns(Wire("fake", client, 0.5))
    await client.close()


def test_it_is_the_port(adapter: CompatibleRuns) -> None:
    port: RunProvider = adapter
    assert port


@pytest.mark.parametrize("status", [500, 409, "timeout_after_accept", "reset_after"])
async def test_cancelling_is_sent_once_and_an_unknown_end_is_unknown(
    fake: FakeOpenAI, adapter: CompatibleRuns, status: int | Accident
) -> None:
    """The SDK repeats POST requests by itself on all of these, unless it is told not to."""
    fake.next(CANCEL, status, accept=True)
    with pytest.raises(ProviderUnavailable):
        await adapter.cancel_job(JOB)
    assert len(fake.seen(CANCEL)) == 1 and fake.jobs[JOB]["status"] == "cancelled"


async def test_cancelling_tells_how_it_stands(fake: FakeOpenAI, adapter: CompatibleRuns) -> None:
    assert (await adapter.cancel_job(JOB)).status == "cancelled"
    fake.next(CANCEL, 400, "job_not_cancellable")
    with pytest.raises(ProviderRefused):
        await adapter.cancel_job(JOB)


async def test_events_of_unknown_type_and_level_are_carried(fake: FakeOpenAI, adapter: CompatibleRuns) -> None:
    fixed = {"object": "fine_tuning.job.event", "created_at": 3, "data": {}}
    fake.events[JOB] = [
        fixed | {"id": "e3", "level": "fatal", "type": "moderation_checks", "message": "Checks passed"},
        fixed
        | {"id": "e2", "level": "info", "type": "metrics", "message": "m", "data": {"step": 40, "total_steps": 120}},
        fixed | {"id": "e1", "level": "info", "type": "message", "message": "Step 39/120: training loss=2.1"},
        {"id": "e0", "object": "fine_tuning.job.event", "created_at": None, "level": "info", "message": None},
    ]
    told = await adapter.events(JOB)
    assert [(event.kind, event.level, event.step, event.steps) for event in told] == [
        ("moderation_checks", "fatal", None, None),
        ("metrics", "info", 40, 120),
        ("message", "info", 39, 120),
        ("None", "info", None, None),
    ]


async def test_results_and_checkpoints_are_fetched_as_they_are(fake: FakeOpenAI, adapter: CompatibleRuns) -> None:
    results = fake.add_file("step_metrics.csv", b"step,train_loss\n1,2\n", purpose="fine-tune-results")
    point = {
        "id": "ftckpt-1",
        "object": "fine_tuning.job.checkpoint",
        "created_at": 1,
        "fine_tuned_model_checkpoint": "ft:small:1",
        "fine_tuning_job_id": JOB,
        "step_number": 12,
        "metrics": {"train_loss": 1.5, "something_new": 1},
    }
    fake.checkpoints[JOB] = [point]
    assert await adapter.content(str(results["id"])) == b"step,train_loss\n1,2\n"
    (told,) = json.loads(await adapter.checkpoints(JOB))
    assert told["step_number"] == 12 and told["metrics"]["something_new"] == 1


async def test_a_file_that_is_too_big_for_a_result_is_left_out(fake: FakeOpenAI, adapter: CompatibleRuns) -> None:
    results = fake.add_file("step_metrics.csv", b"0123456789", purpose="fine-tune-results")
    with pytest.raises(ProviderRefused):
        await CompatibleRuns(adapter.wire, most_bytes=9).content(str(results["id"]))


async def test_deleting_a_file_again_is_no_error(fake: FakeOpenAI, adapter: CompatibleRuns) -> None:
    file_id = next(iter(fake.files))
    assert [await adapter.delete_file(file_id), await adapter.delete_file(file_id)] == [True, False]
    assert fake.files == {}


@pytest.mark.parametrize(("status", "error"), [(403, ProviderRefused), (500, ProviderUnavailable), (429, ProviderBusy)])
async def test_a_file_that_stays_is_told(
    fake: FakeOpenAI, adapter: CompatibleRuns, status: int, error: type[ProviderError]
) -> None:
    fake.next("DELETE /files/{file_id}", status)
    with pytest.raises(error):
        await adapter.delete_file(next(iter(fake.files)))


ASKED: dict[str, Callable[[CompatibleRuns], Awaitable[object]]] = {
    "GET /fine_tuning/jobs/{job_id}/events": lambda adapter: adapter.events(JOB),
    "GET /fine_tuning/jobs/{job_id}/checkpoints": lambda adapter: adapter.checkpoints(JOB),
    CANCEL: lambda adapter: adapter.cancel_job(JOB),
}


@pytest.mark.parametrize("route", ASKED)
@pytest.mark.parametrize("body", ["<html>sign in</html>", "[]", "{}", "null"])
async def test_an_answer_that_is_none_is_unknown(
    fake: FakeOpenAI, adapter: CompatibleRuns, route: str, body: str
) -> None:
    fake.next(route, 200, body=body)
    with pytest.raises(ProviderUnavailable):
        await ASKED[route](adapter)
