"""A draft and its better version: shares, kinds, diffs, and what is dropped."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.drafting import DraftId, NewRewrite, Rewrite, RewriteId
from pipeline.rewrites import (
    Submission,
    as_thumbs_up,
    change_kind,
    changed_share,
    diff,
    diff_text,
    is_fix,
    read_submission,
)

TEN = "one two three four five six seven eight nine ten"


@pytest.mark.parametrize(
    ("draft", "rewrite", "share"),
    [
        (TEN, TEN, 0.0),
        (TEN, TEN.replace("five", "FIVE"), 0.1),  # 1 exchanged of 10
        (TEN, TEN.replace(" five", ""), 0.1),  # 1 taken out
        (TEN, TEN + " eleven twelve", 0.2),  # 2 put in
        (TEN, "", 1.0),
        ("", "a new text", 1.0),
        ("", "", 0.0),
        ("a b", "c d e f g h", 1.0),  # 6 of 2, never over 1
        (TEN, TEN.replace(" ", "\n\n"), 0.0),  # line ends are no words
        ('It\'s "good" - really', "It’s “good” – really", 0.0),  # typographic signs are no change
        ("cafe\u0301 au lait", "caf\u00e9 au lait", 0.0),
    ],
)
def test_the_share_is_words_changed_by_words_of_the_draft(draft: str, rewrite: str, share: float) -> None:
    assert changed_share(draft, rewrite) == pytest.approx(share)


@pytest.mark.parametrize(
    ("share", "kind"),
    [
        (0.0, "same"),
        (0.0299, "same"),
        (0.03, "correction"),
        (0.7, "correction"),
        (0.7001, "different article"),
        (1.0, "different article"),
    ],
)
def test_kinds_by_share(share: float, kind: str) -> None:
    assert change_kind(share) == kind


@pytest.mark.parametrize(
    ("message", "fix", "text"),
    [
        ("fix: Better words", True, "Better words"),
        ("  FIX :\nBetter words\n", True, "Better words"),
        ("fix:fix: twice", True, "fix: twice"),
        ("prefix: Better words", False, "prefix: Better words"),
        ("I will fix: it", False, "I will fix: it"),
    ],
)
def test_the_fix_prefix_is_stripped_once(message: str, fix: bool, text: str) -> None:
    assert is_fix(message) is fix
    assert read_submission(message) == Submission(text)


@pytest.mark.parametrize(
    ("message", "text", "links"),
    [
        ("See <https://a.example/x|our post> now.", "See our post now.", ("https://a.example/x",)),
        ("See <https://a.example/x>.", "See.", ("https://a.example/x",)),
        ("<https://a.example|https://a.example> first", "first", ("https://a.example",)),
        ("Mail <mailto:a@b.example|a@b.example> us", "Mail a@b.example us", ("mailto:a@b.example",)),
        ("As [we said](https://a.example/x) (https://b.example).", "As we said.", None),
        ("Fish &amp; chips &lt;3 &amp;lt;", "Fish & chips <3 &lt;", ()),
        ("Hello <@U123> and <!here>", "Hello <@U123> and <!here>", ()),
        ("two  blanks stay without links", "two  blanks stay without links", ()),
        ("a\n\nhttps://a.example/x\n\nb", "a\n\nb", ("https://a.example/x",)),
    ],
)
def test_links_are_noted_and_dropped(message: str, text: str, links: tuple[str, ...] | None) -> None:
    links = ("https://a.example/x", "https://b.example") if links is None else links
    assert read_submission(message) == Submission(text, links)


def test_what_a_modal_sends_is_not_unescaped() -> None:
    assert read_submission("AT&amp;T <b>", slack_escaped=False) == Submission("AT&amp;T <b>")


def test_a_diff_strikes_and_adds_and_escapes_the_rest() -> None:
    draft = "Dear <!channel>, we *really* love cats & dogs.\n\nBye"
    rewrite = "Dear <!channel>, we love cats & very big dogs.\n\nSee you"
    assert diff_text(draft, rewrite) == (
        "Dear &lt;!channel&gt;, we ~∗really∗~ love cats &amp; *very big* dogs.\n\n~Bye~ *See you*"
    )


def test_formats_never_reach_over_a_line_end() -> None:
    shown = diff_text("old one\nold two", "new a b\n\nnew c d")
    for line in shown.split("\n"):
        assert line.count("~") % 2 == 0 and line.count("*") % 2 == 0


def test_a_version_that_is_the_same_is_its_writers_thumbs_up() -> None:
    facts = NewRewrite("T1", DraftId(1), "UANN", "C1", "100.5", TEN, 0.0)
    thumb = as_thumbs_up(Rewrite(RewriteId(1), facts, 1, False, datetime(2026, 11, 21, tzinfo=UTC)))
    assert (thumb.user, thumb.name, thumb.present) == ("UANN", "+1", True)


texts = st.lists(
    st.sampled_from(["a", "b", "the", "cat’s", "cat's", "*x*", "~y~", "<z>", "&", "\n", "\n\n", "end."]), max_size=25
).map(" ".join)
anything = st.text(max_size=60)


@given(texts | anything, texts | anything)
def test_a_diff_holds_both_texts(draft: str, rewrite: str) -> None:
    pieces = diff(draft, rewrite)
    straight = str.maketrans("‘’“”–—‛„‟", '\'\'""--\'""')
    words = {
        kinds: " ".join(piece.text for piece in pieces if piece.kind in kinds).split()
        for kinds in (("kept", "removed"), ("kept", "added"))
    }
    assert words["kept", "added"] == rewrite.split()
    assert changed_share(" ".join(words["kept", "removed"]), draft) == 0.0
    assert " ".join(words["kept", "removed"]).translate(straight).split() or not draft.split()


@given(texts | anything, texts | anything)
def test_a_diff_shows_nothing_that_slack_would_act_on(draft: str, rewrite: str) -> None:
    shown = diff_text(draft, rewrite)
    assert "<" not in shown and ">" not in shown and "`" not in shown
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    for line in shown.split("\n"):
        assert line.count("~") % 2 == 0 and line.count("*") % 2 == 0


@given(texts | anything, texts | anything)
def test_a_share_is_a_share_and_zero_only_for_the_same_words(draft: str, rewrite: str) -> None:
    share = changed_share(draft, rewrite)
    assert 0.0 <= share <= 1.0
    assert changed_share(draft, draft) == 0.0
    straight = str.maketrans("‘’“”–—‛„‟", '\'\'""--\'""')
    same = [unicodedata.normalize("NFC", text.translate(straight)).split() for text in (draft, rewrite)]
    assert (share == 0.0) == (same[0] == same[1])


@given(anything)
def test_a_submission_without_links_keeps_every_word(text: str) -> None:
    read = read_submission(text, slack_escaped=False)
    if not read.links and not is_fix(text):
        assert read.text == text.strip()
