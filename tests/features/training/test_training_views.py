"""Everything that is said about runs passes Slack's limits and mentions nobody by accident."""

import json
from typing import Any

import pytest
from training_bench import TEAM, Bench

from bot.features.training.billing import BILLED, CANCELLED
from bot.features.training.blame import shown
from bot.features.training.cancelling import NOT_CANCELLED
from bot.features.training.doubt import ADOPTED, CHECKING, NOT_SENT, UNREACHABLE
from bot.features.training.ending import FAILED, NO_FUNDS_SAID, READY, STOPPED
from bot.features.training.failure_views import explanation, opened
from bot.features.training.forgetting import FILES_KEPT
from bot.features.training.progress_card import PROGRESS
from bot.features.training.progress_views import standing
from bot.features.training.retrying import RETRIED, ROW_LEFT_OUT
from bot.features.training.run_words import span_words, usually
from bot.features.training.strays import ADOPTED_EXTRA, ORPHAN
from bot.features.training.usecase import GIVEN_UP, SENT_AGAIN, JobLine, TooLate
from bot.features.training.views import TEMPLATES, job_blocks, job_list, no_longer, stray_sentence, too_late
from bot.features.training.watching import SLOW, UNREADABLE
from pipeline.blamed_rows import BlamedRow
from pipeline.domain.documents import DocumentId
from pipeline.domain.origins import Text

HOSTILE = "<!channel> *x* `y` <@U1> & " * 200
RUN = {"handle": "founder", "number": 1, "provider": "private"}
BAD = RUN | {"provider": HOSTILE}
ENDED = {"job_id": 1, "code": "invalid_training_file", "words": "Line 52: too long", "actual_microusd": 0}
MODEL = {"version": 1, "channel": "C1", "actual_microusd": 118_000, "estimate_microusd": 120_000, "is_billed": True}
BILL = {"actual_microusd": 40_000, "estimate_microusd": 120_000, "is_billed": True}
STRAY = {
    "provider_job": HOSTILE, "status": "cancelled", "percent": 2, "billed_microusd": None, "at_most_microusd": 10_000
}  # fmt: skip
ROW = {"number": 52, "split": "train", "title": HOSTILE}
USUAL = {"low_s": 360.0, "high_s": 1500.0, "runs": 4}
CARD: dict[str, Any] = RUN | {
    "job_id": 1,
    "base": "small",
    "state": "running",
    "provider_status": "running",
    "provider_job": "ftjob-1",
    "step": 40,
    "steps": 120,
    "finish_at": "2026-11-21T14:50:00+00:00",
    "usual": USUAL,
    "events": ["Step 40/120: training loss=2.10"],
    "cancelled_by": None,
    "can_cancel": True,
    "actual_microusd": None,
    "curve": None,
    "queue": None,
    "version": None,
}
QUEUE = {"number": 2, "waits_for": [["other", 3], None], "begins_at": "2026-11-21T14:50:00+00:00"}
RENDERED: list[tuple[str, dict[str, Any]]] = [
    (CHECKING, BAD),
    (UNREACHABLE, BAD | {"wait_s": 600.0}),
    (ADOPTED, BAD | {"created_at": 1_795_253_400}),
    (ADOPTED, BAD | {"created_at": 0}),
    (ADOPTED_EXTRA, BAD | {"kept": HOSTILE, "extra": [STRAY] * 50}),
    (ORPHAN, BAD | {"extra": [STRAY]}),
    (NOT_SENT, BAD | {"job_id": 1}),
    (SENT_AGAIN, RUN | {"user": HOSTILE}),
    (GIVEN_UP, RUN | {"user": "USTEWARD"}),
    (READY, BAD | MODEL),
    (READY, RUN | MODEL | {"is_billed": False}),
    (READY, RUN | MODEL | {"actual_microusd": None, "is_billed": False}),
    (FAILED, BAD | {"job_id": 1, "code": HOSTILE, "words": HOSTILE, "actual_microusd": 5_000}),
    (FAILED, RUN | {"job_id": 1, "code": None, "words": None, "actual_microusd": 0}),
    (FAILED, RUN | ENDED | {"row": ROW}),
    (FAILED, RUN | ENDED | {"code": "unsafe_file", "likely": [ROW, ROW | {"number": 53}, ROW | {"number": 54}]}),
    (NO_FUNDS_SAID, BAD | {"job_id": 1, "words": HOSTILE, "ceiling_microusd": 400_000}),
    (RETRIED, BAD | {"user": HOSTILE}),
    (ROW_LEFT_OUT, BAD | {"user": HOSTILE, "title": HOSTILE, "row": 52, "next_number": 2}),
    (FILES_KEPT, BAD | {"files": [HOSTILE], "code": HOSTILE}),
    (CANCELLED, BAD | BILL | {"user": HOSTILE, "step": 40, "steps": 120}),
    (BILLED, BAD | BILL),
    (NOT_CANCELLED, BAD | {"code": HOSTILE}),
    (SLOW, BAD | {"job_id": 1, "took_s": 3720.0, "usual": USUAL, "kept_by": None}),
    (PROGRESS, CARD | {"provider": HOSTILE, "base": HOSTILE, "provider_status": HOSTILE, "events": [HOSTILE] * 3}),
    (PROGRESS, CARD | {"state": "queued", "queue": QUEUE}),
    (PROGRESS, CARD | {"state": "ready", "curve": {"file": "F1", "alt": "losses"}, "version": 1}),
    (STOPPED, RUN | {"why": "consent"}),
    (STOPPED, RUN | {"why": "money"}),
    (STOPPED, RUN | {"why": "late"}),
    (UNREADABLE, BAD | {"wait_s": 600.0}),
]


def test_every_template_is_rendered_here() -> None:
    assert {template for template, _ in RENDERED} == set(TEMPLATES)


@pytest.mark.parametrize(("template", "facts"), RENDERED)
def test_messages_pass_slacks_limits_and_mention_nobody(template: str, facts: dict[str, Any]) -> None:
    payload = TEMPLATES[template](json.loads(json.dumps(facts))).payload()
    said = json.dumps(payload, ensure_ascii=False)
    assert payload["text"] and 1 <= len(payload["blocks"]) <= 45
    assert "<!channel>" not in said and "<@U1>" not in said


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        ("invalid_training_file", "The job failed. Line 52: too long", "rejected row 52"),
        ("invalid_training_file", "nothing useful", "rejected the file"),
        ("insufficient_quota", "", "balance"),
        ("unsafe_file", "", "safety check"),
        ("training_closed", "", "can't start fine-tunes any more"),
        ("sensitivity_not_allowed", "", "your own server"),
        ("unknown_provider", "", "set up"),
        ("brand_new_code", None, "ask for approval again"),
        (None, None, "ask for approval again"),
    ],
)
def test_a_failure_says_what_to_do(code: str | None, words: str | None, said: str) -> None:
    assert said in explanation(RUN | {"code": code, "words": words})


async def test_the_list_is_cut_when_it_is_long(bench: Bench) -> None:
    await bench.approve()
    lines: list[JobLine] = await bench.list_jobs(TEAM, everything=False)
    assert "*founder* round 1 — ⏳ queued, number 1 · private, small · up to $0.03" in job_list(lines)
    assert job_list(lines * 40).endswith("… and 10 older")
    assert len(job_blocks(lines * 40)) == 31 and "Cancel this run?" in str(job_blocks(lines)[0].to_dict())
    assert "Nothing" in job_list([])


def test_a_late_answer_is_told_how_it_stands() -> None:
    assert "training" in too_late(TooLate("running"))
    assert "not known here" in too_late(TooLate(None))
    assert no_longer(TooLate("ready")) == "That comes too late: this run is ✅ ready. Nothing changed."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "🏋️ training — step 40 of 120 — usually 6–25 min (your last 4)"),
        ({"state": "queued", "queue": QUEUE}, "⏳ queued, 2nd (about <!date"),
        ({"state": "queued", "queue": QUEUE}, "waits for other round 3 and a run of another workspace"),
        ({"provider_status": "paused"}, "🏋️ training (paused)"),
        ({"cancelled_by": "USTEWARD"}, "being cancelled for <@USTEWARD>"),
        ({"state": "evaluating"}, "🧪 testing"),
        ({"state": "ready", "version": 1, "actual_microusd": 12_000}, "✅ ready — *founder v1* — paid $0.012"),
        ({"state": "expired"}, "⌛ not sent in time"),
    ],
)
def test_the_card_says_how_it_stands(changes: dict[str, Any], said: str) -> None:
    assert said in standing(CARD | changes)


@pytest.mark.parametrize(
    ("low_s", "high_s", "said"),
    [
        (5, 20, "under a minute"),
        (360, 1500, "6–25 min"),
        (60, 80, "1 min"),
        (10, 100, "1–2 min"),
        (7200, 14_400, "2–4 h"),
    ],
)
def test_how_long_is_said_in_round_numbers(low_s: float, high_s: float, said: str) -> None:
    assert span_words(low_s, high_s) == said
    assert usually({"low_s": low_s, "high_s": high_s, "runs": 1}) == f"your last run took {said}"


def test_a_cancelled_run_says_what_it_cost() -> None:
    facts = RUN | BILL | {"user": "USTEWARD", "step": 40, "steps": 120}
    said = TEMPLATES[CANCELLED](facts).text
    assert said == "✋ founder round 1 was cancelled by <@USTEWARD> at step 40 of 120. Billed: $0.04 of $0.12."
    assert "Nothing was billed" in TEMPLATES[CANCELLED](facts | {"actual_microusd": 0}).text
    assert "not told yet" in TEMPLATES[CANCELLED](facts | {"actual_microusd": None}).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "I cancelled `j` at 2 % — at most $0.01."),
        ({"billed_microusd": 4_000}, "I cancelled `j` at 2 % — billed $0.004."),
        ({"status": "running"}, "I'm cancelling `j` at 2 %."),
        ({"status": "succeeded", "percent": None}, "`j` had succeeded before I could cancel it — at most $0.01."),
        ({"status": "unknown (404)"}, "I can't cancel `j` from here: cancel it there now, or it is billed."),
    ],
)
def test_a_job_nobody_approved_is_told_with_what_it_costs(changes: dict[str, Any], said: str) -> None:
    assert stray_sentence(STRAY | {"provider_job": "j"} | changes) == said


def test_a_refused_row_is_named_with_its_text_and_its_buttons() -> None:
    row = shown(BlamedRow("train", 52, DocumentId("k"), "Dark data mining"))
    words = "The job failed. Line 52: example longer than 8,192 tokens."
    message = TEMPLATES[FAILED](RUN | ENDED | {"words": words, "row": row})
    expected = "private rejected row 52 (“Dark data mining”): example longer than 8,192 tokens."
    assert message.text == f"🛑 founder round 1 failed. {expected}"
    (actions,) = [block.to_dict() for block in message.blocks if block.type == "actions"]
    assert [(one["text"]["text"], one["value"]) for one in actions["elements"]] == [
        ("Leave out row 52 and resend", "1:train:52"),
        ("Open row", "1:train:52"),
    ]


@pytest.mark.parametrize(("code", "is_theirs"), [("base_gone", False), ("server_error", True), (None, True)])
def test_only_what_the_provider_said_is_told_as_its_words(code: str | None, is_theirs: bool) -> None:
    message = TEMPLATES[FAILED](RUN | ENDED | {"code": code, "words": None})
    assert ("private says" in str([block.to_dict() for block in message.blocks])) == is_theirs


def test_one_likely_row_is_named_above_its_buttons() -> None:
    row = {"number": 7, "split": "train", "title": "Dark data mining"}
    message = TEMPLATES[FAILED](RUN | ENDED | {"code": "unsafe_file", "likely": [row]})
    assert "Row 7: “Dark data mining”" in str([block.to_dict() for block in message.blocks])


def test_an_opened_row_mentions_nobody() -> None:
    said = opened(BlamedRow("train", 52, DocumentId("k"), HOSTILE), Text(HOSTILE, HOSTILE))
    assert "<!channel>" not in said and said.startswith("*Row 52 — ")
