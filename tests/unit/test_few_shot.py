"""Which posts an untrained model gets to read: near the request, unlike each other, and never one it is judged on."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.documents import DocumentId, ExampleId, Filters, Recipe, Split
from pipeline.domain.origins import Fate, Making, RowsFor, Text, Version
from pipeline.few_shot import MIN_WORDS, PAIRS, Post, TrainPosts, held_out, longest_copy, train_posts

SUBJECTS = ("hinges", "ladders", "sharpening", "varnish", "drawers", "hooks", "saws", "benches")
SPLITS: tuple[Split, ...] = ("train", "validation", "test")


def post(number: int, subject: str, words: int = 60, tokens: int = 100) -> Post:
    text = " ".join(
        f"{subject} {word}{number}" for word in ("cold", "plain", "worn", "bright", "oiled") * (words // 10)
    )
    return Post(DocumentId(f"a.csv\n{number}"), f"Write a text titled “{subject}”.", text, tokens)


def version(rows: list[tuple[Split, int]]) -> Version:
    """One post per (split, words), each with a word that no other post has."""
    making = Making(Recipe(Filters()), (), RowsFor("", "o200k_base", True, 8192), "1", "hash")
    keys = [DocumentId(f"a.csv\n{n}") for n in range(len(rows))]
    fates = [
        Fate(key, key, None, ExampleId(key), split, tokens=words * 2, words=words)
        for key, (split, words) in zip(keys, rows, strict=True)
    ]
    texts = {
        key: Text(f"About {SUBJECTS[n % 8]}", " ".join([SUBJECTS[n % 8], f"only{n}x"] * (words // 2)))
        for n, (key, (_, words)) in enumerate(zip(keys, rows, strict=True))
    }
    return Version(making, tuple(fates), texts)


ROWS = st.lists(st.tuples(st.sampled_from(SPLITS), st.integers(10, 90)), max_size=40)


@given(ROWS)
@settings(deadline=None)
def test_no_held_out_text_ever_stands_in_a_prompt(rows: list[tuple[Split, int]]) -> None:
    whole = version(rows)
    train = TrainPosts.of(train_posts(whole))
    for one in held_out(whole):
        prompt = " ".join(f"{shot.prompt} {shot.text}" for shot in train.near(one.prompt))
        unseen = {f"only{n}x" for n, (split, _) in enumerate(rows) if split != "train"}
        assert not unseen.intersection(prompt.split())


@given(ROWS)
def test_held_out_requests_come_from_the_test_split_first_and_are_long_enough(rows: list[tuple[Split, int]]) -> None:
    whole = version(rows)
    splits = {text.completion: fate.split for fate, text in zip(whole.fates, whole.texts.values(), strict=True)}
    drawn = held_out(whole)
    tested = sum(split == "test" and words >= MIN_WORDS for split, words in rows)
    assert [splits[one.text] for one in drawn][:tested] == ["test"] * min(tested, PAIRS)
    assert all(len(one.text.split()) >= MIN_WORDS and splits[one.text] != "train" for one in drawn)
    assert drawn == held_out(whole)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=30), st.integers(50, 2000), st.integers(1, 6))
@settings(deadline=None)
def test_the_budget_and_the_number_are_kept(tokens: list[int], budget: int, number: int) -> None:
    posts = [post(n, SUBJECTS[n % 8], tokens=size) for n, size in enumerate(tokens)]
    sizes = {(one.prompt, one.text): one.tokens for one in posts}
    chosen = TrainPosts.of(posts).near("hinges", budget_tokens=budget, number=number)
    assert 1 <= len(chosen) <= number
    if any(size <= budget for size in tokens):
        assert sum(sizes[(one.prompt, one.text)] for one in chosen) <= budget


def test_a_brief_that_quotes_the_held_out_text_is_not_asked_by() -> None:
    whole = version([("test", 60), ("test", 60)])
    first, second = whole.fates
    quoting = Text("Turn these notes into a text:\n- saws only0x", whole.texts[first.key].completion)
    untitled = replace(whole, fates=(replace(first, title=""), second), texts={**whole.texts, first.key: quoting})
    assert [one.prompt for one in held_out(untitled)] == [f"Write a text titled “{second.title}”."]


def test_the_nearest_post_stands_last() -> None:
    posts = [post(n, SUBJECTS[n % 8]) for n in range(32)]
    assert "sharpening" in TrainPosts.of(posts).near("Notes on sharpening a blade")[-1].text


def test_twins_do_not_fill_the_prompt() -> None:
    twins = [
        Post(DocumentId(f"twin {n}"), "Write.", f"hinges week {n} " + "oil the hinges every autumn " * 8, 100)
        for n in range(9)
    ]
    others = [post(n, subject) for n, subject in enumerate(SUBJECTS[1:])]
    chosen = TrainPosts.of([*twins, *others]).near("hinges in autumn", number=4)
    assert sum("week" in one.text for one in chosen) <= 2


def test_the_same_posts_are_chosen_in_whatever_order_they_are_read() -> None:
    posts = [post(n, SUBJECTS[n % 8]) for n in range(40)]
    assert TrainPosts.of(posts).near("ladders and hooks") == TrainPosts.of(posts[::-1]).near("ladders and hooks")


def test_a_post_longer_than_the_budget_is_cut_when_there_is_no_other() -> None:
    [shot] = TrainPosts.of([post(1, "saws", words=400, tokens=800)]).near("saws", budget_tokens=80)
    assert 0 < len(shot.text) <= len(post(1, "saws", words=400).text) * 80 / 800


def test_a_copied_run_is_counted_in_words_whatever_its_case_and_signs() -> None:
    posts = ["Nobody oils a hinge. It is worn and cold and it still turns, every day.", "Another one."]
    assert longest_copy("So: it is WORN, and cold and it still turns! Yes", posts, at_least=5) == 9
    assert longest_copy("it is worn and then gone", posts, at_least=5) == 0
