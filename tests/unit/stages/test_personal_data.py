"""Health notes, social security numbers and home addresses: of one person, never of people at large."""

import pytest

from pipeline.stages.choices import apply_marks
from pipeline.stages.health import find_health
from pipeline.stages.identifiers import find_identifiers


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("My father was diagnosed with lung cancer in May.", "My father was diagnosed with lung [health] in May."),
        ("In 2019 I was diagnosed with ADHD.", "In 2019 I was diagnosed with [health]."),
        ("Later Anna Berg died of pneumonia at home.", "Later Anna Berg died of [health] at home."),
        ("She has type 2 diabetes and walks a lot.", "She has type 2 [health] and walks a lot."),
        ("It was my depression that spoke.", "It was my [health] that spoke."),
        ("We visited my sister's migraine clinic after her fight with her epilepsy.", None),
        ("His wife Carol had a heart attack.", None),
    ],
)
def test_an_illness_said_of_one_person_is_masked(text: str, masked: str | None) -> None:
    marks = find_health(text)
    if masked is not None:
        assert apply_marks(text, marks) == masked
    assert all(mark.rule == "personal-data" and mark.replacement == "[health]" for mark in marks)


@pytest.mark.parametrize(
    "text",
    [
        "The site helps people diagnosed with cancer and their families.",
        "Users fight depression with the PTSD Coach.",
        "AIDS.gov had more visitors than ever, and cancer research pays.",
        "Parkinson's law of triviality is well known to my father.",
        "Patients with diabetes were asked. I was not.",
        "They live through a great depression of prices.",
        "I wrote about it. Cancer is a word that scares.",
    ],
)
def test_illness_at_large_is_no_ones_data(text: str) -> None:
    assert find_health(text) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Her number is 536-90-4399, she said.", "Her number is [ssn], she said."),
        ("I live at 14 Mill Lane, Lodewell and like it.", "I live at [address] and like it."),
        ("My address is 7 Elm Street.", "My address is [address]."),
    ],
)
def test_what_points_at_one_person_is_masked(text: str, masked: str) -> None:
    assert apply_marks(text, find_identifiers(text)) == masked


@pytest.mark.parametrize(
    "text",
    [
        "The sample card showed 078-05-1120.",
        "Part 1536-90-4399 is out of stock; 000-12-3456 and 666-12-3456 never were numbers.",
        "We meet at 1800 F Street on Monday.",
        "The server answers at 52.85.89.103.",
        "-90-4399",
    ],
)
def test_samples_parts_and_venues_are_no_ones_data(text: str) -> None:
    assert find_identifiers(text) == []
