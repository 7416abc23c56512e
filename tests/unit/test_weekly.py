"""A week of drafts beside the four before it, with the arithmetic shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain.drafting import Written
from pipeline.round_rows import JudgedDraft
from pipeline.verdicts import VerdictState
from pipeline.weekly import Week, alarms, by_chance, week_of, weeks_of
from tests.unit.test_rounds import draft, rewrite

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
USUAL = Week(20, 10, 12, 0.15, 6, 0, 9.0, 1.0, 0.02)


def at(
    number: int, state: VerdictState, when: datetime, *, words: int = 500, share: float | None = None
) -> JudgedDraft:
    judged = draft(number, state, *([rewrite(number, share=share)] if share is not None else []))
    text = " ".join(f"word{number}x{at}" for at in range(words))
    asked = replace(judged.draft.asked, words=500)
    written = Written(text, 1, 1, 1_000, 1_000 * number, "stop")
    return replace(judged, draft=replace(judged.draft, asked=asked, written=written, created_at=when))


def test_a_week_counts_what_was_asked_in_its_seven_days_and_nothing_else() -> None:
    days = [MONDAY, MONDAY - timedelta(seconds=1), MONDAY - timedelta(days=7), MONDAY - timedelta(days=8)]
    drafts = [at(number, "good", when) for number, when in enumerate(days, start=1)]
    last, before = weeks_of(drafts, until=MONDAY)
    assert (last.asked, before.asked) == (2, 1)
    assert weeks_of([at(1, "good", MONDAY - timedelta(days=36))], until=MONDAY)[1].asked == 0


def test_what_a_week_came_to() -> None:
    """Accepted: the good one and the corrected one, of three judged. Edited: 0.2. Middle of 1, 2, 3, 4 s: 2.5."""
    found = week_of(
        [
            at(1, "good", MONDAY),
            at(2, "thin", MONDAY, share=0.2),
            at(3, "bad", MONDAY),
            at(4, "thin", MONDAY),
        ]
    )
    assert (found.asked, found.accepted, found.judged, found.edited, found.corrections) == (4, 2, 3, 0.2, 1)
    assert (found.cost_microusd, found.middle_s, found.length) == (4_000, 2.5, 1.0)
    assert week_of([]).middle_s is None


def test_fewer_accepted_than_chance_explains_is_an_alarm_and_a_bad_day_is_none() -> None:
    """2 of 12 against 40 of 50: Fisher, one-sided, 0.0001. 8 of 12 against 40 of 50: 0.26."""
    before = replace(USUAL, accepted=40, judged=50)
    assert alarms(replace(USUAL, accepted=2, judged=12), before) == (
        "17 % of the judged drafts were accepted, 80 % in the four weeks before",
    )
    assert alarms(replace(USUAL, accepted=8, judged=12), before) == ()
    assert alarms(replace(USUAL, accepted=0, judged=9), before) == ()  # too few judged


@pytest.mark.parametrize(
    ("given", "chance"),
    [((0, 1, 1, 1), 0.5), ((0, 2, 2, 2), 1 / 6), ((1, 2, 2, 2), 0.5), ((2, 2, 2, 2), 1.0)],
)
def test_chance_is_counted_exactly(given: tuple[int, int, int, int], chance: float) -> None:
    """0 of 2 and 2 of 2: of the 6 ways to choose 2 good ones of 4, one has both in the second group."""
    assert by_chance(*given) == pytest.approx(chance)


def test_more_to_correct_is_an_alarm_from_five_corrections_on() -> None:
    more = replace(USUAL, edited=0.25)
    assert alarms(more, USUAL) == ("corrections change 25 % of the words, 15 % before",)
    assert alarms(replace(more, corrections=4), USUAL) == ()
    assert alarms(replace(USUAL, edited=0.24), USUAL) == ()


def test_length_counts_against_what_was_asked_for() -> None:
    longer = [at(number, "thin", MONDAY - timedelta(days=1), words=650) for number in range(10)]
    usual = [at(number, "thin", MONDAY - timedelta(days=9)) for number in range(10)]
    assert alarms(*weeks_of([*longer, *usual], until=MONDAY)) == ("drafts are 30 % longer",)
    assert alarms(*weeks_of([*longer[1:], *usual], until=MONDAY)) == ()
    asked_long = [replace(one, draft=replace(one.draft, asked=replace(one.draft.asked, words=650))) for one in longer]
    assert alarms(*weeks_of([*asked_long, *usual], until=MONDAY)) == ()
