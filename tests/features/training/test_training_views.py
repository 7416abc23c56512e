"""Everything that is said about runs passes Slack's limits and mentions nobody by accident."""

import json
from typing import Any

import pytest
from training_bench import TEAM, Bench

from bot.features.training.doubt import ADOPTED, ADOPTED_EXTRA, CHECKING, NOT_SENT, ORPHAN, UNREACHABLE
from bot.features.training.ending import CANCELLED, FAILED, READY, STOPPED
from bot.features.training.usecase import GIVEN_UP, SENT_AGAIN, JobLine, ListJobs, TooLate
from bot.features.training.views import TEMPLATES, explanation, job_list, too_late
from bot.features.training.watching import UNREADABLE

HOSTILE = "<!channel> *x* `y` <@U1> & " * 200
RUN = {"handle": "founder", "number": 1, "provider": "private"}
BAD = RUN | {"provider": HOSTILE}
ENDED = {"code": "invalid_training_file", "words": "Line 52: too long", "actual_microusd": 0}
MODEL = {"version": 1, "channel": "C1", "actual_microusd": 118_000, "estimate_microusd": 120_000, "is_billed": True}
RENDERED: list[tuple[str, dict[str, Any]]] = [
    (CHECKING, BAD),
    (UNREACHABLE, BAD | {"wait_s": 600.0}),
    (ADOPTED, BAD | {"created_at": 1_795_253_400}),
    (ADOPTED, BAD | {"created_at": 0}),
    (ADOPTED_EXTRA, BAD | {"kept": HOSTILE, "extra": [HOSTILE] * 50}),
    (ORPHAN, BAD | {"extra": [HOSTILE]}),
    (NOT_SENT, BAD | {"job_id": 1}),
    (SENT_AGAIN, RUN | {"user": HOSTILE}),
    (GIVEN_UP, RUN | {"user": "USTEWARD"}),
    (READY, BAD | MODEL),
    (READY, RUN | MODEL | {"is_billed": False}),
    (FAILED, BAD | {"code": HOSTILE, "words": HOSTILE, "actual_microusd": 5_000}),
    (FAILED, RUN | {"code": None, "words": None, "actual_microusd": 0}),
    (FAILED, RUN | ENDED),
    (CANCELLED, BAD | ENDED),
    (STOPPED, RUN | {"why": "consent"}),
    (STOPPED, RUN | {"why": "money"}),
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
    lines: list[JobLine] = await ListJobs(bench.db)(TEAM, everything=False)
    assert "*founder* round 1 — ⏳ queued, number 1 · private, small · up to $0.03" in job_list(lines)
    assert job_list(lines * 40).endswith("… and 10 older")
    assert "Nothing" in job_list([])


def test_a_late_answer_is_told_how_it_stands() -> None:
    assert "training" in too_late(TooLate("running"))
    assert "not known here" in too_late(TooLate(None))
