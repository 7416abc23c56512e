"""Metrics by purpose, with the arithmetic shown."""

import subprocess
import sys

import pytest

from pipeline.domain.voices import Purpose
from pipeline.purpose_metrics import Metric, Pair, facts_in, measured


def values(purpose: Purpose, *pairs: tuple[str, str]) -> dict[str, float]:
    return {one.name: round(one.value, 4) for one in measured(purpose, [Pair(*pair) for pair in pairs])}


def test_labels_are_averaged_over_those_that_really_occur() -> None:
    """good: 2 written, 1 right, 2 real: P 1/2, R 1/2. bad: 2 written, 1 right, 1 real: P 1/2, R 1. F1 1/2 and 2/3."""
    found = values("classification", ("good", "Good."), ("good", "bad"), ("bad", "BAD"), ("odd", "good"))
    # odd: never written, P 0, R 0, F1 0
    assert found == {"precision": round(1 / 3, 4), "recall": 0.5, "F1": round((0.5 + 2 / 3) / 3, 4)}


def test_one_label_alone_and_a_label_nobody_knows() -> None:
    assert values("classification", ("good", "good")) == {"precision": 1.0, "recall": 1.0, "F1": 1.0}
    assert values("classification", ("good", "great")) == {"precision": 0.0, "recall": 0.0, "F1": 0.0}


def test_a_label_that_never_occurs_counts_only_against_the_one_it_stands_for() -> None:
    found = values("classification", ("good", "good"), ("good", "invented"))
    assert found == {"precision": 1.0, "recall": 0.5, "F1": round(2 / 3, 4)}


def test_fields_count_when_name_and_value_are_right() -> None:
    """Real: 3 fields. Written: 3, of which 2 are right: P 2/3, R 2/3."""
    real = '{"who": "Mara", "when": {"year": 2026}, "tools": ["saw"]}'
    written = '{"tools": ["SAW"], "who": "Mara", "when": {"year": 2025}}'
    third = round(2 / 3, 4)
    assert values("extraction", (real, written)) == {"precision": third, "recall": third, "F1": third}
    assert facts_in("name: Mara; city: Bath\nage: 9") == {"name mara", "city bath", "age 9"}
    assert values("extraction", ("a, b", "a, b, c, d"))["precision"] == 0.5


def test_answers_are_compared_without_case_signs_and_articles() -> None:
    """Second: {blue, saw} and {saw}: overlap 1, P 1, R 1/2, F1 2/3."""
    found = values("question answering", ("The saw.", "a SAW"), ("a blue saw", "the saw"), ("Zürich", "Zurich"))
    assert found == {"exact match": round(1 / 3, 4), "token F1": round((1 + 2 / 3) / 3, 4)}


def test_summaries_share_words_pairs_and_sequences() -> None:
    """the cat sat / the cat ran: words 2 of 3; pairs 1 of 2; longest sequence 2 of 3."""
    found = values("summarization", ("the cat sat", "The cat ran!"))
    assert found == {"ROUGE-1": 0.6667, "ROUGE-2": 0.5, "ROUGE-L": 0.6667}


def test_words_outside_english_count_in_summaries() -> None:
    assert values("summarization", ("Ключ в двери", "Ключ в двери"))["ROUGE-1"] == 1.0


def test_rewrites_are_compared_by_letters() -> None:
    assert values("rewriting", ("the cat sat", "the cat sat")) == {"chrF": 1.0}
    assert values("rewriting", ("the cat sat", "the cat ran")) == {"chrF": pytest.approx(0.5207, abs=1e-4)}


def test_posts_have_no_right_answer_and_nothing_has_no_measure() -> None:
    assert measured("generation", [Pair("a", "a")]) == ()
    assert measured("classification", []) == ()
    assert measured("extraction", [Pair("", "")]) == ()
    assert measured("question answering", [Pair("a", "b")])[0] == Metric("exact match", 0.0)


def test_the_libraries_wait_until_somebody_asks() -> None:
    found = (
        "import sys, pipeline.purpose_metrics; print([m for m in ('pycm', 'nltk', 'sacrebleu') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[]"
