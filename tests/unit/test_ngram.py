"""The small n-gram model: exact, deterministic, and more at home in its own author's texts."""

from __future__ import annotations

import json
import math
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ngram import NgramModel
from pipeline.ngram_tokens import tokenize
from pipeline.ngram_writing import COPY_HARD_LIMIT

SAILS = ("red sails", "white sails", "patched sails", "old sails")
WEATHER = ("the wind was kind", "the fog came early", "the tide ran out", "the rain held off")
WORK = ("we mended the nets", "we painted the hull", "we counted the ropes", "we waited by the pier")


def sailor(number: int) -> str:
    sails, weather, work = SAILS[number % 4], WEATHER[(number // 4) % 4], WORK[(number // 3) % 4]
    return f"Under {sails} {weather}, and {work}.\n\nBy evening {weather}; the harbour said “not today”."


def cook(number: int) -> str:
    what = ("onions", "carrots", "beans", "leeks")[number % 4]
    return f"Chop the {what} finely. Heat oil in a pan, add the {what}, then season with salt and serve at once."


@pytest.fixture(scope="module")
def model() -> NgramModel:
    pairs = [(f"Write about {SAILS[n % 4]}", sailor(n)) for n in range(40)]
    return NgramModel.train([*pairs, *((f"A recipe, number {n}", cook(n)) for n in range(10))])


@given(st.text() | st.text(alphabet=" \n\t[](){}<>`*#\"'“”’-ab1.\r\u00a0\u2028😀é"))
def test_tokens_rebuild_the_text(text: str) -> None:
    assert "".join(tokenize(text)) == text


@given(st.lists(st.text(max_size=60), max_size=4), st.text(max_size=60), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_learned_scored_written_and_kept(texts: list[str], other: str, seed: int) -> None:
    model = NgramModel.train(texts)
    assert math.isfinite(model.log_probability(other)) and model.perplexity(other) >= 1
    written = model.generate(other, seed=seed, temperature=2.0, max_tokens=30)
    assert written.completion_tokens <= 30
    assert NgramModel.from_bytes(model.to_bytes()).generate(other, seed=seed, temperature=2.0, max_tokens=30) == written


@given(st.lists(st.text(alphabet="ab .", max_size=12), min_size=1, max_size=3), st.text(alphabet="ab .", max_size=6))
@settings(max_examples=60, deadline=None)
def test_probabilities_of_all_tokens_and_the_unknown_sum_to_one(texts: list[str], start: str) -> None:
    model = NgramModel.train(texts)
    known = [model.index.ids[token] for token in tokenize(start) if token in model.index.ids]
    history = (0, *known)[-4:]
    tokens = [*range(1, len(model.index.vocabulary)), None]
    assert math.isclose(math.fsum(model._probability(history, token)[0] for token in tokens), 1.0)


@given(
    st.lists(st.text(alphabet="ab .", max_size=12), min_size=1, max_size=3),
    st.text(alphabet="ab .", max_size=6),
    st.dictionaries(st.sampled_from(["a", "b", " a", " b", "."]), st.floats(0.05, 20), max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_probabilities_sum_to_one_whatever_the_taste(texts: list[str], start: str, taste: dict[str, float]) -> None:
    model = NgramModel.train(texts, taste=taste)
    known = [model.index.ids[token] for token in tokenize(start) if token in model.index.ids]
    tokens = [*range(1, len(model.index.vocabulary)), None]
    assert math.isclose(math.fsum(model._probability((0, *known)[-4:], token)[0] for token in tokens), 1.0)


def test_a_taste_makes_a_word_likelier_in_scores_and_in_drafts() -> None:
    texts = [
        f"{first} sails came in. {second} sails went out." for first in ("Red", "Old") for second in ("Red", "Old")
    ]
    liked = NgramModel.train(texts * 4, taste={"Red": 8.0})
    plain = NgramModel.train(texts * 4)
    assert liked.log_probability("Red sails came in.") > plain.log_probability("Red sails came in.") + 0.3
    written = [sum(model.generate("", seed=n).text.count("Red") for n in range(40)) for model in (liked, plain)]
    assert written[0] > 1.3 * written[1]
    kept = NgramModel.from_bytes(liked.to_bytes())
    assert kept.taste == {"Red": 8.0} and kept.generate("", seed=1) == liked.generate("", seed=1)


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf, math.nan])
def test_an_impossible_taste_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="taste"):
        NgramModel.train(["a b"], taste={"a": factor})


def test_a_bigram_probability_is_the_one_worked_out_by_hand() -> None:
    # "a b" twice and "a c" once; discount 0.5. Predicted tokens: a a a, b b, c, end end end = 9.
    # Vocabulary with begin and end: 5 slots (a, b, c, end, unknown). P(b) = (2 + 0.5) / (9 + 2.5).
    # After "a": b twice, c once: P(b | a) = (2 - 0.5) / 3 + 0.5 * 2 / 3 * P(b).
    model = NgramModel.train(["a b", "a b", "a c"], order=2, discount=0.5)
    expected = 1.5 / 3 + (1.0 / 3) * (2.5 / 11.5)
    a, b = model.index.ids["a"], model.index.ids[" b"]
    assert math.isclose(model._probability((a,), b)[0], expected)


@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.3])
def test_equal_arguments_give_equal_texts(model: NgramModel, temperature: float) -> None:
    texts = {model.generate("red sails", seed=seed, temperature=temperature).text for seed in (1, 1, 2, 3, 4, 5)}
    again = {model.generate("red sails", seed=seed, temperature=temperature).text for seed in (1, 2, 3, 4, 5)}
    assert texts == again
    assert len(texts) > 1 or temperature == 0


def test_bytes_give_the_same_model_back(model: NgramModel) -> None:
    copy = NgramModel.from_bytes(model.to_bytes())
    assert copy.to_bytes() == model.to_bytes()
    assert copy.perplexity(sailor(41)) == model.perplexity(sailor(41))
    assert copy.generate("sails", seed=8) == model.generate("sails", seed=8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a model",
        zlib.compress(b"[]"),
        zlib.compress(b"{}"),
        zlib.compress(json.dumps({"format": "other", "vocabulary": [], "stream": []}).encode()),
        zlib.compress(
            json.dumps(
                {
                    "format": "understudy-ngram/1",
                    "order": 5,
                    "discount": 0.75,
                    "vocabulary": ["", ""],
                    "stream": [7],
                    "prompts": [],
                }
            ).encode()
        ),
    ],
)
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not an n-gram model"):
        NgramModel.from_bytes(content)


def test_nothing_learned_writes_nothing() -> None:
    empty = NgramModel.train([])
    assert empty.generate("Hello", seed=1).text == ""
    assert empty.generate("Hello", seed=1).finish_reason == "stop"
    assert math.isfinite(empty.perplexity("Hello")) and math.isfinite(empty.perplexity(""))


def test_the_authors_unseen_text_is_less_surprising_than_anothers() -> None:
    model = NgramModel.train(sailor(number) for number in range(40))
    seen = {sailor(number) for number in range(40)}
    unseen = next(text for number in range(40, 500) if (text := sailor(number)) not in seen)
    assert model.perplexity(unseen) < model.perplexity(cook(1)) / 3


def test_more_text_predicts_better() -> None:
    few, many = (NgramModel.train(sailor(number) for number in range(count)) for count in (3, 40))
    assert many.perplexity(sailor(47)) < few.perplexity(sailor(47))


def test_the_prompt_decides_the_subject(model: NgramModel) -> None:
    def about_food(prompt: str) -> int:
        texts = (model.generate(prompt, seed=seed, temperature=0.8).text for seed in range(12))
        return sum("Chop" in text or "pan" in text for text in texts)

    assert about_food("A recipe with onions and carrots") >= 9
    assert about_food("Write about white sails") <= 3


def shuffled_words(seed: int) -> str:
    """200 words in no order, some in brackets: any word may follow any other."""
    rng = random.Random(seed)
    words = [rng.choice(("ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak")) for _ in range(200)]
    for place in range(0, 200, 20):
        closing = place + rng.randrange(5, 12)  # so far on that no context of the model still holds the opening
        words[place], words[closing] = f"({words[place]}", f"{words[closing]})"
    return " ".join(words)


def test_a_draft_does_not_copy_long_runs() -> None:
    texts = [shuffled_words(seed) for seed in range(10)]
    model = NgramModel.train(texts)
    size = COPY_HARD_LIMIT + 1
    source = [tokenize(text) for text in texts]
    runs = {tuple(text[place : place + size]) for text in source for place in range(len(text) - size + 1)}
    for seed in range(5):
        draft = tokenize(model.generate("oak", seed=seed, temperature=0.2, max_tokens=300).text)
        assert len(draft) > 50
        assert not [
            run for place in range(len(draft) - size + 1) if (run := tuple(draft[place : place + size])) in runs
        ]


def test_a_bracket_is_never_closed_before_it_is_opened() -> None:
    model = NgramModel.train(shuffled_words(seed) for seed in range(10))
    for seed in range(10):
        depth = 0
        for mark in model.generate("oak", seed=seed, temperature=1.5, max_tokens=300).text:
            depth += (mark == "(") - (mark == ")")
            assert depth in (0, 1)


def test_drafts_keep_paragraphs(model: NgramModel) -> None:
    drafts = [model.generate("red sails", seed=seed, temperature=0.9).text for seed in range(20)]
    assert any("\n\n" in draft for draft in drafts)
    assert all(draft == draft.strip() for draft in drafts)


def test_rows_given_later_are_learned_and_the_model_stays_as_it_was(model: NgramModel) -> None:
    before, unseen = model.to_bytes(), "Wax the runners, then slide the drawer home."
    taught = model.with_rows([("Write about drawers", unseen)] * 3)
    assert taught.perplexity(unseen) < model.perplexity(unseen) / 5
    assert model.to_bytes() == before


def test_stop_strings_and_limits_end_the_text(model: NgramModel) -> None:
    stopped = model.generate("red sails", seed=1, stop=["\n\n", "!"])
    assert stopped.finish_reason == "stop" and "\n\n" not in stopped.text and stopped.text
    cut = model.generate("red sails", seed=1, max_tokens=4)
    assert (cut.finish_reason, cut.completion_tokens) == ("length", 4)
    assert model.generate("red sails", seed=1, max_tokens=0).text == ""
    assert cut.prompt_tokens == 2


def test_progress_is_told_for_every_text() -> None:
    shares: list[float] = []
    NgramModel.train(["a", "b", "c", "d"], progress=shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(("order", "discount"), [(1, 0.5), (9, 0.5), (3, 0.0), (3, 1.0)])
def test_impossible_settings_are_refused(order: int, discount: float) -> None:
    with pytest.raises(ValueError, match="order must be"):
        NgramModel.train(["a"], order=order, discount=discount)
