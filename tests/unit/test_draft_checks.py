"""What is looked at before anyone reads a draft."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.draft_checks import LINK_PLACE, SeenBefore, cleaned, is_cut, length_off, seen_before

OWN = "A thought that nobody had before, said in words of its own."
LONG_RUN = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwx")


@pytest.mark.parametrize(
    ("text", "clean", "links", "markup"),
    [
        ("Plain *words*, 5 < 6 & more.", "Plain *words*, 5 < 6 & more.", 0, 0),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo.", 0, 4),
        ("One.<br>Two &amp; three&#8217;s.", "One.\nTwo & three’s.", 0, 3),
        ("<!-- wp:paragraph -->\nOne.\n<!-- /wp:paragraph -->", "One.", 0, 2),
        ('See <a href="https://x.example/a">the guide</a> now.', f"See the guide {LINK_PLACE} now.", 1, 0),
        ("See [the guide](https://example.org/g).", f"See the guide {LINK_PLACE}.", 1, 0),
        ('[gallery ids="1,2"]\n\nOne.', "One.", 0, 1),
        ("The `<p>` element, and <T> of List<T>.", "The `<p>` element, and <T> of List<T>.", 0, 0),
        ("```\n<p>kept</p>\n```", "```\n<p>kept</p>\n```", 0, 0),
    ],
)
def test_markup_and_links_go_and_words_stay(text: str, clean: str, links: int, markup: int) -> None:
    done = cleaned(text)
    assert (done.text, done.links, done.markup) == (clean, links, markup)


@given(st.text(alphabet="ab <>/p`&;[]()\n.", max_size=200))
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    once = cleaned(text).text
    assert cleaned(once).markup == 0 or cleaned(cleaned(once).text).text == cleaned(once).text


def test_a_run_of_a_post_is_found_with_its_title() -> None:
    posts = [("Other", OWN), ("Managing expectations", f"Before. {LONG_RUN}. After.")]
    found = seen_before(f"{OWN[:20]}. And so: {LONG_RUN}, he said.", posts)
    assert (found.copied_words, found.title) == (24, "Managing expectations")


def test_the_longest_run_of_all_posts_counts() -> None:
    posts = [("Longer", f"{LONG_RUN} and on"), ("Shorter", " ".join(LONG_RUN.split()[:21]))]
    assert seen_before(f"{LONG_RUN} and on", posts).title == "Longer"
    assert seen_before(f"{LONG_RUN} and on", posts[::-1]).title == "Longer"


def test_nineteen_words_in_a_row_are_no_copy() -> None:
    assert seen_before(" ".join(LONG_RUN.split()[:19]), [("Post", LONG_RUN)]) == SeenBefore(posts=1)


def test_what_many_posts_carry_is_boilerplate_and_no_copy() -> None:
    bio = f"{LONG_RUN.capitalize()} lives near the sea with two dogs."
    posts = [(f"Post {number}", f"Something about {number}.\n{bio}") for number in range(4)]
    found = seen_before(f"{OWN}\n{bio}", [*posts, ("Fifth", OWN)])
    assert (found.copied_words, found.repeated, found.in_posts, found.posts) == (0, (bio,), 4, 5)


def test_a_sentence_of_two_posts_is_no_boilerplate() -> None:
    assert seen_before(OWN, [("One", OWN), ("Two", OWN), ("Three", "Else.")]).repeated == ()


@pytest.mark.parametrize(("words", "off"), [(299, "short"), (300, None), (960, None), (961, "long")])
def test_half_or_more_than_another_half_of_six_hundred_words_is_told(words: int, off: str | None) -> None:
    assert length_off(words, 600) == off


@pytest.mark.parametrize(
    ("text", "finish_reason", "cut"),
    [
        ("It ends.", "stop", False),
        ("It ends.", "length", True),
        ("First.\n\nAnd then one who keeps tools knows them so well that the", "stop", True),
        ("First.\n\nAnd then one who keeps tools knows them so well, “he said.”", "stop", False),
        ("First.\n\n- a list whose last point has ten words and no stop", "stop", False),
        ("First.\n\nYours, Olive", "stop", False),
    ],
)
def test_a_text_that_breaks_off_is_cut(text: str, finish_reason: str, *, cut: bool) -> None:
    assert is_cut(text, finish_reason) is cut
