"""Notes at the foot of a text, in the ways that blogs are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.choices import apply_marks
from pipeline.stages.footnotes import find_footnotes
from pipeline.tagging import without

MARKDOWN = (
    "I mend hoes.[^1] Also spades,[^long] if asked.\n\nThat is all.\n\n[^1]: Not *rakes*.\n[^long]: The long ones.\n"
)
HTML = (
    '<p>I mend hoes<sup><a href="#fn1">1</a></sup> well.</p>'
    "<p>Long after that I mended many other things, and nobody asked me which of them were rakes or spades.</p>"
    '<section class="footnotes"><ol><li id="fn1"><p>Not rakes. <a href="#fnref1">↩</a></p></li></ol></section>'
)


@pytest.mark.parametrize(
    ("body", "left", "notes"),
    [
        (MARKDOWN, "I mend hoes. Also spades, if asked.\n\nThat is all.\n\n", 2),
        ("A hoe. [^1]Another one.\n\n[^1]: Mine.", "A hoe. Another one.\n\n", 1),
        (
            "A hoe [^1] here.\n\n## Notes\n\n[^1]: Mine,\nstill mine.\n\nNot a note.",
            "A hoe here.\n\n\n\nNot a note.",
            1,
        ),
        ("A hoe.[^1]\n\n[^1]: Mine.\n\n    And his.\n", "A hoe.\n\n", 1),
        ("A sign[^7] of nothing.", "A sign of nothing.", 1),
        ("A hoe^[Mine, [see](x).] here.", "A hoe here.", 1),
        ("Read `[^1]` and [^a-z] aloud.", "Read `[^1]` and [^a-z] aloud.", 0),
        ("```\n[^1]: shown\n```\nwords[^1]", "```\n[^1]: shown\n```\nwords", 1),
        ("A forum[1] and a blog.[2]\n\nfn1. One I dislike.\n\nfn2. Since edited.", "A forum and a blog.\n\n\n\n", 2),
        ("A forum [1].\n\n[1] One I dislike.\n", "A forum.\n\n\n", 1),
        ("A forum.\n\n[1] Nobody refers to this.\n", "A forum.\n\n[1] Nobody refers to this.\n", 0),
        ("Said<sup>1</sup> so.\n\n<sup>1</sup> By me.", "Said so.\n\n", 1),
        ("E = mc<sup>2</sup>", "E = mc<sup>2</sup>", 0),
    ],
)
def test_notes_and_their_signs_go_and_the_text_stays(body: str, left: str, notes: int) -> None:
    found = find_footnotes(body)
    assert (without(body, found.marks), found.notes) == (left, notes)


def test_a_list_of_notes_in_html_goes_with_its_signs() -> None:
    found = find_footnotes(HTML)
    assert without(HTML, found.marks) == HTML.partition("<section")[0].replace('<sup><a href="#fn1">1</a></sup>', "")
    assert found.notes == 1


def test_notes_of_wordpress_and_of_word_go() -> None:
    block = '<ol class="wp-block-footnotes"><li id="a1">One.</li><li id="b2">Two.</li></ol>'
    body = f'{"<p>Many words before.</p>" * 8}<p>x<sup data-fn="a1" class="fn"><a href="#a1">1</a></sup></p>{block}'
    assert without(body, find_footnotes(body).marks).endswith("<p>x</p>")
    assert find_footnotes(body).notes == 2
    word = '<p>Text.</p><p><a href="#_ftnref1" name="_ftn1">[1]</a> From Word.</p>'
    assert without(word, find_footnotes(word).marks) == "<p>Text.</p></p>"


def test_an_element_around_the_whole_post_is_no_list_of_notes() -> None:
    assert find_footnotes(f'<div class="footnotes">{"<p>All of it.</p>" * 9}</div>').marks == ()


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (MARKDOWN, "I mend hoes. (Not *rakes*.) Also spades, (The long ones.) if asked.\n\nThat is all.\n\n"),
        ("A hoe.^[Mine.]", "A hoe. (Mine.)"),
        ("A forum[1].\n\nfn1. One I\ndislike.", "A forum (One I dislike.).\n\n"),
    ],
)
def test_in_brackets_a_note_stands_where_it_is_referred_to(body: str, left: str) -> None:
    assert without(body, find_footnotes(body, in_brackets=True).marks) == left


def test_in_brackets_a_note_of_html_has_no_way_back() -> None:
    assert "hoes (Not rakes.) well" in without(HTML, find_footnotes(HTML, in_brackets=True).marks)


@given(st.text(alphabet=st.sampled_from('[]^:1a \n<>olisup/"=#fn.()'), max_size=80), st.booleans())
def test_marks_stand_in_the_text_and_apply(body: str, in_brackets: bool) -> None:
    found = find_footnotes(body, in_brackets=in_brackets)
    assert all(0 <= mark.start < mark.end <= len(body) for mark in found.marks)
    assert bool(found.marks) == (found.notes > 0)
    apply_marks(body, found.marks)
