"""Outlines say with arrays what regular expressions say of sentences, and nothing gets lost on the way."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages import outlines as module
from pipeline.stages.outlines import Outline, outline, outlines, runs, sentence_at, shingles, text_key
from pipeline.stages.sentences import sentence_key, sentences

from .writing import markdown_posts, needs_corpora, prose

PIECES = (
    *("a", "Each", "word", "Dr", "U.S", "e.g", "A", "é", "ß", "12", "1,000", "3.5", "𝐇", "😀", "_", "#", "\u00a0"),
    *(".", ". ", "? ", "! ", "…", "”", '"', "’", ")", "(", "“", " ", "  ", "\t", "\n", "\n\n", "\u2028"),
    *("- ", "> ", "1. ", "## ", "# ", "-", "*", "sharing.Each ", "Mr. X ", "the end) He "),
)
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def told(one: Outline) -> list[tuple[int, ...]]:
    return [tuple(row) for row in np.stack([one.start, one.end, one.words, one.opens, one.heading], axis=1).tolist()]


def expected(text: str) -> list[tuple[int, ...]]:
    return [(one.start, one.end, one.words, one.line_start, one.heading) for one in sentences(text)]


@given(st.lists(st.one_of(texts, st.text(max_size=60)), max_size=4))
def test_an_outline_has_the_sentences_of_its_text(written: list[str]) -> None:
    found = outlines(written)
    assert [told(one) for one in found] == [expected(text) for text in written]
    assert [len(one.hashes) for one in found] == [len(sentence_key(text).split()) for text in written]


@given(texts, texts)
def test_sentences_that_say_the_same_have_one_key_and_others_another(one: str, other: str) -> None:
    said = [*sentences(one), *sentences(other)]
    keys = np.concatenate([shape.key for shape in outlines([one, other])]).tolist()
    by_key: dict[int, str] = {}
    for key, sentence in zip(keys, said, strict=True):
        assert bool(key) == bool(sentence.words)
        assert by_key.setdefault(key, sentence.key) == sentence.key or not key
    assert len({sentence.key for sentence in said if sentence.words}) == len(set(by_key) - {0})


@needs_corpora
@pytest.mark.parametrize("folder", ["benbalter", "digitalgov"])
def test_outlines_of_real_posts_have_their_sentences(folder: str) -> None:
    posts = markdown_posts(folder)
    for post, shape in zip(posts, outlines([post.text for post in posts]), strict=True):
        assert told(shape) == expected(post.text)


def test_a_long_text_in_pieces_is_outlined_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(prose(number, 30) for number in range(20))
    whole = outline(text)
    monkeypatch.setattr(module, "CHUNK_CHARS", 500)
    for one, other in zip(whole.pack(), outline(text).pack(), strict=True):
        assert one == other


def test_a_line_without_end_is_cut_at_a_space() -> None:
    shape = outline("word " * 500_000)
    assert shape.words.sum() == 500_000
    assert (shape.end - shape.start).max() <= module.LINE_CHARS


@given(texts)
def test_a_packed_outline_comes_back(text: str) -> None:
    shape = outline(text)
    back = Outline.unpack(shape.pack())
    assert back.pack() == shape.pack()
    assert told(back) == told(shape)


@given(texts)
def test_a_sentence_is_read_back_from_its_row(text: str) -> None:
    shape = outline(text)
    for row, sentence in enumerate(sentences(text)):
        if sentence.words:
            assert sentence_at(text, shape, row) == sentence


def test_runs_of_equal_words_have_equal_hashes() -> None:
    shape = outline("One two three four five six. And: One two, three four five!")
    found = shingles(shape.hashes).tolist()
    assert found.count(found[0]) == 2
    assert len(set(found)) == len(found) - 1
    assert len(runs(shape.hashes, 3)) == len(shape.hashes) - 2
    assert not len(runs(shape.hashes[:2], 3))


def test_case_punctuation_and_digits_do_not_make_a_text_another() -> None:
    keys = [text_key(outline(text)) for text in ("Call me: 12 times.", "call ME 1,000 times", "Call me often", "", "—")]
    assert keys[0] == keys[1] != keys[2]
    assert keys[3:] == [0, 0]


def test_order_of_words_matters() -> None:
    keys = [int(outline(text).key[0]) for text in ("we met her", "her met we", "we her met")]
    assert all(one != other for one, other in pairwise(sorted(keys)))
