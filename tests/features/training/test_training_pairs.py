"""A run that learns from pairs: what is uploaded, what is asked for, and that it is paid once and only for what was
approved."""

import json
from dataclasses import replace

import pytest
from training_bench import NOW, PAIRS, STEWARD, TEAM, VALIDATION_ROWS, Bench

from bot.features.training.usecase import Answer, Taken
from pipeline.domain.training import TuningJob, TuningJobId, VoiceModel
from pipeline.errors import ProviderRefused, ProviderUnavailable


async def versions(bench: Bench, job: TuningJob) -> list[VoiceModel]:
    async with bench.db.read() as tx:
        return await tx.voice_models.of_voice(job.voice_id)


async def test_the_pairs_are_uploaded_and_trained_on_top_of_the_version_that_was_approved(bench: Bench) -> None:
    await bench.approve_pairs()
    job = await bench.until("ready", tuning_job_id=2)
    assert list(bench.provider.files.values()) == [
        (f"{job.key}.jsonl", PAIRS)
    ]  # and no validation rows: no pair is held back
    (sent,) = bench.provider.creations
    assert (sent["model"], sent["method"], sent["validation_file"]) == ("ft:small:v1", "dpo", None)
    assert VALIDATION_ROWS not in [content for _, content in bench.provider.files.values()]
    first, second = await versions(bench, job)
    assert (first.parent_version, second.version, second.parent_version) == (None, 2, 1)
    assert second.base == "small"  # what it costs to write with, and what is asked about before money


async def test_examples_go_on_from_a_version_with_all_texts(bench: Bench) -> None:
    await bench.approve_pairs(method="supervised")
    job = await bench.until("ready", tuning_job_id=2)
    (sent,) = bench.provider.creations
    assert (sent["model"], sent["method"]) == ("ft:small:v1", "supervised") and sent["validation_file"] is not None
    assert (await versions(bench, job))[-1].parent_version == 1


@pytest.mark.parametrize("change", ["pairs", "version"])
async def test_nothing_is_sent_of_what_is_no_longer_what_was_approved(bench: Bench, change: str) -> None:
    job = await bench.approve_pairs()
    await bench.until("uploading", tuning_job_id=2)
    async with bench.db.begin() as tx:
        taken = await tx.round_feedbacks.of_round(job.round_id)
        assert taken is not None
        if change == "pairs":
            bench.artifacts.blobs["other"] = PAIRS + PAIRS
            await tx.round_feedbacks.take(replace(taken, pairs_blob="other"))
        else:
            (model,) = await tx.voice_models.of_voice(job.voice_id)
            await tx.voice_models.learned_from_withdrawn(model.voice_model_id, at=NOW)
    ended = await bench.until("failed", tuning_job_id=2)
    assert (ended.failure_code, ended.actual_microusd) == (f"{change}_gone", 0)
    assert bench.provider.files == {} and bench.provider.creations == []
    assert await bench.holds() == [("released", 0), ("released", 0)]  # the first is that of v1


async def test_it_is_looked_for_by_its_method_and_paid_once_when_the_answer_is_lost(bench: Bench) -> None:
    bench.provider.answers = [ProviderUnavailable("private")]
    await bench.approve_pairs()
    await bench.until("ready", tuning_job_id=2)
    assert len(bench.provider.creations) == 1 and bench.provider.finds >= 1


async def test_sent_again_by_a_person_it_is_the_same_run(bench: Bench) -> None:
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.approve_pairs()
    for _ in range(400):
        if "tuning:2:found" in await bench.said():
            break
        if await bench.turn() is None:
            bench.clock.advance(30)
    assert await bench.send_now(Answer(TEAM, TuningJobId(2), STEWARD)) == Taken()
    await bench.until("ready", tuning_job_id=2)
    first, second = bench.provider.creations
    assert first == second and len(bench.provider.jobs) == 1


async def test_a_provider_that_stopped_taking_pairs_is_not_sent_any(bench: Bench) -> None:
    bench.providers.refused = "method-gone"
    await bench.approve_pairs()
    ended = await bench.until("failed", tuning_job_id=2)
    assert ended.failure_code == "method_gone" and bench.provider.files == {}


async def test_a_pair_that_is_refused_blames_no_text(bench: Bench) -> None:
    refused = ProviderRefused("private", "invalid_training_file", "Line 1: the outputs are the same")
    bench.provider.answers, bench.provider.accepts = [refused], False
    await bench.approve_pairs()
    await bench.until("failed", tuning_job_id=2)
    facts = (await bench.said())["tuning:2:ended"][1]
    assert "row" not in facts and "likely" not in facts


def test_the_pairs_of_these_tests_are_what_providers_take() -> None:
    assert {"input", "preferred_output", "non_preferred_output"} == json.loads(PAIRS.splitlines()[0]).keys()
