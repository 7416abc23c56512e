"""The editor's version of a draft is a correction, whatever the draft looks like."""

import pytest

from bot.demo.cast import BRIEFS, briefs_for
from bot.demo.writing import better
from pipeline.rewrites import change_kind, changed_share
from pipeline.rounds import is_test_brief

SENTENCE = "The spade was blunt, and I did not know it until the clay came."


@pytest.mark.parametrize(
    "draft",
    [
        "\n\n".join([f"{SENTENCE} {SENTENCE}"] * 4),
        f"{SENTENCE}\n\n" + " ".join([SENTENCE] * 9),
        " ".join([SENTENCE] * 3),
        SENTENCE,
        " ".join(["word"] * 300),
    ],
)
def test_the_edit_is_neither_the_same_nor_another_article(draft: str) -> None:
    assert change_kind(changed_share(draft, better(draft))) == "correction"


def test_a_draft_of_one_word_gets_another_one() -> None:
    assert better("Spade.") not in ("", "Spade.")


def test_the_briefs_are_ones_whose_feedback_trains() -> None:
    first, second = briefs_for()
    assert not is_test_brief(first) and not is_test_brief(second)
    assert first != second and {first, second} <= set(BRIEFS)
