"""Who may draft, as values: what makes the circle wider, and how it is said without calling anybody."""

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.drafter_words import EVERYBODY, counted, may_draft, named
from pipeline.drafters import are_channels, are_groups, are_people, is_wider

NAMES = st.lists(st.sampled_from(["C1", "G2", "S3", "S4", "U5", "W6", "U7"]), unique=True).map(tuple)


def test_everybody_is_the_widest_circle() -> None:
    assert is_wider((), than=("C1",))
    assert not is_wider(("C1",), than=())
    assert not is_wider((), than=())


def test_one_more_name_is_wider_and_one_less_is_not() -> None:
    assert is_wider(("C1", "U5"), than=("C1",))
    assert is_wider(("U5",), than=("C1",))  # another circle lets somebody in who was not
    assert not is_wider(("C1",), than=("C1", "U5"))


@given(NAMES, NAMES)
def test_whoever_is_named_stays_inside_what_is_not_wider(after: tuple[str, ...], before: tuple[str, ...]) -> None:
    if not is_wider(after, than=before):
        assert before == () or (after != () and set(after) <= set(before))


@given(NAMES)
def test_each_name_is_of_one_kind(names: tuple[str, ...]) -> None:
    kinds = are_channels(names), are_groups(names), are_people(names)
    assert sorted(one for kind in kinds for one in kind) == sorted(names)


def test_words_name_everybody_who_may() -> None:
    assert may_draft(()) == counted(()) == EVERYBODY
    circle = ("U5", "C1", "S3", "G2", "U7")
    assert named(circle) == "<#C1>, <#G2>, <!subteam^S3>, <@U5> and <@U7>"
    assert may_draft(circle) == "members of <#C1> and <#G2> and <!subteam^S3>, <@U5> and <@U7>"
    assert counted(circle) == "members of <#C1> and <#G2>, 1 user group and 2 people"
    assert counted(("U5",)) == "1 person"


@given(NAMES)
def test_what_many_read_mentions_nobody(names: tuple[str, ...]) -> None:
    assert "<@" not in counted(names)
    assert "<!" not in counted(names)
