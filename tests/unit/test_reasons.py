"""Why a text was left out is said in the same words everywhere."""

from dataclasses import replace
from typing import get_args

import pytest

from bot.features.datasets.report.report_views import report
from pipeline.domain.documents import DocumentId, LeftOut, LeftOutReason
from pipeline.domain.prepared import Prepared
from pipeline.pictures import pictures
from pipeline.reasons import REASONS, in_order, reason_words
from pipeline.report import report_json, report_markdown, summary

LABEL_CHARS = 26  # longer ones leave the bars of a picture no room on a phone
ALL: tuple[LeftOutReason, ...] = get_args(LeftOutReason)
NOTHING = Prepared(
    documents_read=0,
    kept=0,
    left_out=(),
    findings=(),
    examples=(),
    notices=(),
    content_hash="0" * 64,
    first_published=None,
    last_published=None,
)


def prepared(reason: LeftOutReason) -> Prepared:
    gone = tuple(LeftOut(DocumentId(str(number)), "blog.xml", "", reason) for number in range(3))
    return replace(NOTHING, documents_read=3, left_out=gone)


def test_every_reason_has_words_of_its_own() -> None:
    assert sorted(REASONS) == sorted(ALL)
    assert len(set(REASONS.values())) == len(ALL)
    assert max(map(len, REASONS.values())) <= LABEL_CHARS


@pytest.mark.parametrize("reason", ALL)
def test_the_terminal_the_page_the_picture_and_the_thread_say_the_same(reason: LeftOutReason) -> None:
    words = f"3 {REASONS[reason]}"
    of_three = prepared(reason)
    assert f"Left out: {words}." in summary(of_three)
    assert f"- {words}\n" in report_markdown(of_three)
    assert f"Left out: {words}." in pictures(report_json(of_three))[0].alt
    thread = {"round_id": 1, "handle": "jane", "first": None, "last": None, "tokens": 0, "words": 0}
    assert f"Left out: {words}" in str(report({**report_json(of_three), **thread}).blocks[0].to_dict())


def test_reasons_come_in_the_order_of_judging_and_unknown_ones_last() -> None:
    assert [reason for reason, _ in in_order({"new one": 1, "empty": 1, "older": 1})] == ["older", "empty", "new one"]
    assert reason_words("new one") == "new one"
