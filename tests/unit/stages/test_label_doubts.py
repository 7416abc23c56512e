"""Labels that most of the nearest requests do not bear out."""

from collections.abc import Sequence
from random import Random

import pytest

from pipeline.domain.documents import DocumentId
from pipeline.stages import label_doubts
from pipeline.stages.answers import Answer
from pipeline.stages.label_doubts import NEIGHBOURS, find_doubts

SUBJECTS = {
    "bread": "oven flour dough yeast crust loaf knead proof crumb baker salt butter rye sourdough tin",
    "boats": "harbour mast sail anchor tide hull rope deck captain oar keel mooring ferry wind chart",
    "roses": "garden prune thorn petal bud mulch hedge bloom stem soil spade compost trellis scent seed",
}


def requests(label: str, count: int, *, seed: int = 0) -> list[Answer]:
    """About the label's subject, each in other words."""
    chance = Random(f"{label} {seed}")
    words = SUBJECTS[label].split()
    return [
        Answer(DocumentId(f"{label} {number}"), " and the ".join(chance.sample(words, 6)), label.title())
        for number in range(count)
    ]


def relabelled(answers: Sequence[Answer], number: int, label: str) -> list[Answer]:
    wrong = Answer(answers[number].key, answers[number].prompt, label)
    return [*answers[:number], wrong, *answers[number + 1 :]]


def test_a_request_among_others_of_its_kind_with_another_label_is_doubted() -> None:
    answers = [*relabelled(requests("bread", 40), 7, "Boats"), *requests("boats", 40), *requests("roses", 40)]
    (doubt,) = find_doubts(answers)
    assert (doubt.key, doubt.given, doubt.others) == ("bread 7", "Boats", "Bread")


def test_labels_that_words_do_not_tell_are_not_judged() -> None:
    chance = Random(3)
    answers = [
        Answer(one.key, one.prompt, chance.choice(["yes", "no"])) for label in SUBJECTS for one in requests(label, 60)
    ]
    assert find_doubts(answers) == []


def test_a_label_with_fewer_texts_than_neighbours_is_not_outvoted() -> None:
    few = [Answer(one.key, one.prompt, "Rye") for one in requests("bread", NEIGHBOURS, seed=1)]
    answers = [*requests("bread", 60), *requests("boats", 60), *few]
    assert find_doubts(answers) == []


def test_one_rare_word_in_common_is_not_enough() -> None:
    lone = Answer(DocumentId("lone"), "xylophone zither", "Boats")
    alike = [Answer(DocumentId(f"zither {n}"), f"zither {SUBJECTS['bread']}", "Bread") for n in range(3)]
    answers = [*requests("bread", 40), *requests("boats", 40), *alike, lone]
    assert "lone" not in {doubt.key for doubt in find_doubts(answers)}


def test_of_a_large_set_some_have_a_vote_and_all_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_doubts, "VOTERS", 60)
    answers = [*requests("bread", 80), *requests("boats", 80), *requests("roses", 80)]
    for number in (4, 5, 6, 7):
        answers = relabelled(answers, number, "Roses")
    assert {doubt.key for doubt in find_doubts(answers)} == {f"bread {number}" for number in (4, 5, 6, 7)}


@pytest.mark.parametrize("count", [0, 1, NEIGHBOURS])
def test_few_requests_are_not_judged(count: int) -> None:
    assert find_doubts([*requests("bread", count), *requests("boats", count)]) == []
