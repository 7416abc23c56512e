"""Texts with angle brackets in them are not pages."""

from pathlib import Path

import pytest

from pipeline.domain.documents import Document
from pipeline.sources.html_signs import is_html
from pipeline.sources.reading import read_file


@pytest.mark.parametrize(
    "text",
    [
        "<p>Hi</p>",
        "Tea is <b>hot</b>",
        "one<br>two",
        'see <a href="x">here',
        "<img src='x.png'>",
        "<!-- wp:paragraph -->\nHi",
        "<p>One\n<p>Two",
        "<H2>Tea</H2>",
        "<p>He said <c> and <d></p> then <em>left</em> for <b>good</b>.",
    ],
)
def test_a_page_is_html(text: str) -> None:
    assert is_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no tags",
        "a < b and c > d",
        "New York <l> AFTER an experience <c> you are <p> The subject <S> and <Q> so <d>",
        "a stop <p> and another <p> and a stray </b> too",
        "<speaker>Hi</speaker> <name>Bo</name>",
        "a <c> word <d> here <l> and <b>one</b> in bold",
        "write to <ann@example.org> or <https://example.org>",
        "List<String> and Map<K, V>",
        "<3 you </3",
    ],
)
def test_words_in_angle_brackets_are_text(text: str) -> None:
    assert not is_html(text)


def test_marks_for_punctuation_do_not_make_a_real_corpus_html(corpora: Path) -> None:
    path = corpora / "authors" / "federalist.csv"
    found = [one for one in read_file(path, name=path.name) if isinstance(one, Document)]
    assert {one.markup for one in found} == {"text"}
