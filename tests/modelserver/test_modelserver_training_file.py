"""Which training files are refused, with the row and the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from modelserver.engine import Judged, Preference
from modelserver.training_file import BadTrainingFile, read_training_file
from pipeline.domain.drafting import DraftId
from pipeline.feedback_rows import kto_lines
from pipeline.round_rows import KtoRow
from tests.modelserver.providers import Provider, good_rows, jsonl, upload, wait_for

USER = {"role": "user", "content": "Hello"}
ASSISTANT = {"role": "assistant", "content": "Good morning"}


def row(*messages: object, **more: object) -> dict[str, object]:
    return {"messages": list(messages), **more}


BAD_ROWS: list[tuple[Any, str]] = [
    ("{not json", "not valid JSON"),
    ("[" * 20_000, "not valid JSON"),
    (["a list"], "not a JSON object"),
    ({"prompt": "a", "completion": "b"}, "'messages' is missing or empty"),
    (row(), "'messages' is missing or empty"),
    ({"messages": "text"}, "'messages' is missing or empty"),
    (row(USER, ASSISTANT, note="x"), "unrecognised key 'note'"),
    (row(USER, ASSISTANT, tools=[{"type": "function"}]), "tools are not supported by this server's models"),
    (row("text", ASSISTANT), "message 1 is not a JSON object"),
    (row({"role": "boss", "content": "x"}, ASSISTANT), "message 1 has the unrecognised role 'boss'"),
    (row({"content": "x"}, ASSISTANT), "message 1 has the unrecognised role None"),
    (row(USER, {"role": "assistant"}), "message 2 has no content"),
    (row(USER, {"role": "assistant", "content": ""}), "message 2 has no content"),
    (row(USER, {"role": "assistant", "content": 5}), "message 2 has no content"),
    (row(USER, {"role": "assistant", "content": [{"type": "image_url"}]}), "message 2 has content that is not text"),
    (row(USER, ASSISTANT | {"mood": "x"}), "message 2 has the unrecognised key 'mood'"),
    (row(USER, ASSISTANT | {"weight": 0.5}), "message 2 has weight 0.5; it must be 0 or 1"),
    (row(USER, ASSISTANT | {"weight": True}), "message 2 has weight True; it must be 0 or 1"),
    (row(USER | {"weight": 1}, ASSISTANT), "message 1 has a weight but is not from the assistant"),
    (row(USER, ASSISTANT | {"weight": 0}), "every assistant message has weight 0"),
    (row(USER), "no message from the assistant"),
    (row(USER, ASSISTANT, USER), "the last message is not from the assistant"),
    (
        {"input": row(USER), "preferred_output": [ASSISTANT], "non_preferred_output": [ASSISTANT]},
        "a preference (DPO) row; the method here is supervised",
    ),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_ROWS)
def test_a_bad_row_is_named_with_its_reason(tmp_path: Path, bad: object, reason: str) -> None:
    rows: list[Any] = good_rows()
    rows.insert(4, bad)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(jsonl(rows))
    with pytest.raises(BadTrainingFile) as refused:
        read_training_file(path)
    assert (refused.value.row, refused.value.reason, refused.value.code) == (5, reason, "invalid_training_file")


def test_what_openai_takes_is_taken(tmp_path: Path) -> None:
    rows = good_rows(9)
    parts = [{"type": "text", "text": "Good "}, {"type": "text", "text": "morning"}]
    system = {"role": "system", "content": "Be kind", "name": "x"}
    rows.append(row(system, USER, ASSISTANT | {"weight": 0}, USER, {"role": "assistant", "content": parts}))
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + jsonl(rows).replace(b"\n", b"\r\n\r\n") + b"\n")
    read = read_training_file(path)
    last = read[9]
    assert len(read) == 10 and not isinstance(last, Preference | Judged) and last[4].content == "Good morning"
    assert [message.trained for message in last] == [True, True, False, True, True]


def test_judged_answers_are_taken_as_the_bot_writes_them(tmp_path: Path) -> None:
    rows = [KtoRow("A note", f"Text {number}", good=number % 3 > 0, draft_id=DraftId(number)) for number in range(10)]
    path = tmp_path / "rows.jsonl"
    path.write_bytes(kto_lines(rows, "Write as they do"))
    read = [row for row in read_training_file(path, method="kto") if isinstance(row, Judged)]
    assert [(row.answer, row.liked) for row in read] == [(row.text, row.good) for row in rows]
    assert [message.content for message in read[0].asked] == ["Write as they do", "A note"]


def judged(**change: object) -> dict[str, object]:
    return {"prompt": [USER], "completion": [ASSISTANT], "label": True} | change


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (judged(label="yes"), "'label' is 'yes'; it must be true or false"),
        (judged(label=1), "'label' is 1; it must be true or false"),
        (judged(prompt="Hello"), "'prompt' must be a list of messages"),
        (judged(prompt=[USER, ASSISTANT]), "the last message of 'prompt' is from the assistant"),
        (judged(completion=[USER]), "'completion' is not from the assistant"),
        (row(USER, ASSISTANT), "unrecognised key 'messages'; the method here is kto"),
    ],
)
def test_a_bad_judgement_is_named_with_its_reason(tmp_path: Path, bad: object, reason: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(jsonl([judged(), bad, *(judged(label=False) for _ in range(10))]))
    with pytest.raises(BadTrainingFile) as refused:
        read_training_file(path, method="kto")
    assert (refused.value.row, refused.value.reason) == (2, reason)


def test_judgements_of_one_kind_are_refused_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(jsonl([judged()] * 12))
    with pytest.raises(BadTrainingFile, match="Every label is the same") as refused:
        read_training_file(path, method="kto")
    assert (refused.value.row, refused.value.code) == (None, "invalid_training_file")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(jsonl(good_rows()) + b"\n" + json.dumps(row(USER, ASSISTANT)).encode("utf-16"))
    with pytest.raises(BadTrainingFile) as refused:
        read_training_file(path)
    assert (refused.value.row, refused.value.reason) == (13, "not UTF-8")


@pytest.mark.parametrize("which", ["training", "validation"])
async def test_the_job_says_which_file_and_row_are_wrong(client: AsyncOpenAI, provider: Provider, which: str) -> None:
    good, bad = await upload(client), await upload(client, jsonl([*good_rows(), row(USER)]))
    files: dict[str, Any] = {"training_file": good, "validation_file": good} | {f"{which}_file": bad}
    created = await client.fine_tuning.jobs.create(model=provider.base, **files)
    failed = await wait_for(client, created.id)
    assert failed.status == "failed" and failed.error is not None and failed.finished_at
    assert (failed.error.code, failed.error.param) == (f"invalid_{which}_file", f"{which}_file")
    assert "Line 13: no message from the assistant" in failed.error.message
    events = [event async for event in client.fine_tuning.jobs.list_events(created.id)]
    assert events[0].level == "error"


async def test_a_file_deleted_while_its_job_waits_fails_the_job(
    slow_client: AsyncOpenAI, slow_provider: Provider
) -> None:
    jobs = slow_client.fine_tuning.jobs
    kept, deleted = await upload(slow_client), await upload(slow_client)
    before = [await jobs.create(model=slow_provider.base, training_file=kept) for _ in range(2)]
    for job in before:
        await wait_for(slow_client, job.id, "running")
    waiting = await jobs.create(model=slow_provider.base, training_file=deleted)
    assert (await wait_for(slow_client, waiting.id, "queued")).status == "queued"
    await slow_client.files.delete(deleted)
    for job in before:
        await jobs.cancel(job.id)
    failed = await wait_for(slow_client, waiting.id)
    assert failed.error is not None
    assert (failed.error.code, failed.error.param) == ("file_not_found", "training_file")
