"""Blocks of shown code and what only looks like one."""

import pytest

from pipeline.domain.documents import Markup
from pipeline.stages.code import is_mostly_code
from pipeline.stages.html import to_plain

LISTING = "<html>\n  <head>\n    <title>Hoes</title>\n  </head>\n</html>"
POEM = "The hoe that stood beside the door\nhas gone to live with someone new,\nand nobody can say what for."


@pytest.mark.parametrize(
    ("body", "markup"),
    [
        (f"Before.\n\n```html\n{LISTING}\n```\n\nAfter.", "markdown"),
        ("Before.\n\n    hoe = find(shed)\n    mend(hoe)\n\nAfter.", "markdown"),
        ("<p>Before.</p><pre><code>mend(hoe)</code></pre><p>After.</p>", "html"),
        ("Before.\n<pre>  /\\_/\\\n ( o.o )</pre>\nAfter.", "wordpress"),
    ],
)
def test_a_block_of_code_goes_as_a_whole(body: str, markup: Markup) -> None:
    plain = to_plain(body, markup=markup)
    assert plain.text == "Before.\n\nAfter."
    assert [plain.text[: code.start] for code in plain.code] == ["Before."]


def test_code_that_is_kept_is_kept_as_it_is() -> None:
    plain = to_plain(f"Before &lt;b&gt;.\n\n```html\n{LISTING}\n```\n\nAfter.", markup="markdown", code_out=False)
    assert plain.text == f"Before b.\n\n{LISTING}\n\nAfter."
    assert [plain.text[code.start : code.end] for code in plain.code] == [LISTING]


@pytest.mark.parametrize(
    ("body", "markup", "text"),
    [
        ("Type `mend(hoe)` now.", "markdown", "Type mend(hoe) now."),
        (f"<pre>{POEM}</pre>", "wordpress", POEM),
        ('<pre class="wp-block-verse">A hoe</pre>', "wordpress", "A hoe"),
        ("<pre>To sharpen:\n1. hold the blade flat\n2. push it over the stone</pre>", "html", None),
    ],
)
def test_words_that_only_keep_their_lines_stay(body: str, markup: Markup, text: str | None) -> None:
    plain = to_plain(body, markup=markup)
    assert plain.code == ()
    assert text is None or plain.text == text


def test_prose_and_elements_indented_by_accident_are_read_as_meant() -> None:
    prose = "It was **not** meant to be shown as code, of course, but somebody had pressed a key four times too often."
    body = f"<div>\n\n    <blockquote>\n    Said she.\n    </blockquote>\n\n</div>\n\n    {prose}\n\nEnd."
    assert to_plain(body, markup="markdown").text == f"> Said she.\n\n{prose.replace('**', '')}\n\nEnd."


def test_a_link_around_code_keeps_its_words() -> None:
    plain = to_plain('<a href="/x"><pre>a = b</pre>words</a> end', markup="html")
    assert plain.text == "words end"
    assert [plain.text[link.start : link.end] for link in plain.anchors] == ["words"]


def test_a_text_with_more_code_than_words_is_mostly_code() -> None:
    listing = "\n".join(f"    hoe_{number} = mend(hoe)" for number in range(20))
    for code_out in (True, False):
        assert is_mostly_code(to_plain(f"Then run this.\n\n{listing}", markup="markdown", code_out=code_out))
        assert not is_mostly_code(to_plain(f"{'Words. ' * 70}\n\n{listing}", markup="markdown", code_out=code_out))
