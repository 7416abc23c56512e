"""Dialects of Markdown: their signs go, their words stay, and shown code is left alone."""

import pytest

from pipeline.stages.html import to_plain


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (":::info[Edit — May 12]\nNow with rakes.\n:::\n\nEnd.", "Edit — May 12\n\nNow with rakes.\n\nEnd."),
        (":::note\nMind the tines.\n:::", "Mind the tines."),
        (":::warning Mind the tines\nThey bite.\n:::", "Mind the tines\n\nThey bite."),
        ("::: {.aside}\nWords.\n:::", "Words."),
        ("So :quote[a hoe is *not* a [rake](/r)]{#hoe} to me.", "So a hoe is not a rake to me."),
        (":quote[A hoe.]\n\nEnd.", "A hoe.\n\nEnd."),
        ("Smile :smile: at 10:30 and see a:b[c].", "Smile :smile: at 10:30 and see a:b[c]."),
        ("Do [write](mailto:a@x.org?subject=A hoe) to me.", "Do write to me."),
        ("Write `:quote[words]` here.", "Write :quote[words] here."),
        ('import Box from "../box"\n\nexport const meta = {\n  hoe: 1,\n}\n\nWords.', "Words."),
        ("import hoes from Sheffield.\nexport them too.", "import hoes from Sheffield. export them too."),
        ('Words.\n\n<Box nth="last">\n\nInside *it*.\n\n</Box>\n\n<Cta />', "Words.\n\nInside it."),
        ("Words.\n\nexpirydate: 2025-01-01\n---\n\nMore.", "Words.\n\nMore."),
        ("Words.\n\n---\nslug: a-hoe\ntopics:\n  - hoes\n---\n\nMore.", "Words.\n\nMore."),
        ("Words.\n\nSource: a shed\n---\n\nMore.", "Words.\n\n## Source: a shed\n\nMore."),
    ],
)
def test_signs_of_dialects_go_and_words_stay(source: str, text: str) -> None:
    assert to_plain(source, markup="markdown").text == text


def test_shown_dialect_is_kept_as_it_is() -> None:
    shown = ':::info[Edit]\nimport Box from "../box"\n<Box />\n:::'
    assert to_plain(f"```mdx\n{shown}\n```", markup="markdown", code_out=False).text == shown
