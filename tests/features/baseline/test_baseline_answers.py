"""Whose answer counts, and until when: what no button can be pressed for."""

import json

import pytest

from bot.features.baseline.judging import CloseEarly, Judge, Place
from pipeline.domain.baselines import Baseline, BaselineId
from pipeline.errors import ComparisonClosed, ComparisonUnderWay, NotAJudge
from pipeline.told_apart import ToldApart, told_apart
from tests.fakes.judgements import JUDGE, judge, judging
from tests.fakes.money_bench import STEWARD, TEAM, Bench


class Blobs:
    """Satisfies ArtifactStore as far as pairs need it."""

    async def put(self, content: bytes) -> str:
        raise NotImplementedError(content)

    async def put_file(self, path: object) -> str:
        raise NotImplementedError(path)

    async def get(self, sha256: str) -> bytes:
        return json.dumps({"real": f"real {sha256}", "draft": "draft"}).encode()

    def local_path(self, sha256: str) -> object:
        raise NotImplementedError(sha256)


async def under_way(bench: Bench, *, is_judged: bool = False) -> Baseline:
    dataset = await bench.prepare(await bench.add_voice(), is_compared=False)
    async with bench.db.begin() as tx:
        return await (judge(tx, dataset) if is_judged else judging(tx, dataset))


def answering(bench: Bench) -> Judge:
    return Judge(bench.db, Blobs(), bench.clock)  # type: ignore[arg-type]  # only what pairs need


async def test_only_judges_answer_and_only_in_their_workspace(bench: Bench) -> None:
    baseline = await under_way(bench)
    for team, user in ((TEAM, STEWARD), ("T2", JUDGE)):
        with pytest.raises(NotAJudge):
            await answering(bench)(Place(baseline.baseline_id, 1), team, user, "A")
    async with bench.db.read() as tx:
        assert (await tx.baselines.by_id(baseline.baseline_id)).judgements == ()


async def test_an_answer_after_the_end_changes_nothing(bench: Bench) -> None:
    baseline = await under_way(bench, is_judged=True)
    with pytest.raises(ComparisonClosed):
        await answering(bench)(Place(baseline.baseline_id, 1), TEAM, JUDGE, "unsure")
    async with bench.db.read() as tx:
        assert told_apart(await tx.baselines.by_id(baseline.baseline_id)) == ToldApart(6, 0, 0)


async def test_nobody_closes_before_one_judge_is_done(bench: Bench) -> None:
    baseline = await under_way(bench)
    close = CloseEarly(bench.db, Blobs(), bench.clock)  # type: ignore[arg-type]  # only what pairs need
    with pytest.raises(ComparisonUnderWay):
        await close(BaselineId(baseline.baseline_id), TEAM, STEWARD)


async def test_the_last_answer_ends_it_and_says_the_outcome(bench: Bench) -> None:
    baseline = await under_way(bench)
    for number in range(1, 7):
        await answering(bench)(Place(baseline.baseline_id, number), TEAM, JUDGE, "unsure")
    said = await bench.said()
    template, facts = said[f"baseline:{baseline.baseline_id}:result"]
    assert (template, facts["right"], facts["unsure"], facts["is_worth_training"]) == ("baseline.result", 0, 6, False)
