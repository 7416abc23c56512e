"""Text from people, files and models: it may look odd in Slack, it can never call anybody."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.forms import in_form
from bot.slack.mrkdwn import UNSEEN, clipped, day, escape, moment, person, quoted, shortened, unescape, usd

CONTROL = re.compile(r"<[@#!h]")
PIECES = ["<", ">", "&", "!channel", "<!here>", "<@U0OWNER>", "&lt;", "*", "`", "_", "~", " ", "\n", "a", "é", "👀"]
hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join)


@given(hostile)
def test_escaped_text_has_nothing_slack_acts_on(text: str) -> None:
    for safe in (escape(text), quoted(text)):
        assert "<" not in safe
        assert ">" not in safe
        assert not re.search(r"&(?!amp;|lt;|gt;)", safe)


@given(hostile)
def test_unescape_gives_back_what_was_typed(text: str) -> None:
    assert unescape(escape(text)) == UNSEEN.sub("", text)


@given(
    st.lists(st.sampled_from([*PIECES, "\u202e", "\u2066", "\u200b", "\x00", "\x1b", "\ufeff", "\ud800"])).map("".join)
)
def test_what_cannot_be_seen_turns_and_hides_nothing(text: str) -> None:
    for safe in (escape(text), quoted(text)):
        assert not {"\u202e", "\u2066", "\u200b", "\x00", "\x1b", "\ufeff", "\ud800"} & set(safe)


def test_writing_that_needs_joiners_keeps_them() -> None:
    for word in ("می\u200cخواهم", "👩\u200d🔧", "❤\ufe0f", "a\u200eb"):
        assert escape(word) == word


@given(hostile)
def test_quoted_text_cannot_end_its_bold_or_its_code(text: str) -> None:
    assert not {"*", "`"} & set(quoted(text))


@given(hostile, st.integers(1, 60))
def test_a_cut_is_short_enough_and_tears_nothing_apart(text: str, length: int) -> None:
    mine = f"{escape(text)} <@U0OWNER> {escape(text)}"
    cut = clipped(mine, length)
    assert len(cut) <= length
    assert not re.search(r"&(?!amp;|lt;|gt;)", cut)
    assert cut.replace("<@U0OWNER>", "").count("<") == 0
    assert mine.startswith(cut.removesuffix("…"))


@given(hostile, st.integers(2, 60))
def test_shortened_is_one_line_of_at_most_so_many_characters(text: str, length: int) -> None:
    short = shortened(text, length)
    assert len(short) <= length
    assert "\n" not in short


@pytest.mark.parametrize("name", ["U1> <!channel", "<!here>", "someone", "U", ""])
def test_only_an_id_becomes_a_mention(name: str) -> None:
    assert not CONTROL.search(person(name))
    assert person("U0OWNER") == "<@U0OWNER>"


@pytest.mark.parametrize(
    ("microusd", "shown"),
    [
        (0, "$0"),
        (8_800_000, "$8.80"),  # 73,333 tokens × 4 epochs × $0.03 / 1,000
        (1, "under $0.0001"),
        (100, "$0.0001"),
        (1_234, "$0.0012"),
        (50_000, "$0.05"),
        (118_000, "$0.12"),
        (40_000_000, "$40.00"),
        (1_234_567_890, "$1,234.57"),
    ],
)
def test_amounts_keep_what_matters(microusd: int, shown: str) -> None:
    assert usd(microusd) == shown


@given(st.integers(100, 10**13))
def test_an_amount_is_never_off_by_more_than_half_a_cent(microusd: int) -> None:
    shown = usd(microusd)
    assert shown.startswith("$")
    assert abs(float(shown[1:].replace(",", "")) * 1_000_000 - microusd) <= 5_000


def test_times_are_in_the_readers_zone_with_words_for_others() -> None:
    at = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
    assert moment(at) == "<!date^1793714520^{date_short_pretty} {time}|3 Nov 2026 14:02 UTC>"
    assert moment(at.isoformat()) == moment(at)
    assert day(at) == "<!date^1793714520^{date_short}|3 Nov 2026>"


def test_an_error_below_a_field_is_plain_text() -> None:
    sentence = "`founder` already exists (steward <@U0STEWARD>). Pick &lt;another&gt; name, <@U0OWNER>."
    assert in_form(sentence) == "`founder` already exists. Pick <another> name, ."
    assert len(in_form("word " * 99)) <= 150
