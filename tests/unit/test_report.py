"""The report, for scripts and for people."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from pipeline.domain.documents import DocumentId, ExampleId, LeftOut, LeftOutReason, Notice, Split
from pipeline.domain.prepared import Example, Finding, Fix, Prepared, Sample
from pipeline.domain.spending import Estimate, Range
from pipeline.report import report_json, report_markdown, summary

LINKS = Finding(
    "link",
    "blocker",
    (DocumentId("1"), DocumentId("2")),
    5,
    "*Links.* 5 web addresses in 2 posts. Models trained on these invent links.",
    (Fix("fix", "Remove, keep the words", "rewrite"),),
    (Sample(DocumentId("1"), "A [draft] <b>", "see `https://example.com`", "see"),),
    "keep",
)
LEFT_OUT: dict[LeftOutReason, int] = {"other-author": 611, "other-kind": 188, "older": 402}
LEAVE_OUT = Fix("fix", "Leave out 1", "leave-out")
SERIES = Finding("series", "warning", (DocumentId("4"),), 1, "*A series.* 1 post.", (LEAVE_OUT,), (), "fix")


def example(number: int, split: Split) -> Example:
    return Example(ExampleId(str(number)), DocumentId(str(number)), "s", "p", "c c", split, 10, 2)


PREPARED = Prepared(
    documents_read=1_204,
    kept=3,
    left_out=tuple(
        LeftOut(DocumentId(str(n)), "blog.xml", "", reason) for reason, count in LEFT_OUT.items() for n in range(count)
    ),
    findings=(LINKS, SERIES),
    examples=(example(1, "train"), example(2, "test"), example(3, "validation")),
    notices=(Notice("encoding", "old.txt", "read as Windows-1252", "…café…"),),
    content_hash="9f3c",
    first_published=date(2021, 4, 1),
    last_published=date(2023, 4, 30),
)
COSTS = Estimate(
    provider="openai",
    base="small",
    examples=1,
    train_tokens=73_333,
    validation_tokens=0,
    epochs=4,
    training=Range(8_700_000, 8_799_960, 8_800_000),
    drafts_per_month=40,
    hosting=Range(0, 0, 0),
    drafting=Range(210_000, 310_000, 520_000),
    few_shot=Range(480_000, 580_000, 790_000),
    price_source="the vendor's page",
    price_as_of=date(2026, 11, 21),
    encoding_is_exact=False,
    shutdown_on=date(2027, 1, 14),
)


def test_the_json_holds_what_scripts_rely_on() -> None:
    told = json.loads(json.dumps(report_json(PREPARED, COSTS)))
    assert told["documents_read"] == told["kept"] + sum(told["left_out"].values()) == 1_204
    assert told["splits"] == {"train": 1, "validation": 1, "test": 1}
    assert (told["examples"], told["tokens"], told["words"], told["content_hash"]) == (3, 30, 6, "9f3c")
    assert told["estimate"]["training_microusd"] == {"low": 8_700_000, "expected": 8_799_960, "high": 8_800_000}
    assert told["notices"][0]["kind"] == "encoding"
    assert told["findings"][0] == {
        "rule": "link",
        "severity": "blocker",
        "documents": 2,
        "document_ids": ["1", "2"],
        "occurrences": 5,
        "sentence": LINKS.sentence,
        "fix": "Remove, keep the words",
        "fixes": [{"choice": "fix", "label": "Remove, keep the words"}],
        "decided": False,
        "is_open": True,
        "choice": "keep",
        "automatic": False,
        "examples": [
            {"document_id": "1", "title": "A [draft] <b>", "before": "see `https://example.com`", "after": "see"}
        ],
    }


def test_without_a_price_there_is_no_estimate() -> None:
    assert report_json(PREPARED)["estimate"] is None
    assert "Cost" not in report_markdown(PREPARED)


def test_the_page_adds_up_before_the_readers_eyes() -> None:
    page = report_markdown(PREPARED, COSTS)
    assert "3 + 611 + 188 + 402 = 1,204" in page
    assert "Apr 2021 – Apr 2023" in page
    assert "$8.80 ($8.70 – $8.80)" in page
    assert "14 Jan 2027" in page
    assert "± 8 %" in page


def test_text_from_files_cannot_become_markup_of_the_page() -> None:
    page = report_markdown(PREPARED)
    assert "<b>" not in page.replace("\\<b\\>", "")
    assert "A \\[draft\\]" in page
    assert "`see 'https://example.com'` → `see`" in page


def test_open_and_done_fixes_are_told_apart() -> None:
    for text in (report_markdown(PREPARED), summary(PREPARED, COSTS)):
        assert "[open, must be settled before paying: Remove, keep the words]" in text
        assert "[done: Leave out 1]" in text


def test_an_empty_report_is_still_a_report() -> None:
    empty = replace(PREPARED, documents_read=0, kept=0, left_out=(), findings=(), examples=(), notices=())
    assert "0 kept" in report_markdown(replace(empty, first_published=None, last_published=None))
    assert summary(empty).startswith("0 read, 0 kept.")


def test_times_never_reach_the_report() -> None:
    assert str(datetime.now(UTC).date()) not in report_markdown(PREPARED, COSTS)
