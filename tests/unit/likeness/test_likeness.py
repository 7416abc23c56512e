"""Likeness: what it says of texts by their writer, by somebody else, and by nobody in particular."""

import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.likeness import Likeness, NotMeasured, Writer, differing
from pipeline.likeness.calibration import LENGTHS, fit, length_for
from pipeline.likeness.style import PIECE_WORDS, mask, tokens
from pipeline.likeness.table import read_table, shipped, table_bytes

PLAIN = "We went to the shop and it was closed, so we came back. I think that was a mistake, but she did not. "
STATELY = "Whereas the foregoing considerations, upon which it rests, were scarcely to be disputed; it follows. "


def texts(opening: str, number: int, *, words: int = 800, seed: int = 1) -> list[str]:
    """Made of one manner's sentences with other nouns in each, so that no subject tells them apart."""
    chance = random.Random(seed)
    nouns = ["hammer", "garden", "letter", "window", "engine", "bridge", "ledger", "kettle"]
    made = []
    for _ in range(number):
        said: list[str] = []
        while len(" ".join(said).split()) < words:
            parts = opening.split()
            parts.insert(chance.randrange(len(parts)), chance.choice(nouns))
            said.append(" ".join(parts))
        made.append("\n\n".join(said))
    return made


def writer(opening: str) -> Writer:
    found = Writer.of(texts(opening, 10))
    assert isinstance(found, Writer)
    return found


def probability(of: Writer, text: str) -> float:
    told = of.judge(text)
    assert isinstance(told, Likeness)
    return told.probability


def test_another_manner_scores_clearly_lower_than_the_writers_own() -> None:
    own = writer(PLAIN)
    assert probability(own, texts(PLAIN, 1, seed=9)[0]) > 0.8
    assert probability(own, texts(STATELY, 1, seed=9)[0]) < 0.2


def test_a_text_is_judged_at_the_longest_length_that_it_fills() -> None:
    told = writer(PLAIN).judge(texts(PLAIN, 1, words=560, seed=9)[0])
    assert isinstance(told, Likeness)
    assert told.words == 400
    assert not told.is_weak
    assert 0 <= told.own_low <= told.own <= told.own_high <= 1


def test_short_texts_are_weak_and_shorter_ones_are_not_measured() -> None:
    own = writer(PLAIN)
    weak = own.judge(texts(PLAIN, 1, words=320, seed=9)[0])
    assert isinstance(weak, Likeness)
    assert weak.is_weak
    assert own.judge("Three words only.") == NotMeasured("text too short")


def test_too_few_texts_and_other_languages_are_not_measured() -> None:
    assert Writer.of(texts(PLAIN, 3)) == NotMeasured("too few texts")
    german = "Wir gingen zum Laden und der war geschlossen, also kamen wir zurück und tranken lieber noch Kaffee. "
    assert Writer.of(texts(german, 10)) == NotMeasured("not English")


def test_typography_is_no_style() -> None:
    assert tokens("“It’s” — fine…") == tokens('"It\'s" – fine...')


def test_subjects_are_masked() -> None:
    assert mask(tokens("the zebra of 1984"), frozenset({"the", "of"})) == ["the", "*", "of", "#"]


def test_a_piece_has_so_many_words_and_a_rest_is_left_away() -> None:
    counted = shipped().background.vocabulary.pieces("the " * (2 * PIECE_WORDS + 30))
    assert len(counted) == 2
    assert counted[0, shipped().background.vocabulary.words.index("the")] == PIECE_WORDS


@pytest.mark.parametrize(("words", "length"), [(199, None), (200, 200), (699, 400), (5_000, 1000)])
def test_lengths_are_those_that_were_measured(words: int, length: int | None) -> None:
    assert length_for(words) == length
    assert set(shipped().curves) == set(LENGTHS)


def test_a_fitted_curve_says_how_often_it_is_right() -> None:
    """Scores at +1 are own in three of four cases, at -1 in one of four."""
    scores = np.array([[1.0]] * 400 + [[-1.0]] * 400)
    is_own = np.array(([1.0] * 300 + [0.0] * 100) + ([1.0] * 100 + [0.0] * 300))
    told = fit(scores, is_own, np.ones(800)).probabilities(np.array([[1.0], [-1.0]]))
    assert told == pytest.approx([0.75, 0.25], abs=0.01)


def test_the_shipped_table_says_where_it_is_from_and_keeps_no_order_of_words() -> None:
    table = shipped()
    assert "CC0" in table.head
    assert read_table(table_bytes(table)).background.vocabulary == table.background.vocabulary
    assert all(len(words.split()) <= 3 for words in table.background.vocabulary.runs)


def test_what_differs_is_said_in_words() -> None:
    own = ["We went home early. It was late then."] * 6
    drafts = ["We went home early on the evening of the day that it was late then. " * 2]
    (first, *_) = differing(drafts, own)
    # own: 4 words a sentence; drafts: 15
    assert first.sentence == "sentences 275 % longer than the owner's"


def test_what_lies_in_the_owners_range_is_not_said() -> None:
    own = ["One two three. Four five six.", "One two three four five six seven eight nine ten eleven."] * 5
    assert "sentences" not in [trait.name for trait in differing(["One two three four five six."], own)]


SHARED = Path(__file__).parents[4] / "shared" / "corpora" / "authors"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared corpora are absent")
def test_two_writers_on_one_subject_are_told_apart() -> None:
    from benchmarks.writers import federalist

    papers = federalist(SHARED / "federalist.csv")
    hamilton = Writer.of(papers["federalist/hamilton"][:40])
    assert isinstance(hamilton, Writer)
    own = [probability(hamilton, text) for text in papers["federalist/hamilton"][40:]]
    madison = [probability(hamilton, text) for text in papers["federalist/madison"]]
    assert np.median(own) > np.median(madison)
