"""What the cleaning report, its forms and previews say: nothing that cannot be pressed, cut or read."""

from typing import Any

import pytest

from bot.features.datasets.files.source_views import entry_line
from bot.features.datasets.report.report_views import done_message, examples_of, report
from bot.features.datasets.words import plain_word
from bot.slack.failures import sentence_for
from pipeline.catalogue import Entry, first_words
from pipeline.domain.documents import Document, DocumentId, Mark, Rule
from pipeline.errors import UnresolvedBlocker
from pipeline.findings import RULES
from pipeline.rule_names import NAMES
from pipeline.samples import mark_sample
from pipeline.stages.mojibake import find_mojibake
from pipeline.wording import Evidence, sentence

Facts = dict[str, Any]


def finding(rule: Rule, severity: str = "warning", *, fixes: bool = True, decided: bool = False) -> Facts:
    offered = [{"choice": "fix", "label": "Leave out 3"}] if fixes else []
    said = f"*{NAMES[rule]}.* 3 texts."
    is_open = fixes and not (decided and severity != "blocker")
    given = {"rule": rule, "severity": severity, "sentence": said, "fixes": offered, "is_open": is_open}
    return given | {"decided": decided, "choice": "keep", "automatic": False, "documents": 3, "examples": []}


def report_of(*findings: Facts) -> Facts:
    size = {"kept": 200, "tokens": 9, "words": 8}
    facts = {"round_id": 1, "handle": "founder", "documents_read": 210, "left_out": {}, "filters": {}, **size}
    return facts | {"findings": list(findings), "first": None, "last": None, "if_accepted": size}


def sections(facts: Facts) -> list[str]:
    return [one["text"]["text"] for one in report(facts).payload()["blocks"] if one["type"] == "section"]


def test_what_nobody_can_press_away_is_told_and_not_counted_as_a_decision() -> None:
    facts = report_of(finding("coverage", "info", fixes=False), finding("series"))
    assert report(facts).text == "Cleaning report: 200 of 210 texts kept, 1 to decide."
    assert "1. *A series.* 3 texts." in sections(facts)
    assert "*Good to know:*\n• *Coverage.* 3 texts." in sections(facts)


def test_a_blocker_without_a_fix_is_not_merely_good_to_know() -> None:
    assert "🛑 1. *Few texts.* 3 texts." in sections(report_of(finding("few-examples", "blocker", fixes=False)))


def test_a_tag_in_the_coverage_calls_nobody_and_says_what_it_was() -> None:
    lines = ["About, by their own tags: <!channel> ▇ 4 · <https://x.example|tools> ▇ 2"]
    shown = sections(report_of() | {"coverage": lines})
    assert "About, by their own tags: &lt;!channel&gt; ▇ 4 · &lt;https://x.example|tools&gt; ▇ 2" in shown
    assert not [one for one in sections(report_of()) if "About, " in one]


def test_a_locked_report_says_what_was_done_and_offers_nothing_that_would_change_it() -> None:
    facts = report_of(finding("series") | {"choice": "fix"}, finding("link", "blocker")) | {"locked": True}
    shown = report(facts)
    actions = [one["action_id"] for block in shown.payload()["blocks"] for one in block.get("elements", ())]
    assert actions == ["pictures.show"]
    assert "✓ *A series.* 3 texts." in sections(facts)
    assert "What was approved no longer changes. The next `/voice data` opens the next round" in sections(facts)[-1]
    undone = done_message({"handle": "founder", "open": 1, "undone": True}).text
    assert undone == "Something was undone: 1 finding waits for a decision in the report above."
    changed = done_message({"handle": "founder", "open": 2, "undone": False}).text
    assert changed == "The texts changed: 2 findings wait for a decision in the report above."
    assert done_message({"handle": "founder", "open": 0, "locked": True}).text.startswith("Done and locked:")


def test_a_set_too_small_to_rehearse_is_not_said_to_be_enough() -> None:
    size = {"kept": 14, "tokens": 9, "words": 8}
    assert "14 is thin: a few hundred is the usual advice. A rehearsal needs 20." in sections(report_of() | size)[-1]
    assert "Enough for a rehearsal." in sections(report_of() | size | {"kept": 20})[-1]


def test_an_empty_text_is_named_without_an_empty_quotation() -> None:
    assert examples_of({"examples": [{"title": "Frost", "before": " ", "after": ""}]}) == ["*Frost*"]


def test_heading_marks_are_not_shown_in_the_beginning_of_a_text() -> None:
    shown = examples_of({"examples": [{"title": "Five", "before": "Go home. ## 1. On the bench", "after": ""}]})
    assert shown == ["*Five*\n> Go home. 1. On the bench"]


@pytest.mark.parametrize(
    ("body", "shown"), [("word " * 40, "> " + "word " * 14 + "word…"), ("No chairs.", "> No chairs.")]
)
def test_the_first_words_end_at_a_word_and_say_when_there_is_more(body: str, shown: str) -> None:
    document = Document(DocumentId("1"), "Title", first_words(body), "text", "a.xml")
    assert entry_line(Entry(document)).splitlines()[-1] == shown


def test_a_websites_own_words_are_said_plainly() -> None:
    assert [plain_word(one) for one in ("inherit", "nav_menu_item", "recipe")] == [
        "part of another text",
        "menu entry",
        "recipe",
    ]


def test_every_rule_has_the_name_that_begins_its_finding() -> None:
    assert set(NAMES) == set(RULES)
    rules: tuple[Rule, ...] = ("link", "near-duplicate", "language", "quotation", "too-short", "email")
    for rule in rules:
        assert sentence(Evidence(rule, (DocumentId("1"),), 1, 9, "text"), "keep").startswith(f"*{NAMES[rule]}.*")


def test_open_problems_are_told_by_name() -> None:
    told = sentence_for(UnresolvedBlocker(("link", "personal-data")))
    assert "(Personal data, Links)" in told
    assert "personal-data" not in told


def test_damaged_letters_beside_each_other_are_shown_repaired_together() -> None:
    text = "â€œHow much?â€\x9d she said, and Iâ€™ll pay."
    marks = find_mojibake(text)
    shown = mark_sample(DocumentId("1"), "T", text, *marks)
    assert len(marks) == 3
    assert shown.after == "“How much?” she said, and I’ll pay."


def test_no_secret_beside_another_is_shown() -> None:
    text = "first key sk-aaaaaaaaaaaa and then sk-bbbbbbbbbbbb here"
    rule: Rule = "secret"
    marks = [Mark(rule, text.index(key), text.index(key) + 15, "[secret]") for key in ("sk-a", "sk-b")]
    shown = mark_sample(DocumentId("1"), "T", text, *marks)
    assert (shown.before, shown.after) == (
        "first key sk-a… and then sk-b… here",
        "first key [secret] and then [secret] here",
    )
