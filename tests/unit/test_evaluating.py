"""Held-out drafts against the owner's posts; and what drifted since the version before."""

import random

from bot.features.evaluation.views import told
from pipeline.domain.documents import DocumentId, ExampleId, Filters, Recipe, Split
from pipeline.domain.origins import Fate, Making, RowsFor, Text, Version
from pipeline.drift import Shape, drifted
from pipeline.evaluating import evaluated
from pipeline.examples import assign_splits
from pipeline.rounds import is_test_brief

OWN = "We went to the {noun} and it was closed, so we came back. I think that was a mistake, but she did not."
OTHER = "Whereas the foregoing {noun}, upon which the matter rests, was scarcely to be disputed; it follows thereof."
NOUNS = ("hammer", "garden", "letter", "window", "engine", "bridge", "ledger", "kettle")


def text(manner: str, seed: int, words: int = 800) -> str:
    chance = random.Random(seed)
    said: list[str] = []
    while len(" ".join(said).split()) < words:
        said.append(manner.format(noun=chance.choice(NOUNS)))
    return "\n\n".join(said)


def version(train: int = 12, tested: int = 3) -> Version:
    splits: list[Split] = ["train" if number < train else "test" for number in range(train + tested)]
    keys = [DocumentId(f"a.csv\n{number}") for number in range(len(splits))]
    fates = tuple(Fate(key, key, None, ExampleId(key), split) for key, split in zip(keys, splits, strict=True))
    texts = {key: Text(f"About {key}", text(OWN, number)) for number, key in enumerate(keys)}
    return Version(Making(Recipe(Filters()), (), RowsFor("", "o200k_base", True, 8192), "1", "hash"), fates, texts)


def test_a_voice_stands_near_its_owner_and_a_plain_model_does_not() -> None:
    found = evaluated(version(), {"voice": [text(OWN, 91)], "plain": [text(OTHER, 92)], "few-shot": []})
    likeness = found["likeness"]
    assert likeness["by"]["voice"] > 0.8 > 0.2 > likeness["by"]["plain"]
    assert likeness["own"] > 0.8
    assert "few-shot" not in likeness["by"]


def test_what_the_drafts_have_that_posts_have_not_is_counted() -> None:
    draft = text(OWN, 91) + " See https://example.org/made-up for more."
    found = evaluated(version(), {"voice": [draft]})
    assert found["links"] == 1
    assert found["copied"] == 1  # its sentences stand in the posts as they are


def test_too_few_texts_are_said_and_the_rest_is_told_all_the_same() -> None:
    found = evaluated(version(train=3), {"voice": [text(OWN, 91)]})
    assert found["likeness"] == {"why": "too few texts"}
    assert found["words"] > 700


def test_longer_drafts_and_drafts_like_one_another_are_told() -> None:
    before, after = Shape(500, 0.02), Shape(700, 0.10)
    assert drifted(before, after) == (
        "drafts are 40 % longer",
        "drafts are more like one another: 10 % of their phrases come twice, 2 % before",
    )
    assert drifted(before, Shape(580, 0.05)) == ()


def test_sameness_is_the_share_of_runs_in_common() -> None:
    # runs of four: "a b c d", "b c d e" against "a b c d", "b c d f": one of two
    assert Shape.of(["a b c d e", "a b c d f"]).sameness == 0.5


def test_over_ten_rounds_nothing_that_was_trained_on_is_ever_a_test_and_test_briefs_stay() -> None:
    """The set grows by forty topics a round; some texts turn out to be copies of others on the way."""
    trained: set[str] = set()
    test_briefs: dict[str, bool] = {}
    for number in range(1, 11):
        topics = {f"post {one}": f"topic {one}" for one in range(40 * number)}
        copies = [{f"post {one}", f"post {one + 7}"} for one in range(0, 40 * number - 7, 31)]
        splits = assign_splits(topics, copies)
        held_out = {key for key, split in splits.items() if split != "train"}
        trained |= {key for key, split in splits.items() if split == "train"}
        assert not held_out & trained
        assert held_out
        now = {topic: is_test_brief(topic) for topic in topics.values()}
        assert all(now[topic] == was for topic, was in test_briefs.items())
        test_briefs |= now
    assert 0 < sum(test_briefs.values()) < len(test_briefs) / 4


FACTS = {
    "handle": "founder",
    "version": 2,
    "drafts": 6,
    "likeness": {
        "why": None,
        "by": {"voice": 0.81, "few-shot": 0.55, "plain": 0.41},
        **{"own": 0.86, "low": 0.62, "high": 0.97, "words": 700, "is_weak": False},
    },
    "traits": ["sentences 30 % longer than the owner's"],
    **{"links": 0, "copied": 0, "tone": [], "drift": ["drafts are 40 % longer"], "p50_s": 9.1, "p95_s": 11.0},
    **{"draft_microusd": 1_000, "cost_microusd": 18_000},
}


def rendered(**changed: object) -> str:
    block = told({**FACTS, **changed}).blocks[0].to_dict()
    return str(block["text"]["text"])


def test_the_thread_says_the_number_beside_the_owners_own_and_the_baselines() -> None:
    assert rendered() == (
        "🧪 *founder v2* on 6 requests it never saw\n"
        "Likeness *0.81* (the owner's own posts 0.86, plain model + posts 0.55, plain model 0.41).\n"
        "The owner's own passages of 700 words lie between 0.62 and 0.97; this is among them.\n"
        "What differs: sentences 30 % longer than the owner's.\n"
        "links 0 · drafts with copied passages 0 · tone within the owner's range ✅ · 9 s per draft, the slowest 11 s"
        " · $0.001 a draft, $0.018 for all of this\n"
        "⚠️ Compared with the version before: drafts are 40 % longer."
    )


def test_what_could_not_be_measured_says_why() -> None:
    assert "Likeness isn't measured: the owner has fewer than 5,000 words" in rendered(
        likeness={"why": "too few texts"}
    )
