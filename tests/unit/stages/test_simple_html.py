"""The fast path through ordinary HTML says what a parser says, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import Markup
from pipeline.stages.html import _by_tree, to_plain
from pipeline.stages.plain_writer import PlainWriter
from pipeline.stages.simple_html import Unusual, write_simple

_TAGS = (
    "p div em b span a ul ol li h2 blockquote pre code figure figcaption del s q sup table td font script iframe aside"
)
_NAMES = _TAGS.split()
_ATTRIBUTES = [
    "",
    ' href="/x"',
    ' href="#fn1"',
    ' class="wp-caption x"',
    ' start="3"',
    ' title="a > b"',
    " width=5",
    " x",
]
_TEXTS = [
    "word",
    " two words ",
    "\n",
    "\n\n",
    "a\nb",
    "&amp;",
    "&nbsp;",
    "&amp;lt;p&gt;",
    "é “x”",
    "1",
    "<",
    ">",
    "a < b",
    " ",
]
_LEAVES = [
    *_TEXTS,
    "<br>",
    "<br/>",
    '<img src="x"/>',
    "<hr>",
    "<!-- x -->",
    "<!--",
    "</p>",
    "<p>",
    "<li>",
    "\u200b",
    "\t",
]


def _element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = st.tuples(st.sampled_from(_NAMES), st.sampled_from(_ATTRIBUTES), st.lists(inside, max_size=4))
    return parts.map(lambda one: f"<{one[0]}{one[1]}>{''.join(one[2])}</{one[0]}>")


_HTML = st.lists(st.recursive(st.sampled_from(_LEAVES), _element, max_leaves=12), max_size=5).map("".join)
_ORDERLY = st.lists(
    st.recursive(st.sampled_from(_TEXTS), _element, max_leaves=12).filter(lambda html: "< " not in html), max_size=5
).map("".join)


@given(_HTML | _ORDERLY, st.booleans())
def test_the_fast_path_writes_what_the_tree_says(html: str, newlines_count: bool) -> None:
    writer = PlainWriter()
    try:
        tags = write_simple(html, writer, newlines_count=newlines_count)
    except Unusual:
        return
    by_tree = PlainWriter()
    tags_by_tree = _by_tree(html, by_tree, newlines_count=newlines_count)
    assert (writer.text(), tags) == (by_tree.text(), tags_by_tree)
    assert [(a.start, a.end) for a in writer.anchors] == [(a.start, a.end) for a in by_tree.anchors]
    assert writer.code == by_tree.code


@pytest.mark.parametrize(
    "html",
    [
        '<p>One <a href="/x">link</a>,<br/>two &amp; three.</p>\n<ul>\n<li>item</li>\n</ul>',
        '<div class="post"><h2>Head</h2><figure><img src="x"><figcaption>gone</figcaption></figure></div>',
        '<p>Note<sup><a href="#fn1">1</a></sup></p><!-- wp:more --><ol start="3"><li>three</li></ol>',
    ],
)
def test_ordinary_posts_take_the_fast_path(html: str) -> None:
    write_simple(html, PlainWriter(), newlines_count=False)


@pytest.mark.parametrize(
    "html", ["<p>a<p>b", "<b><i>x</b></i>", "<p>a<div>b</div></p>", "x < y", "<a><a>x</a></a>", "<x>y</x>"]
)
def test_what_a_browser_would_repair_is_left_to_a_parser(html: str) -> None:
    with pytest.raises(Unusual):
        write_simple(html, PlainWriter(), newlines_count=False)


def test_paragraphs_of_links_and_lines_of_marked_up_code_stay_apart() -> None:
    links = '<a href="/1">One</a>\n\n<a href="/2">Two</a>'
    assert to_plain(links, markup="wordpress").text == "One\n\nTwo"
    assert to_plain("<pre><b>a</b>\n<b>b</b></pre>", markup="html", code_out=False).text == "a\nb"


@pytest.mark.parametrize(
    "piece", ["[", "> ", "- ", "`", "<b>", "**<pre>", "](", "<!--", "|a|b\n|-|-\n", "&", "<a x='", "~~"]
)
def test_a_hundred_thousand_signs_in_a_row_do_not_hold_a_reader_up(piece: str) -> None:
    markups: tuple[Markup, ...] = ("markdown", "wordpress")
    for markup in markups:
        to_plain(piece * (100_000 // len(piece)), markup=markup)  # pytest's own time limit ends what grows too fast
