"""A draft's tone against its owner's own range."""

from typing import Any

from bot.features.drafting.note_views import to_look_at
from pipeline.tone import MIN_PASSAGES, OutOfTone, out_of_tone, tone, tone_range

CALM = "The meeting is at ten. We will read the numbers and then decide what to build. Nothing else is on the list. "
OWN = [f"{CALM * 6} The room has {number} chairs." for number in range(MIN_PASSAGES)]


def measures(text: str, own: list[str] = OWN) -> list[str]:
    usual = tone_range(own, 100)
    assert usual is not None
    return [one.measure for one in out_of_tone(text, usual)]


def test_the_owners_own_tone_is_no_warning() -> None:
    assert measures(CALM * 6) == []


def test_rude_words_are_told_where_the_owner_has_none() -> None:
    assert measures(CALM * 5 + "This damn plan is shit.") == ["rude words"]


def test_whoever_swears_may_be_imitated_swearing() -> None:
    own = [f"{CALM * 4} This damn plan is shit, all {number} parts of it." for number in range(MIN_PASSAGES)]
    assert measures(CALM * 5 + "This damn plan is shit.", own) == []


def test_a_draft_may_be_politer_than_its_owner() -> None:
    own = [f"{CALM * 4} This damn plan is shit, all {number} parts of it." for number in range(MIN_PASSAGES)]
    assert "rude words" not in measures(CALM * 6, own)


def test_gladder_and_gloomier_are_told_apart() -> None:
    usual = tone_range(OWN, 100)
    assert usual is not None
    (glad,) = out_of_tone("I love this wonderful, amazing team! What a great and happy day! " * 9, usual)
    (gloomy,) = out_of_tone("This is a terrible, horrible failure. I hate this awful misery. " * 9, usual)
    assert (glad.sentence, gloomy.sentence) == (
        "gladder than the owner ever sounds",
        "gloomier than the owner ever sounds",
    )


def test_lean_is_counted_by_phrases_of_either_side() -> None:
    # 40 words, two phrases of one side: 2 * 1000 / 40
    left = "They fight for the minimum wage and the middle class. " + "We went to see it all again. " * 4
    words = len(left.split())
    assert tone(left)["lean"] == -2 * 1000 / words
    assert measures(CALM * 3 + left) == ["lean"]
    assert OutOfTone("lean", -9.0, 0.0, 0.0).sentence.startswith("more phrases of the political left")


def test_too_few_passages_have_no_range() -> None:
    assert tone_range(OWN[: MIN_PASSAGES // 2], 1000) is None


def test_a_draft_out_of_tone_is_told_to_whoever_reads_it() -> None:
    calm = tuple(f"{CALM * 6} The room has {number} chairs." for number in range(MIN_PASSAGES))
    facts: dict[str, Any] = {"repeated": [], "length_off": None, "cut": False}
    usual = tone_range(calm, 100)
    assert usual is not None
    tones = [one.sentence for one in out_of_tone("This is a terrible, horrible failure. I hate this. " * 9, usual)]
    assert to_look_at(facts | {"tone": tones}) == [
        "Tone: gloomier than the owner ever sounds. Read it twice before you use it."
    ]
    assert to_look_at(facts) == []
