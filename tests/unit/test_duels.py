"""A duel's outcome: who is called the winner and when nobody is, sides, length, and what it may teach."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.duels import Choice, Contender, Duel, DuelId, DuelText, DuelTextId, NewDuel, NewText, Vote
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId
from pipeline.duels import closed_duels, contender_at, outcome, tally_of
from pipeline.rounds import is_test_brief

CONTENDERS: tuple[Contender, ...] = ("one", "other")
AT = datetime(2026, 11, 27, 17, tzinfo=UTC)
Said = tuple[int, str, Choice]  # brief, voter, choice
BRIEFS = [brief for brief in (f"subject number {n}" for n in range(40)) if not is_test_brief(brief)]


def duel(*votes: Said, briefs: int = 6, one: str = "a b c", other: str = "x y z") -> Duel:
    texts = [
        DuelText(
            DuelTextId(2 * number + place),
            NewText(number, contender, BRIEFS[number], 10),
            "written",
            said,
            sends=1,
            answered=1,
            cost_microusd=4,
        )
        for number in range(1, briefs + 1)
        for place, (contender, said) in enumerate(
            zip(CONTENDERS, (f"{one} {number}", f"{other} {number}"), strict=True)
        )
    ]
    wanted = tuple(text.wanted for text in texts)
    facts = NewDuel(
        "T1", VoiceId(1), VoiceModelId(2), VoiceModelId(1), "C1", "UE", ("UO", "UE"), AT, "2026-11", 240, wanted
    )
    said = tuple(Vote(voter, number, choice) for number, voter, choice in votes)
    return Duel(DuelId(7), facts, "open", AT, AT, tuple(texts), said)


def spread(won: int, lost: int, equal: int = 0, bad: int = 0, *, briefs: int = 6) -> list[Said]:
    """So many votes of each kind, dealt out over briefs and voters so that briefs do not differ."""
    said: dict[Choice, int] = {"one": won, "other": lost, "equal": equal, "bad": bad}
    choices = [choice for choice, number in said.items() for _ in range(number)]
    return [(n % briefs + 1, f"U{n // briefs}", choice) for n, choice in enumerate(choices)]


def test_nineteen_to_eight_is_won_and_told_in_numbers() -> None:
    found = outcome(duel(*spread(19, 8, 5, 1)))
    assert (found.tally.won, found.tally.lost, found.tally.equal, found.tally.bad) == (19, 8, 5, 1)
    assert (found.verdict, found.voters, found.briefs) == ("won", 6, 6)
    assert round(100 * found.chance) == 98
    assert round(found.strength.points) == 150


def test_no_winner_is_called_at_thirteen_to_twelve() -> None:
    found = outcome(duel(*spread(13, 12)))
    assert (found.verdict, round(100 * found.chance)) == ("undecided", 58)


@pytest.mark.parametrize(("won", "lost"), [(5, 0), (11, 0), (3, 8)])
def test_below_twelve_votes_there_is_no_verdict(won: int, lost: int) -> None:
    assert outcome(duel(*spread(won, lost))).verdict == "few"


def test_lost_is_won_seen_from_the_other_side() -> None:
    found = outcome(duel(*spread(9, 20)))
    assert found.verdict == "lost"
    assert found.chance == pytest.approx(1 - outcome(duel(*spread(20, 9))).chance)


def test_a_duel_that_one_brief_decides_is_not_won() -> None:
    """Eight voters like the first's text on each of four briefs and the other's on two: briefs differ, not versions."""
    votes: list[Said] = [(n, f"U{v}", "one" if n <= 4 else "other") for n in range(1, 7) for v in range(8)]
    found = outcome(duel(*votes))
    assert (found.tally.won, found.tally.lost, found.verdict) == (32, 16, "undecided")


@settings(deadline=None)  # its time is the machine's
@given(st.permutations(spread(10, 6, 2)))
def test_the_order_of_votes_does_not_matter(votes: Sequence[Said]) -> None:
    assert outcome(duel(*votes)) == outcome(duel(*spread(10, 6, 2)))


@given(st.integers(1, 500), st.integers(1, 20))
def test_sides_are_shuffled_and_each_stands_on_each_side_half_of_the_time(duel_id: int, pairs: int) -> None:
    numbers = range(1, 2 * pairs + 1)
    on_a = [contender_at(DuelId(duel_id), number, "A") for number in numbers]
    assert on_a.count("one") == pairs
    assert all(contender_at(DuelId(duel_id), n, "B") != side for n, side in zip(numbers, on_a, strict=True))


def test_the_first_side_differs_from_duel_to_duel() -> None:
    assert {contender_at(DuelId(n), 1, "A") for n in range(20)} == {"one", "other"}


def test_identical_texts_are_left_out_with_their_votes() -> None:
    same = duel(*spread(12, 0), one="a b c", other="a  b c")
    assert same.bouts == ()
    assert (outcome(same).tally.votes, outcome(same).verdict, outcome(same).chance) == (0, "few", 0.5)


def test_a_brief_that_only_one_could_write_on_is_left_out() -> None:
    whole = duel(*spread(12, 0))
    lost = replace(whole, texts=(replace(whole.texts[0], state="skipped", text=None), *whole.texts[1:]))
    assert [bout.number for bout in lost.bouts] == [2, 3, 4, 5, 6]
    assert outcome(lost).tally.votes == 10


def test_longer_texts_are_told_and_too_few_votes_correct_nothing() -> None:
    found = outcome(duel(*spread(19, 8), one="a b c d e f g h i", other="x y z r"))  # 10 and 5 words with the number
    assert found.longer_share == pytest.approx(1.0)
    assert found.even_length is None


def test_with_enough_votes_and_briefs_length_is_taken_out() -> None:
    found = outcome(duel(*spread(36, 12, briefs=12), briefs=12))
    assert found.even_length is not None
    assert found.even_length.points == pytest.approx(found.strength.points, abs=1)  # all were equally long


def test_votes_of_people_whose_versions_were_trained_on_are_shown_apart() -> None:
    found = outcome(duel((1, "UE", "one"), (2, "UE", "other"), (3, "UE", "one"), (1, "UO", "other")), authors={"UE"})
    assert (found.by_authors.won, found.by_authors.lost) == (2, 1)
    assert (found.tally.won, found.tally.lost) == (2, 2)


def test_a_closed_brief_teaches_only_with_a_better_text() -> None:
    votes: list[Said] = [(1, f"U{n}", "one") for n in range(3)]
    votes += [(2, "U1", "other"), (2, "U2", "other"), (2, "U3", "one")]
    votes += [(3, f"U{n}", "bad") for n in range(4)]
    clear, near, bad, *unvoted = closed_duels(duel(*votes))
    assert (clear.winner, clear.loser, clear.voters, clear.probability) == ("a b c 1", "x y z 1", 3, 15 / 16)
    assert (near.winner, near.voters, near.probability) == ("x y z 2", 3, 11 / 16)  # below 0.75: no pair
    assert (bad.voters, bad.probability) == (4, None)
    assert [one.voters for one in unvoted] == [0, 0, 0]


def test_what_never_was_answered_is_billed_in_full() -> None:
    whole = duel()
    unknown = replace(whole.texts[0], sends=2, answered=1)
    assert replace(whole, texts=(unknown, *whole.texts[1:])).bill_microusd == 12 * 4 + 10


def test_a_tally_counts_each_kind() -> None:
    assert tally_of([Vote("U1", 1, "one"), Vote("U1", 2, "bad"), Vote("U2", 1, "equal")]).votes == 3
