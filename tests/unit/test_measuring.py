"""What a new version is tried on, and what an evaluation tells of right answers, loss and pace."""

from dataclasses import replace

from hypothesis import given, settings

from bot.measuring import perplexity
from bot.slack.measure_words import loss_words, pace_words, right_words
from pipeline.domain.documents import Split
from pipeline.domain.origins import Text, Version
from pipeline.domain.voices import Purpose
from pipeline.few_shot import ANSWERS, held_out, trials
from pipeline.purpose_metrics import compared
from tests.unit.test_few_shot import ROWS, version


def sorting(rows: list[tuple[Split, int]], purpose: Purpose = "classification") -> Version:
    """As version, but each request has a label for its answer."""
    whole = version(rows)
    rows_for = replace(whole.making.rows_for, purpose=purpose)
    texts = {
        key: Text(f"Sort this: only{number}x", ("good", "bad")[number % 2]) for number, key in enumerate(whole.texts)
    }
    return replace(whole, making=replace(whole.making, rows_for=rows_for), texts=texts)


@given(ROWS)
@settings(deadline=None)
def test_answers_are_tried_as_they_were_asked_and_never_on_what_was_trained(rows: list[tuple[Split, int]]) -> None:
    whole = sorting(rows)
    tried = trials(whole)
    trained = {whole.texts[fate.key].prompt for fate in whole.fates if fate.split == "train"}
    assert not trained & {one.prompt for one in tried}
    assert len(tried) == min(ANSWERS, sum(split != "train" for split, _ in rows))
    real = {text.prompt: text.completion for text in whole.texts.values()}
    assert all(real[one.prompt] == one.text for one in tried)
    tested = min(ANSWERS, sum(split == "test" for split, _ in rows))
    splits = {whole.texts[fate.key].prompt: fate.split for fate in whole.fates}
    assert [splits[one.prompt] for one in tried][:tested] == ["test"] * tested


@given(ROWS)
@settings(deadline=None)
def test_posts_are_tried_by_their_titles_as_before(rows: list[tuple[Split, int]]) -> None:
    assert trials(version(rows)) == held_out(version(rows))
    assert trials(sorting(rows, "generation")) == held_out(sorting(rows, "generation"))


def test_a_request_that_stands_twice_is_asked_once() -> None:
    whole = sorting([("test", 10)] * 3)
    same = {key: replace(text, prompt="Sort this") for key, text in whole.texts.items()}
    assert [one.prompt for one in trials(replace(whole, texts=same))] == ["Sort this"]


def test_contenders_are_compared_on_what_all_of_them_answered() -> None:
    """voice: 2 of the 2 shared ones right, and a third that plain did not answer. plain: 1 of 2."""
    real = {"one": "good", "two": "bad", "three": "good"}
    voice, plain = {"one": "good", "two": "bad", "three": "odd"}, {"one": "good", "two": "good"}
    found = compared(real, "classification", {"voice": voice, "plain": plain})
    assert found["requests"] == 2
    recalls = {who: metrics[1] for who, metrics in found["by"].items()}
    assert recalls == {"voice": {"name": "recall", "value": 1.0}, "plain": {"name": "recall", "value": 0.5}}
    assert compared(real, "classification", {"voice": voice, "plain": {}}) == {}
    assert compared(real, "classification", {}) == {}


RIGHT = {
    "requests": 12,
    "by": {
        "voice": [{"name": "precision", "value": 0.81}, {"name": "F1", "value": 0.784}],
        "plain": [{"name": "precision", "value": 0.4}, {"name": "F1", "value": 0.5}],
    },
}


def test_right_answers_are_told_beside_the_untrained_base() -> None:
    [said] = right_words({"right": RIGHT})
    assert (
        said == "On 12 requests with a known answer: *precision 0.81, F1 0.78* (plain model: precision 0.40, F1 0.50)."
    )
    assert list(right_words({})) == []
    assert list(right_words({"right": {}})) == []


def test_the_loss_says_of_which_texts() -> None:
    assert loss_words({"loss": 1.2, "loss_is_held_out": True, "perplexity": perplexity(1.2)}) == (
        "loss 1.20 on held-out texts, perplexity 3.3"
    )
    assert loss_words({"loss": 30.0, "loss_is_held_out": False, "perplexity": perplexity(30.0)}) == (
        "loss 30.00 on the training texts"
    )
    assert loss_words({}) == ""


def test_the_pace_stands_beside_its_target() -> None:
    assert pace_words(9.2, 30) == "9 s per draft (target 30) ✅"
    assert pace_words(30.4, 30) == "30 s per draft (target 30) ⚠️"
    assert pace_words(9.2, None) == "9 s per draft"
