"""What is repeated, serial, copied, foreign or quoted within a set of posts."""

from array import array
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from pipeline.domain.documents import Post
from pipeline.stages import near_duplicates, repeats, series, variants
from pipeline.stages.choices import apply_marks
from pipeline.stages.language import find_foreign, main_language
from pipeline.stages.near_duplicates import find_near_duplicates
from pipeline.stages.outlines import SHINGLE_WORDS, outlines
from pipeline.stages.quotations import find_quoted, is_quoted
from pipeline.stages.repeats import RepeatedPassage, find_repeats
from pipeline.stages.sentences import sentence_key
from pipeline.stages.series import find_series

from .order import assert_in_order
from .writing import markdown_posts, needs_corpora, post, prose

BIO = "Jane Doe writes about tea and teapots. Her views are her own, not those of the Tea Board."
GERMAN = "Der Tee ist heute wieder besonders gut geworden, und niemand weiß genau, warum das so ist. " * 4
ENGLISH = "The tea has turned out very well again today, and nobody knows exactly why that should be. " * 4


def words_marked(posts: list[Post] | tuple[Post, ...], passages: list[RepeatedPassage]) -> int:
    texts = {p.document_id: p.text for p in posts}
    spans = ((texts[name], mark) for passage in passages for name, marks in passage.marks.items() for mark in marks)
    return sum(len(text[mark.start : mark.end].split()) for text, mark in spans)


def test_a_bio_at_the_end_is_one_passage_and_goes_without_a_trace() -> None:
    posts = [post(str(n), f"{prose(n)}\n\n{BIO}") for n in range(5)]
    (passage,) = find_repeats(posts)
    assert passage.text == BIO
    assert passage.document_ids == tuple(p.document_id for p in posts)
    assert [apply_marks(p.text, passage.marks[p.document_id]) for p in posts] == [prose(n) for n in range(5)]


def test_variants_with_other_numbers_and_words_are_one_passage() -> None:
    boxes = [
        f"This is part {n} of my {word} series about brewing tea at home."
        for n, word in enumerate(["long", "big", "new", "odd"])
    ]
    posts = [post(str(n), f"{prose(n)}\n\n{box}") for n, box in enumerate(boxes)]
    assert [len(passage.document_ids) for passage in find_repeats(posts)] == [4]


def test_a_sentence_reused_in_the_middle_is_the_authors_own() -> None:
    good = "Nobody who drinks tea in a hurry has ever drunk tea."
    posts = [post(str(n), f"{prose(n)}\n\n{good} {prose(n + 50)}") for n in range(3)]
    posts += [post(str(n), prose(n)) for n in range(100, 120)]
    assert find_repeats(posts) == []


def test_a_line_in_the_middle_of_most_posts_is_a_frame() -> None:
    line = "Original code with the bug: found here, as ever."
    posts = [post(str(n), f"{prose(n)}\n\n{line}\n\n{prose(n + 50)}") for n in range(10)]
    assert [passage.text for passage in find_repeats(posts)] == [line]


def test_two_posts_are_not_enough() -> None:
    assert find_repeats([post(str(n), f"{prose(n)}\n\n{BIO}") for n in range(2)]) == []


@needs_corpora
def test_the_bio_of_bbrantley_is_found() -> None:
    """Measured before: 15.4 % of the words, at the end of the posts."""
    posts = markdown_posts("digitalgov/bbrantley")
    passages = find_repeats(posts)
    share = words_marked(posts, passages) / sum(len(p.text.split()) for p in posts)
    assert 0.10 < share < 0.20
    assert any(p.text.startswith("All opinions are his own") and len(p.document_ids) > 60 for p in passages)
    texts = {p.document_id: p.text for p in posts}
    for passage in passages:
        for name, marks in passage.marks.items():
            assert_in_order(texts[name], marks)


@needs_corpora
def test_genuine_reuse_of_benbalter_is_let_alone() -> None:
    assert find_repeats(markdown_posts("benbalter")) == []


def template(seed: int) -> str:
    return (
        f"What is the bug?\n\n{prose(seed, 20)}\n\nWhy did nobody see it?\n\n{prose(seed + 30, 20)}\n\n"
        f"How is it mended?\n\n{prose(seed + 60, 20)}"
    )


def test_one_title_over_one_skeleton_is_a_series() -> None:
    posts = [post(str(n), template(n), title=f"Bench Notes #{n}") for n in range(6)]
    posts += [post(str(n), prose(n)) for n in range(200, 210)]
    (series,) = find_series(posts)
    assert series.pattern == "Bench Notes …"
    assert series.document_ids == tuple(str(n) for n in range(6))
    assert series.share == 1.0


def test_one_skeleton_under_many_titles_is_a_series() -> None:
    posts = [
        post(str(n), template(n), title=title) for n, title in enumerate(["Lost", "Found", "Kept", "Sold", "Given"])
    ]
    (series,) = find_series(posts)
    assert (series.pattern, len(series.document_ids)) == ("… What is the bug? …", 5)


def test_titles_alone_are_no_series() -> None:
    posts = [post(str(n), prose(n), title=f"Bench Notes #{n}") for n in range(6)]
    posts += [post(str(n), prose(n), title=f"The tea of {n}") for n in range(100, 106)]
    assert find_series(posts) == []


@needs_corpora
@pytest.mark.parametrize(
    ("folder", "sizes"), [("digitalgov/jparcell", [14]), ("digitalgov/bbrantley", []), ("benbalter", [])]
)
def test_only_the_interview_template_is_a_real_series(folder: str, sizes: list[int]) -> None:
    assert [len(series.document_ids) for series in find_series(markdown_posts(folder))] == sizes


def test_the_newest_of_two_editions_is_kept() -> None:
    posts = [
        post("old", prose(1), day=1),
        post("new", prose(1) + " One more word.", day=9),
        post("other", prose(2), day=5),
    ]
    (group,) = find_near_duplicates(posts)
    assert (group.keep, group.leave_out) == ("new", ("old",))
    assert 0.9 < group.similarity < 1.0


def test_the_same_words_are_similarity_one_however_many_copies() -> None:
    posts = [post(str(n), prose(1), day=n) for n in range(1, 30)]
    (group,) = find_near_duplicates(posts)
    assert (group.keep, len(group.leave_out), group.similarity) == ("29", 28, 1.0)


def test_the_best_performing_edition_is_kept_where_that_is_known() -> None:
    old, new = post("old", prose(1), day=1), post("new", prose(1) + " One more word.", day=9)
    known = [replace(old, performance=250.0), replace(new, performance=40.0), post("other", prose(2), day=5)]
    (group,) = find_near_duplicates(known)
    assert (group.keep, group.leave_out) == ("old", ("new",))


def counts_of(shared: near_duplicates._Shared) -> dict[int, int]:
    return {
        pair: count for one in shared.counts() for pair, count in zip(*(part.tolist() for part in one), strict=True)
    }


def shingles_of(text: str) -> set[tuple[str, ...]]:
    words = sentence_key(text).split()
    return set(zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False))


@needs_corpora
@pytest.mark.parametrize("at_once", [1_000_000, 5_000])
def test_shared_runs_are_counted_exactly_in_one_slice_and_in_many(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_duplicates, "_SLICE_SHINGLES", at_once)
    texts = [post.text for post in markdown_posts("digitalgov/jparcell")]
    sets = [shingles_of(text) for text in texts]
    shared = near_duplicates._shared(outlines(texts), np.arange(len(texts)), frame_limit=len(texts))
    counted = counts_of(shared)
    expected = {
        one * len(texts) + other: len(sets[one] & sets[other]) for one, other in combinations(range(len(texts)), 2)
    }
    assert shared.sizes.tolist() == shared.own.tolist() == [len(found) for found in sets]
    assert counted == {pair: count for pair, count in expected.items() if count}


@needs_corpora
def test_frames_are_taken_off_whatever_the_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = outlines([post.text for post in markdown_posts("digitalgov/bbrantley")])
    once = near_duplicates._shared(shapes, np.arange(len(shapes)), frame_limit=10)
    monkeypatch.setattr(near_duplicates, "_SLICE_SHINGLES", 5_000)
    sliced = near_duplicates._shared(shapes, np.arange(len(shapes)), frame_limit=10)
    assert (once.own < once.sizes).any()
    assert once.own.tolist() == sliced.own.tolist()
    assert counts_of(once) == counts_of(sliced)


@needs_corpora
@pytest.mark.parametrize("folder", ["digitalgov/bbrantley", "digitalgov/jparcell"])
def test_passages_and_series_are_the_same_in_one_part_and_in_many(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = markdown_posts(folder)
    passages, templates = find_repeats(posts), find_series(posts)
    monkeypatch.setattr("pipeline.stages.outlines.BLOCK_TEXTS", 7)
    monkeypatch.setattr(repeats, "_PART_POSTS", 3)
    monkeypatch.setattr(series, "_PART_POSTS", 3)
    monkeypatch.setattr(variants, "_PART_RUNS", 500)
    monkeypatch.setattr(variants, "_BLOCK_SENTENCES", 50)
    assert passages
    assert (find_repeats(posts), find_series(posts)) == (passages, templates)


def test_wordings_are_ordered_by_frequency_and_then_by_what_they_say() -> None:
    said = ["b" * 30 + "é", "b" * 30 + "z", "b" * 30, "a", "c", "b" * 30 + "\U0001f600"]
    times = [1, 1, 1, 1, 2, 1]
    packed = [one.encode() for one in said]
    ends = np.cumsum([0, *map(len, packed)]).tolist()
    held = variants._Said(bytearray().join(packed), array("q", ends[:-1]), array("q", ends[1:]))
    order = held.by_frequency(np.array(times))
    assert list(order) == sorted(range(len(said)), key=lambda number: (-times[number], said[number]))


def test_short_sentences_about_different_things_are_not_one_passage() -> None:
    places = ["Berlin", "Boston", "Bergen", "Bonn"]
    posts = [post(str(n), f"{prose(n)}\n\nOriginally published in {place} news.") for n, place in enumerate(places)]
    assert find_repeats(posts) == []


def test_an_excerpt_goes_and_the_whole_stays() -> None:
    posts = [post("whole", prose(1, 900), day=1), post("excerpt", prose(1, 200), day=9)]
    (group,) = find_near_duplicates(posts)
    assert (group.keep, group.leave_out) == ("whole", ("excerpt",))


def test_a_frame_around_different_words_is_no_copy() -> None:
    posts = [post(str(n), f"{prose(999, 300)} {prose(n, 60)}") for n in range(12)]
    assert find_near_duplicates(posts) == []


@needs_corpora
def test_real_posts_of_one_author_are_seldom_copies() -> None:
    assert [len(group.leave_out) for group in find_near_duplicates(markdown_posts("benbalter"))] == [1, 1]


def test_languages_are_named_by_two_letters() -> None:
    assert (main_language(ENGLISH), main_language(GERMAN), main_language("Too short.")) == ("en", "de", None)


def test_posts_in_another_language_than_most_are_foreign() -> None:
    posts = [post("a", ENGLISH), post("b", GERMAN), post("c", ENGLISH), post("d", "Kurz.")]
    assert find_foreign(posts) == ["b"]
    assert find_foreign(posts[:2]) == []
    assert find_foreign([]) == []


def test_mostly_quoted_posts_are_found() -> None:
    long_quote = "“" + "a word " * 60 + "”"
    posts = [
        post("block", f"He said:\n\n> {prose(1, 60)}"),
        post("marks", f"He said: {long_quote} and that was that, friends."),
        post("turns", "“Yes,” he said. “No,” she said. " * 20),
        post("own", f"{prose(1)}\n\n> {prose(2, 50)}"),
    ]
    assert find_quoted(posts) == ["block", "marks"]


TALK = "\n\n".join(
    f"{asks}: {prose(10 + n, 8)}?\n\n{answers}: {prose(20 + n, 60)}\n\n{prose(40 + n, 30)}"
    for n, (asks, answers) in enumerate([("Ann Moor", "Bo Lind"), *[("AM", "BL")] * 3])
)
TERMS = "\n\n".join(f"## Way {n}\n\nHow: {prose(n, 20)}\n\nWhen: {prose(30 + n, 20)}" for n in range(5))


def test_an_interview_is_the_words_of_who_answers() -> None:
    assert is_quoted(TALK, ("annmoor", "Ann Moor"))
    assert is_quoted(TALK, ("moor", None))
    assert is_quoted(TALK)
    assert not is_quoted(TALK, ("bo", "Bo Lind"))


def test_lists_of_terms_and_a_talk_inside_a_post_are_no_interview() -> None:
    assert not is_quoted(TERMS)
    assert not is_quoted(f"{prose(1, 900)}\n\n{TALK}\n\nMy own end:\n\n{prose(2, 900)}"[: 900 * 6])
    assert not is_quoted("Ann Moor: yes.\n\nBo Lind: no.\n\n" + prose(3, 40))
