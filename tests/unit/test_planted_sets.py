"""The notes, requests and cards in examples/: every rule finds what was planted for it, and nothing else."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain.documents import Recipe
from pipeline.domain.prepared import Prepared
from pipeline.domain.voices import Purpose
from pipeline.findings import RULES
from pipeline.runner import Target, prepare
from pipeline.sources.reading import read_file

EXAMPLES = Path(__file__).parents[2] / "examples"
KEY: dict[str, Any] = json.loads((EXAMPLES / "planted.json").read_text("utf-8"))
PURPOSES: dict[str, Purpose] = {"notes": "generation", "requests": "classification", "cards": "extraction"}
# What the key of the blog calls the faults that these rules find; tests/unit/test_prepare_corpora.py compares them.
OF_THE_BLOG = {
    *("shortcode", "link", "email", "personal-data", "secret", "mojibake", "empty", "language", "quotation", "series"),
    *("repeated-passage", "too-short", "too-long", "near-duplicate"),
}
PLANTED = [(name, rule) for name in PURPOSES for rule in KEY[name]["faults"]]


@cache
def prepared(name: str) -> Prepared:
    facts = KEY[name]
    drafted = (facts["drafted"],) if "drafted" in facts else ()
    target = Target("", 8192, lambda text: len(text.split()), own_drafts=drafted, purpose=PURPOSES[name])
    return prepare(read_file(EXAMPLES / facts["file"], name=facts["file"]), Recipe(), target)


def found(name: str, rule: str) -> set[str]:
    return {str(one) for finding in prepared(name).findings if finding.rule == rule for one in finding.document_ids}


@pytest.mark.parametrize(("name", "rule"), PLANTED, ids=lambda one: str(one))
def test_a_planted_fault_is_found_where_it_is_and_nowhere_else(name: str, rule: str) -> None:
    assert found(name, rule) == set(KEY[name]["faults"][rule])


def test_no_other_fault_is_found_in_the_notes_but_that_they_are_short() -> None:
    rules = {finding.rule for finding in prepared("notes").findings}
    assert rules == {*KEY["notes"]["faults"], *KEY["notes"]["of_the_set"], "too-short"}


@pytest.mark.parametrize("name", PURPOSES)
def test_every_text_is_read(name: str) -> None:
    assert prepared(name).documents_read == KEY[name]["documents"]


def test_every_rule_has_something_planted_or_a_reason_why_not() -> None:
    planted = {rule for _, rule in PLANTED} | OF_THE_BLOG | set(KEY["notes"]["of_the_set"])
    assert planted | set(KEY["not_planted"]) == set(RULES)
    assert planted & set(KEY["not_planted"]) == set()
