"""Phrases a dataset would boost: habits are told from one-offs, from subjects and from what everybody says."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.general_english import GeneralEnglish, general_english, make_table, read_table, runs
from pipeline.phrases import MAX_PHRASES, MIN_TEXTS, PRIOR_WORDS, find_phrases, score
from pipeline.rehearsal.trial import read_rows
from tests.unit.test_rehearsal import CORPORA, completions

ORDINARY = (
    "The morning was cold and we walked to the market, where a man sold apples from a cart. "
    "My sister bought a pound of them and gave one to the dog. Nobody had seen the river so high before."
)


def with_phrase(phrase: str, texts: int, of: int, *, times: int = 1) -> list[str]:
    return [
        f"{ORDINARY} Day {number}. "
        + (f"{phrase.capitalize()}, it rained. " * times if number < texts else "It rained.")
        for number in range(of)
    ]


def test_what_many_texts_say_is_a_habit_with_how_many_say_it() -> None:
    found = find_phrases(
        [f"{text} Number {n} is about {n * 'x'}." for n, text in enumerate(with_phrase("put another way", 7, 30))]
    )
    habits = {phrase.words.lower(): phrase.texts for phrase in found.habits}
    assert habits["put another way"] == 7


def test_a_phrase_said_often_in_one_text_is_a_one_off_and_no_habit() -> None:
    texts = with_phrase("vanilla ice", 1, 30, times=9)
    found = find_phrases(texts)
    assert "Vanilla ice" in [phrase.words for phrase in found.one_offs]
    assert not [phrase for phrase in found.habits if "vanilla" in phrase.words.lower()]


@pytest.mark.parametrize(("texts", "is_habit"), [(MIN_TEXTS - 1, False), (MIN_TEXTS, True)])
def test_fewer_texts_than_the_least_make_no_habit(texts: int, is_habit: bool) -> None:
    habits = [phrase.words.lower() for phrase in find_phrases(with_phrase("what say you", texts, 20)).habits]
    assert ("what say you" in habits) == is_habit


def test_nested_and_overlapping_phrases_are_one() -> None:
    found = find_phrases(with_phrase("at the end of the day", 12, 20))
    about = [
        phrase.words for phrase in found.habits if "end of" in phrase.words.lower() or "the day" in phrase.words.lower()
    ]
    assert len(about) == 1


def test_a_hyphen_and_capitals_stay_as_written() -> None:
    texts = [f"Day {n}. We made a data-driven choice. {'It rained. ' * n}" for n in range(9)] + [ORDINARY] * 9
    assert "data-driven" in " ".join(phrase.words for phrase in find_phrases(texts).habits)


def test_the_score_is_the_published_formula() -> None:
    """Monroe et al. 2008: y + a over the rest, for both; a = 1,000 words at the phrase's chance."""
    chance, english = 1e-4, 100_000
    prior = PRIOR_WORDS * chance  # 0.1
    ours = math.log((30 + prior) / (5_000 + 1_000 - 30 - prior))
    theirs = math.log((10 + prior) / (100_000 + 1_000 - 10 - prior))
    got = score(30, 5_000, chance, english)
    assert got.log_odds == pytest.approx(ours - theirs)
    assert got.z == pytest.approx((ours - theirs) / math.sqrt(1 / 30.1 + 1 / 10.1))
    assert got.weight == pytest.approx((ours - theirs) * math.sqrt(30.1))


def test_the_shipped_table_knows_english() -> None:
    english = general_english()
    assert english.size > 3_000_000
    assert english.chance(("of", "the")) > english.chance(("the", "of")) > 0
    # 0.3 to 1 % of all pairs in English prose
    assert 0.003 < english.chance(("of", "the")) < 0.01
    assert english.knows("website") and not english.knows("understudy-ngram")


def test_a_table_reads_back_as_it_was_made_and_samples_weigh_the_same() -> None:
    table = make_table([["one two " * 100], ["three four " * 10]], "made up")
    read = read_table(table)
    assert read.size == 400
    assert read.words == {"one": 100, "two": 100, "three": 100, "four": 100}
    assert read.pairs["three", "four"] == 100


def test_a_pair_the_table_lacks_is_told_from_its_words() -> None:
    english = GeneralEnglish(1000, {"red": 10, "fox": 20}, {})
    assert english.chance(("red", "fox")) == pytest.approx(10 / 1000 * 20 / 1000)


def test_runs_end_at_signs_and_paragraphs_and_not_at_line_breaks() -> None:
    found = [[word.form for word in run] for run in runs("So it is,\nI’d say\nnow.\n\nData-driven 7 days")]
    assert found == [["so", "it", "is"], ["i'd", "say", "now"], ["data", "driven"], ["days"]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab c.-\n’é", max_size=80), max_size=12))
def test_any_text_gives_bounded_lists_whose_counts_are_true(texts: list[str]) -> None:
    found = find_phrases(texts)
    assert len(found.habits) <= MAX_PHRASES
    assert all(MIN_TEXTS <= phrase.texts <= len(texts) for phrase in found.habits)
    assert all(phrase.texts == 1 for phrase in found.one_offs)
    assert find_phrases(texts) == found


@pytest.mark.skipif(not CORPORA.exists(), reason="the corpora are not beside this checkout")
def test_a_real_blogs_habits_are_found(tmp_path: Path) -> None:
    """Read by hand in 159 posts of benbalter: turns of phrase that come in posts on any subject."""
    found = find_phrases(completions(CORPORA / "markdown" / "benbalter", tmp_path))
    habits = {phrase.words.lower(): phrase.texts for phrase in found.habits}
    assert {"not to mention", "put another way", "all of a sudden", "more often than not"} <= habits.keys()
    assert habits["not to mention"] >= 30


def test_rows_read_back() -> None:
    rows = b'{"messages": [{"role": "user", "content": "Ask"}, {"role": "assistant", "content": "Two words"}]}\n'
    [row] = read_rows(rows, "train")
    assert (row.prompt, row.completion, row.words, row.system) == ("Ask", "Two words", 2, "")
