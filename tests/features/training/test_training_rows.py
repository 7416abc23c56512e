"""A row that a provider refused: named with its text, opened for one person, left out for a new approval."""

import json
from dataclasses import replace

import pytest
from training_bench import STEWARD, TEAM, Bench

from bot.features.training.blame import Blame
from bot.features.training.retrying import LeaveOutRow, OpenRow, RowAnswer
from bot.features.training.usecase import Answer, Taken, TooLate
from pipeline.domain.documents import DocumentId, Rule
from pipeline.domain.origins import Fate
from pipeline.domain.training import TuningJobId
from pipeline.errors import NotSteward
from pipeline.origins import fates_bytes

ANSWER = Answer(TEAM, TuningJobId(1), STEWARD)
SECOND = RowAnswer(ANSWER, "train", 2)
REFUSED = {"status": "failed", "error_code": "invalid_training_file", "error_message": "Line 2: too long"}


def fate(title: str, *rules: Rule) -> Fate:
    return Fate(DocumentId(f"blog.xml\n{title}"), title, split="train", rules=rules)


def row(prompt: str, text: str) -> bytes:
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": text}]
    return json.dumps({"messages": messages}).encode() + b"\n"


@pytest.fixture
async def failed(bench: Bench) -> Bench:
    bench.artifacts.blobs["fates"] = fates_bytes([fate("One"), fate("Dark data mining", "personal-data")])
    bench.artifacts.blobs["train"] = row("Write about one", "One.") + row("Write about data", "Data.")
    bench.provider.story = (REFUSED,)
    await bench.approve(fates_blob="fates")
    await bench.until("failed")
    return bench


def leave_out(bench: Bench) -> LeaveOutRow:
    return LeaveOutRow(bench.db, Blame(bench.db, bench.artifacts), bench.clock)


async def test_the_refused_row_is_named_by_its_title(failed: Bench) -> None:
    facts = (await failed.said())["tuning:1:ended"][1]
    assert facts["row"] == {"number": 2, "split": "train", "title": "Dark data mining"}


async def test_a_file_that_is_called_unsafe_lists_what_our_findings_point_at(bench: Bench) -> None:
    bench.artifacts.blobs["fates"] = fates_bytes([fate("One"), fate("Dark data mining", "personal-data")])
    bench.provider.story = ({"status": "failed", "error_code": "unsafe_file", "error_message": "blocked"},)
    await bench.approve(fates_blob="fates")
    await bench.until("failed")
    likely = (await bench.said())["tuning:1:ended"][1]["likely"]
    assert likely == [{"number": 2, "split": "train", "title": "Dark data mining"}]


async def test_an_error_about_the_validation_file_is_about_its_rows(bench: Bench) -> None:
    held_out = replace(fate("Held out"), split="validation")
    bench.artifacts.blobs["fates"] = fates_bytes([fate("One"), held_out])
    about = {"error_code": "invalid_validation_file", "error_message": "Line 1: x", "error_param": "validation_file"}
    bench.provider.story = ({"status": "failed"} | about,)
    await bench.approve(fates_blob="fates")
    await bench.until("failed")
    facts = (await bench.said())["tuning:1:ended"][1]
    assert facts["row"] == {"number": 1, "split": "validation", "title": "Held out"}


async def test_the_row_is_shown_to_the_steward_alone(failed: Bench) -> None:
    open_row = OpenRow(failed.db, Blame(failed.db, failed.artifacts))
    found = await open_row(SECOND)
    assert not isinstance(found, TooLate)
    assert (found[0].title, found[1].prompt, found[1].completion) == ("Dark data mining", "Write about data", "Data.")
    assert await open_row(replace(SECOND, number=9)) == TooLate("failed")
    with pytest.raises(NotSteward):
        await open_row(RowAnswer(replace(ANSWER, user="UBOSS"), "train", 2))


async def test_the_text_is_left_out_of_the_next_round_and_nothing_is_spent(failed: Bench) -> None:
    async with failed.db.begin() as tx:
        await tx.rounds.lock((await tx.tuning_jobs.by_id(TuningJobId(1))).round_id)
    assert await leave_out(failed)(SECOND) == Taken()
    assert await leave_out(failed)(SECOND) == Taken()
    async with failed.db.read() as tx:
        round_ = await tx.rounds.latest((await tx.tuning_jobs.by_id(TuningJobId(1))).voice_id)
        assert round_ is not None and (round_.number, round_.state) == (2, "open")
        steps = await tx.recipe_steps.of_round(round_.round_id)
        assert await tx.spend_requests.open_of_round(round_.round_id) == []
    assert [step.excluded for step in steps] == ["blog.xml\nDark data mining"]
    facts = (await failed.said())["tuning:1:left-out-train-2"][1]
    assert (facts["title"], facts["next_number"], facts["user"]) == ("Dark data mining", 2, STEWARD)
    assert await failed.holds() == [("released", 0)]


async def test_only_the_steward_leaves_rows_out(failed: Bench) -> None:
    with pytest.raises(NotSteward):
        await leave_out(failed)(RowAnswer(replace(ANSWER, user="UBOSS"), "train", 2))
    assert await leave_out(failed)(replace(SECOND, number=9)) == TooLate("failed")
    assert await leave_out(failed)(RowAnswer(replace(ANSWER, team_id="T2"), "train", 2)) == TooLate(None)
