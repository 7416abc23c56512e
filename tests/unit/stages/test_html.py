"""Bodies become words: nothing of the markup stays, nothing of the text is lost."""

import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import Markup
from pipeline.stages.html import to_plain

from .writing import markdown_posts, needs_corpora, wordpress_posts

MARKUPS: tuple[Markup, ...] = ("wordpress", "html", "markdown", "text")
LETTER = " ".join(["Letters used to be broken where the typewriter rang, and mail programs kept to that habit."] * 3)
LEFTOVER = re.compile(r"<[a-zA-Z/]|<!--|&(?:amp|lt|gt|nbsp|quot|#\d+);")


@pytest.mark.parametrize(
    ("body", "markup", "text"),
    [
        ("One\ntwo.\n\nThree", "wordpress", "One\ntwo.\n\nThree"),
        ("<!-- wp:paragraph --><p>One\ntwo.</p><!-- /wp:paragraph -->", "wordpress", "One two."),
        ("<p>One\n two.</p><p>Three</p>", "html", "One two.\n\nThree"),
        ("<p>One<br>two<br><br>three</p>", "html", "One\ntwo\n\nthree"),
        ("a<strong>b</strong>c <em> d </em> e", "html", "abc d e"),
        ("<h2>Head</h2>text<h4>Sub</h4>", "html", "## Head\n\ntext\n\n## Sub"),
        ("x<ul><li>a</li><li><p>b</p></li></ul>y", "html", "x\n\n- a\n- b\n\ny"),
        ("<ol start=3><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "html", "3. a\n  - b\n4. c"),
        ("<blockquote><p>a</p><p>b</p></blockquote>c", "html", "> a\n\n> b\n\nc"),
        ("<pre>a  b\n  c</pre>", "html", "a  b\n  c"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "html", "a | b\n1 | 2"),
        ("<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>", "html", "One.\n\nTwo."),
        ("<script>x</script>a<style>y</style><form>z</form><iframe>q</iframe>", "html", "a"),
        ('<figure><img alt="alt"/><figcaption>caption</figcaption></figure>a', "html", "a"),
        ("is <del>not </del>so", "html", "is so"),
        ("a&nbsp;b &amp;amp; c &#8217; AT&T", "html", "a b & c ’ AT&T"),
        ("I <3 it, a < b <bob@x.org>", "html", "I <3 it, a < b bob@x.org"),
        ("use &lt;b&gt; and List&lt;String&gt;s", "html", "use b and List String s"),
        ("&lt;p&gt;escaped&lt;/p&gt;", "html", "escaped"),
        ('So &lt;a href="/x" rel="y"&gt;a &lt;b&gt;hoe&lt;/b&gt;&lt;/a&gt;.', "html", "So a hoe."),
        ('<p>the <code>&lt;a rel="license"&gt;</code> sign</p>', "html", 'the a rel="license" sign'),
        ("a <!-- never closed", "html", "a never closed"),
        ('a<sup><a href="#fn1">1</a></sup> b', "html", "a b"),
        ("zero\u200bwidth soft\u00adhyphen", "html", "zerowidth softhyphen"),
        ("LuÃ\u00ads", "html", "LuÃ\u00ads"),
        ("# Head\n\nsoft\nbreak *a* **b**\n\n- x\n\n- y", "markdown", "## Head\n\nsoft break a b\n\n- x\n- y"),
        ("a[^1] b\n\n[^1]: note", "markdown", "a b\n\nnote"),
        ("words{: .lead}\n\n[span]{#id} x", "markdown", "words\n\nspan x"),
        ("**4) Chains—**But done._Each week_", "markdown", "4) Chains—But done. Each week"),
        ('[a](/b "say "this" now")', "markdown", "a"),
        ("a  b \r\n\r\n\r\n c", "text", "a b\n\nc"),
        ("<p>a</p><p>b</p>", "text", "a\n\nb"),
        ("x < y and 1<2", "text", "x < y and 1<2"),
        ("A hoe <c> a rake <S> or <Q> both <p> Good <p>", "text", "A hoe, a rake; or both. Good."),
        ("One <p> Two</p>", "text", "One\n\nTwo"),
    ],
)
def test_words_keep_their_shape(body: str, markup: Markup, text: str) -> None:
    assert to_plain(body, markup=markup, code_out=False).text == text


def test_hard_wrapped_lines_are_joined() -> None:
    assert to_plain(f"{textwrap.fill(LETTER, 70)}\n\nYours", markup="text").text == f"{LETTER}\n\nYours"


def test_lines_that_end_where_the_author_wanted_stay() -> None:
    lines = "\n".join(
        f"{number} lines stood where the author had put each one of them{end}"
        for number, end in [("Six", "."), ("Seven", "; no typewriter did"), ("Nine", "."), ("Ten", ".")]
    )
    assert to_plain(lines, markup="text").text == lines


def test_tags_and_comments_are_counted() -> None:
    plain = to_plain("<!-- wp:x --><p>a<br/>b</p><!-- /wp:x -->", markup="wordpress")
    assert (plain.tags, plain.comments) == (3, 2)


def test_in_markdown_only_written_tags_are_counted() -> None:
    assert to_plain("*a* <b>c</b>\n\n<div>d</div>", markup="markdown").tags == 4


def test_anchors_cover_the_words_of_links() -> None:
    plain = to_plain(
        'A <a href="http://x.org">link <b>here</b> </a>. <a name="n">No.</a> <a href="/"><img></a>', markup="html"
    )
    assert [(a.rule, plain.text[a.start : a.end], a.replacement) for a in plain.anchors] == [
        ("link", "link here", "link here")
    ]


def test_anchors_move_with_words_whose_brackets_went() -> None:
    plain = to_plain('&lt;i&gt; x <a href="/a">the &lt;b&gt; tag</a>', markup="html")
    assert [plain.text[a.start : a.end] for a in plain.anchors] == ["the b tag"]


@pytest.mark.parametrize("body", ["<div>" * 1_000_000 + "deep", ">" * 100_000 + "deep"])
@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_deep_nesting_keeps_the_words(body: str, markup: Markup) -> None:
    assert "deep" in to_plain(body, markup=markup).text


PIECES = (
    *("<p>", "</p>", "<b", ">", "<", "&amp;", "&lt;", "&", "amp;", "#38;", "<!--", "-->", "a", "<ul>", "<li>", "</li>"),
    *("`", "*", "_", "[x](y)", "é", "# ", "<a href='/x'>", "</a>", "<table>", "<td>", "<pre>", " ", "\n", "\n\n"),
    *("> ", "- ", "\xa0"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.sampled_from(MARKUPS))
def test_no_markup_is_left(body: str, markup: Markup) -> None:
    plain = to_plain(body, markup=markup)
    assert not LEFTOVER.search(plain.text)
    assert plain.text == plain.text.strip()
    assert "\n\n\n" not in plain.text
    for anchor in plain.anchors:
        assert plain.text[anchor.start : anchor.end] == anchor.replacement


@given(st.text(max_size=200))
def test_plain_text_stays_as_it_is_the_second_time(body: str) -> None:
    once = to_plain(body, markup="text").text
    assert to_plain(once, markup="text").text == once


@needs_corpora
def test_real_posts_keep_no_markup() -> None:
    posts = [*wordpress_posts("cc-labs.xml"), *markdown_posts("benbalter"), *markdown_posts("digitalgov")]
    assert [post.document_id for post in posts if LEFTOVER.search(post.text)] == []


@pytest.mark.parametrize("sign", ["<S>", "<form>", "<del>", "<button type=submit>", "<title>"])
def test_a_dropped_element_that_never_ends_takes_nothing_with_it(sign: str) -> None:
    """The Federalist's signs for punctuation once cost 91 % of its words."""
    plain = to_plain(
        f"The subject speaks {sign} comprehending <c> the safety of the parts <p> and more.", markup="html"
    )
    assert " ".join(plain.text.split()) == "The subject speaks comprehending the safety of the parts and more."


def test_struck_out_words_go_where_the_strike_ends() -> None:
    assert to_plain("<p>Keep <s>not this</s> that.</p>", markup="html").text == "Keep that."
