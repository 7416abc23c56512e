"""Who of those that speak is taken for the voice without asking."""

import pytest

from bot.features.datasets.files.speakers import guessed_speakers, with_guess
from pipeline.domain.preparing import FileFacts
from pipeline.domain.reading import ReadOptions, SpeakerSeen, TableColumns

OWNER = ["Mara Quill", "founder"]


def speaking(*names: str) -> tuple[SpeakerSeen, ...]:
    return tuple(SpeakerSeen(name, name, 100, "Words.") for name in names)


@pytest.mark.parametrize(
    ("names", "guess"),
    [
        (("Host", "Mara Quill"), ("Mara Quill",)),
        (("Host", "mara  quill"), ("mara  quill",)),
        (("Host", "Mara"), ("Mara",)),
        (("Mara Stone", "Mara"), ("Mara",)),
        (("Host", "Guest"), ()),
        (("Speaker 1", "Speaker 2"), ()),
        (("Anybody",), ("Anybody",)),
    ],
)
def test_the_owner_is_known_by_name_and_nobody_else_is_taken(names: tuple[str, ...], guess: tuple[str, ...]) -> None:
    assert guessed_speakers(speaking(*names), OWNER) == guess


def test_a_first_name_that_two_people_have_is_no_guess() -> None:
    both = (SpeakerSeen("a", "Mara", 1, ""), SpeakerSeen("b", "Mara", 1, ""))
    assert guessed_speakers(both, OWNER) == ()


def test_what_a_person_chose_is_not_guessed_over() -> None:
    chosen = (ReadOptions(speakers=("Host",)),)
    assert with_guess(chosen, FileFacts(speakers=speaking("Host", "Mara")), OWNER) == chosen


def test_columns_that_were_chosen_stay_when_speakers_are_guessed() -> None:
    columns = (TableColumns("a.csv", (("body", 1),), has_header=True),)
    (_, guessed) = with_guess((ReadOptions(columns),), FileFacts(speakers=speaking("Host", "Mara")), OWNER)
    assert guessed == ReadOptions(columns, ("Mara",))
