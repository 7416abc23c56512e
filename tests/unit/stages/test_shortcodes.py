"""Shortcodes are found; brackets and braces in prose are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.choices import apply_marks
from pipeline.stages.shortcodes import find_shortcodes

from .order import assert_in_order
from .writing import needs_corpora, wordpress


def without(body: str) -> str:
    return apply_marks(body, find_shortcodes(body))


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ('[caption id="a" width="3"]<img src="x"/> Words[/caption]\n\nHi', "Hi"),
        ("a [gallery] b", "a b"),
        ("[youtube http://x.org/y]", ""),
        ('[contact-form][contact-field label="Name"/][/contact-form]', ""),
        ("[box]kept[/box]", "kept"),
        ("[row][column]kept[/column][/row]", "kept"),
        ('[button url="http://x.org/[y]"]Go[/button]', "Go"),
        ("[caption id=”attachment_1”]x[/caption]", ""),
        ("[unknown id=3] x", "x"),
        ("[cce lang=csharp]List<String> a;[/cce]", "<pre>List&lt;String&gt; a;</pre>"),
        ('{{< legacy-img src="a.jpg" alt="b" >}}DOD', "DOD"),
        ("{{% note %}}kept{{% /note %}}", "kept"),
        ("{% include x.html %} and {{ page.title }}", "and"),
        ("{% comment %}gone{% endcomment %}x", "x"),
        ('[words]({{< ref "a.md" >}}) x', "[words](/) x"),
        ('[words]({{< ref "a.md" >}} "Title")', '[words](/ "Title")'),
        ("{% raw %}{{ kept }}{% endraw %}", "{{ kept }}"),
    ],
)
def test_shortcodes_are_taken_out(body: str, after: str) -> None:
    assert without(body) == after


@pytest.mark.parametrize(
    "body",
    [
        "[the] [sic] [deep] [and] [a-z] [1] [0-9] […] [x]",
        "[words](http://x.org/a) [words][ref] [ref]: http://x.org",
        "- [ ] open\n- [x] done",
        "[where n=5] [see http://x.org]",
        '[said the man <a href="http://x.org" class="y">here</a>]',
        "[[gallery]]",
        '`{{ shown }}` and\n```\n{% include x %}\n[gallery ids="1"]\n```',
        "<pre>[gallery]</pre>",
        "[video] is what they call it",
        "function() { return {a: [b]} }",
    ],
)
def test_prose_and_shown_code_stay(body: str) -> None:
    assert find_shortcodes(body) == []


@given(st.text(alphabet='[]{}%<>/ab ="\n`', max_size=80))
def test_marks_are_in_order_and_in_bounds(body: str) -> None:
    assert_in_order(body, find_shortcodes(body))


@needs_corpora
def test_real_wordpress_posts_lose_captions_and_keep_bracketed_prose() -> None:
    found = [d.body[m.start : m.end] for d in wordpress("cc-labs.xml") for m in find_shortcodes(d.body)]
    assert sum(words.startswith("[caption") for words in found) == 11
    assert all(words.startswith(("[caption", "{{", "{%")) for words in found)
