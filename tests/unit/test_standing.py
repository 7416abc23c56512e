"""What a provider's answers are taken for, before money: asked of a small OpenAI and of our own server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from openai.types import Model

from modelserver.server import Setup, running_modelserver
from modelserver.training import Pace
from pipeline.domain.preflights import ProviderStanding
from pipeline.errors import ProviderUnavailable
from pipeline.models.standing import CompatibleStanding
from pipeline.models.wire import Wire, openai_client, own_figure
from tests.fakes.openai_server import FakeOpenAI, fake_openai

BASE = "gpt-mini"
JOBS = "POST /fine_tuning/jobs"


@asynccontextmanager
async def adapter(url: str, *, key: str = "key", probes: bool = True) -> AsyncIterator[CompatibleStanding]:
    client = openai_client(base_url=url, api_key=key, timeout_s=5)
    try:
        yield CompatibleStanding(Wire("openai", client, 5), probes)
    finally:
        await client.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    async with fake_openai() as running:
        running.models = {BASE: "2027-01-14"}
        yield running


async def standing(fake: FakeOpenAI, base: str = BASE, *, probes: bool = True) -> ProviderStanding:
    async with adapter(fake.base_url, probes=probes) as asked:
        return await asked(base)


async def test_an_organisation_that_may_train_is_told_only_that_the_file_is_missing(fake: FakeOpenAI) -> None:
    assert await standing(fake) == ProviderStanding(True, True, True, None, date(2027, 1, 14))
    assert fake.jobs == {}


async def test_one_that_is_shut_out_is_told_so_without_a_run(fake: FakeOpenAI) -> None:
    fake.next(JOBS, 403, "training_not_available")
    assert (await standing(fake)).may_train is False
    assert fake.jobs == {} and len(fake.seen(JOBS)) == 1


async def test_an_empty_account_is_told_so(fake: FakeOpenAI) -> None:
    fake.next(JOBS, 429, "insufficient_quota")
    found = await standing(fake)
    assert (found.has_funds, found.may_train) == (False, None)


async def test_a_refusal_about_something_else_says_nothing(fake: FakeOpenAI) -> None:
    fake.next(JOBS, 400, "invalid_hyperparameters", "not like this")
    assert (await standing(fake)).may_train is None


async def test_a_server_that_takes_the_run_is_made_to_forget_it(fake: FakeOpenAI) -> None:
    fake.add_file("x", b"")
    fake.files["file-understudy-asks-whether-it-may-train"] = fake.files["file-000001"]
    assert (await standing(fake)).may_train is True
    assert [job["status"] for job in fake.jobs.values()] == ["cancelled"]


async def test_without_probing_nothing_is_asked_but_the_base(fake: FakeOpenAI) -> None:
    assert (await standing(fake, probes=False)).may_train is None
    assert [seen.route for seen in fake.requests] == ["GET /models/{model}"]


async def test_a_base_that_is_not_offered_and_a_bad_key_are_definite(fake: FakeOpenAI) -> None:
    assert (await standing(fake, "gpt-gone")).has_base is False
    fake.next("GET /models/{model}", 401, "invalid_api_key")
    found = await standing(fake)
    assert (found.key_is_valid, found.has_base) == (False, None)


async def test_silence_is_no_answer(fake: FakeOpenAI) -> None:
    fake.next("GET /models/{model}", 500)
    with pytest.raises(ProviderUnavailable):
        await standing(fake)


async def test_our_own_server_answers_the_same_questions(tmp_path: Path) -> None:
    pace = Pace(min_train_seconds=0, parallel_jobs=1)
    async with running_modelserver(Setup(state=tmp_path, api_key="key", pace=pace)) as url:
        async with adapter(url) as asked:
            assert await asked("understudy-ngram") == ProviderStanding(True, True, True)
            assert (await asked("imagined")).has_base is False
        async with adapter(url, key="wrong") as stranger:
            assert (await stranger("understudy-ngram")).key_is_valid is False


@pytest.mark.parametrize(
    ("told", "figure"),
    [
        ({"train_tokens_per_s": 120.5}, 120.5),
        ({"train_tokens_per_s": 3}, 3.0),
        ({"train_tokens_per_s": 0}, None),
        ({"train_tokens_per_s": -1}, None),
        ({"train_tokens_per_s": True}, None),
        ({"train_tokens_per_s": "120"}, None),
        ({"train_tokens_per_s": float("nan")}, None),
        ({"train_tokens_per_s": 1e12}, None),
        ({}, None),
        ("fast", None),
        (None, None),
    ],
)
def test_only_a_sound_figure_of_our_own_server_is_taken(told: object, figure: float | None) -> None:
    answer = Model.construct(id="small", object="model", created=1, owned_by="us", understudy=told)
    assert own_figure(answer, "train_tokens_per_s") == figure
