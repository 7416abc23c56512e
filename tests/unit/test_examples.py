"""Rows: prompts, splits, hashes and the format that is sent."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import DocumentId, PromptStyle, Split
from pipeline.domain.prepared import Example
from pipeline.examples import (
    MIN_ROWS_TO_HOLD_OUT,
    RowMaker,
    assign_splits,
    content_hash,
    example_id,
    format_errors,
    messages_of,
    to_jsonl,
)
from pipeline.prompts import MAX_POINT_WORDS, MAX_POINTS, Cleaned, Salience, key_points, topic_of

BODY = (
    "Teams that write down their skills plan better than others. Nobody asks for a yearly review of the whole firm. "
    "A quarterly look at each desk costs an hour and saves a month. Small tests beat long interviews."
)
SENTENCE = (
    "Managers who measure skills every quarter find out early, long before the yearly review, who needs training."
)
ORDER: dict[Split, int] = {"test": 0, "validation": 1, "train": 2}
topics = st.lists(st.text("abcdefghij ", min_size=1, max_size=8), max_size=60)


def text(number: int = 0, **values: object) -> Cleaned:
    facts: dict[str, object] = {
        "key": DocumentId(f"blog.xml\n{number}"),
        "document_id": DocumentId(str(number)),
        "title": f"Measuring skill {number}",
        "text": BODY,
        "markup": "wordpress",
    }
    return Cleaned(**{**facts, **values})  # type: ignore[arg-type]  # a test's shorthand


def rows(texts: list[Cleaned], style: PromptStyle = "mixed") -> tuple[Example, ...]:
    maker = RowMaker("You write in the voice of Ada.", style, lambda contents: sum(map(len, contents)))
    salience = Salience.of(one.text for one in texts)
    splits = assign_splits({one.key: one.topic for one in texts})
    return tuple(example(maker, one, salience, splits[one.key]) for one in texts)


def example(maker: RowMaker, one: Cleaned, salience: Salience, split: Split = "train") -> Example:
    row = maker.row(one, salience)
    words = len(one.text.split())
    return Example(
        example_id(one.key, one.text), one.document_id, maker.system, row.prompt, one.text, split, row.tokens, words
    )


# Prompts


def test_a_prompt_that_came_with_the_document_is_used_as_it_is() -> None:
    assert rows([text(prompt="  Say hello! ")])[0].prompt == "  Say hello! "


def test_half_the_prompts_are_titles_and_half_are_briefs() -> None:
    prompts = [row.prompt for row in rows([text(number) for number in range(200)])]
    titles = sum("“Measuring skill" in prompt for prompt in prompts)
    assert 80 <= titles <= 120
    assert sum("\n- " in prompt for prompt in prompts) == 200 - titles


@pytest.mark.parametrize(("style", "briefs"), [("title", 0), ("brief", 20)])
def test_a_recipe_may_want_one_style_only(style: PromptStyle, briefs: int) -> None:
    assert sum("\n- " in row.prompt for row in rows([text(n) for n in range(20)], style)) == briefs


def test_a_prompt_is_the_same_in_every_round() -> None:
    few, many = rows([text(3)]), rows([text(number) for number in range(50)])
    assert few[0].prompt == many[3].prompt or "\n- " in few[0].prompt  # words of a brief follow the set


@pytest.mark.parametrize(
    ("values", "thing"),
    [
        ({}, "blog post"),
        ({"kind": "page"}, "web page"),
        ({"markup": "text"}, "text"),
        ({"kind": "release-note"}, "text"),
    ],
)
def test_the_request_names_the_kind_of_text(values: dict[str, object], thing: str) -> None:
    assert f" a {thing}" in rows([text(0, **values)], "title")[0].prompt


def test_a_talk_is_not_written() -> None:
    prompts = [row.prompt for row in rows([text(n, register="spoken") for n in range(20)])]
    assert not any("Write" in prompt or "Draft" in prompt for prompt in prompts)


def test_an_untitled_text_gets_a_brief_and_an_untitled_scrap_still_a_request() -> None:
    assert "\n- " in rows([text(title="")], "title")[0].prompt
    assert rows([text(title="", text="Well.")], "title")[0].prompt == "Write a short blog post."


def test_headings_are_the_brief_when_there_are_some() -> None:
    body = "\n\n".join(f"## Part {n} of the plan\n\n{SENTENCE}" for n in range(6))
    points = key_points(body, Salience.of([body]))
    assert points == ("Part 0 of the plan", "Part 1 of the plan", "Part 3 of the plan", "Part 4 of the plan")


words = st.lists(
    st.sampled_from(["the", "of", "skill", "review", "and,", "growth;", "hiring.", "why?", "—", "(so)", "-", "plan"]),
    min_size=1,
)


@given(st.lists(words.map(" ".join), min_size=1, max_size=12).map("\n\n".join))
def test_points_are_few_short_and_from_the_text(body: str) -> None:
    points = key_points(body, Salience.of([body, SENTENCE]))
    assert len(points) <= MAX_POINTS
    assert len(points) != 1
    assert all(len(point.split()) <= MAX_POINT_WORDS for point in points)
    assert all(" ".join(point.split()) in " ".join(body.split()) for point in points)


def test_a_point_never_ends_on_a_function_word() -> None:
    body = "Growth that nobody planned for the. Hiring that everybody wanted in a. " * 4
    assert all(point.split()[-1] not in {"the", "a", "for", "in"} for point in key_points(body, Salience.of([body])))


def test_a_long_clause_is_never_given_away() -> None:
    body = " ".join(f"The {' '.join(f'word{n}x{step}' for step in range(MAX_POINT_WORDS))}." for n in range(6))
    assert key_points(body, Salience.of([body])) == ()


def test_points_have_no_loose_signs() -> None:
    body = "“The gutter is always *full*,” she said to us. The slow hook is hers.” We mended the gutter [twice]. "
    assert key_points(body * 2, Salience.of([body])) == ("The gutter is always full", "We mended the gutter twice")


# Splits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Managing Expectations", "managing expectations!"),
        ("The Art of the Review", "Review: art"),
        ("Ｍanaging expectations", "Managing expectation"),
    ],
)
def test_titles_that_say_the_same_are_one_topic(one: str, other: str) -> None:
    assert topic_of(one) == topic_of(other)


def test_instalments_of_a_series_are_topics_of_their_own() -> None:
    assert topic_of("Week 12") != topic_of("Week 13")


@given(topics)
def test_keys_of_one_topic_share_a_split(names: list[str]) -> None:
    splits = assign_splits({str(n): name for n, name in enumerate(names)})
    for name in set(names):
        assert len({splits[str(n)] for n, other in enumerate(names) if other == name}) == 1


@given(topics, st.data())
def test_nearly_equal_texts_share_a_split(names: list[str], data: st.DataObject) -> None:
    keys = [str(n) for n in range(len(names))]
    together = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
    splits = assign_splits(dict(zip(keys, names, strict=True)), [together])
    assert len({splits[key] for key in together}) <= 1


@given(st.lists(st.sets(st.integers(0, 199).map(str), max_size=4), max_size=20))
def test_joining_texts_never_moves_a_trained_one_into_the_test(joined: list[set[str]]) -> None:
    names = {str(n): f"topic {n}" for n in range(200)}
    apart, together = assign_splits(names), assign_splits(names, joined)
    assert all(ORDER[together[key]] >= ORDER[apart[key]] for key in names)


@given(topics, topics, st.randoms())
def test_a_set_that_grows_never_moves_a_trained_text_into_the_test(
    before: list[str], added: list[str], order: random.Random
) -> None:
    old = {name: name for name in before}
    grown = list({**old, **{name: name for name in added}}.items())
    order.shuffle(grown)
    first, second = assign_splits(old), assign_splits(dict(grown))
    assert all(ORDER[second[key]] >= ORDER[first[key]] for key in old if len(old) >= MIN_ROWS_TO_HOLD_OUT)


@given(st.sets(st.integers(0, 10**6), min_size=MIN_ROWS_TO_HOLD_OUT, max_size=40))
def test_a_set_of_ten_topics_has_every_split(numbers: set[int]) -> None:
    assert set(assign_splits({str(n): f"topic {n}" for n in numbers}).values()) == {"train", "validation", "test"}


def test_one_in_eight_is_test_and_one_in_eight_validation() -> None:
    splits = list(assign_splits({str(n): f"topic {n}" for n in range(4000)}).values())
    assert 450 <= splits.count("test") <= 550
    assert 450 <= splits.count("validation") <= 550


# Hashes and format


def test_the_hash_does_not_depend_on_the_order_of_reading() -> None:
    texts = [text(number) for number in range(30)]
    assert content_hash(rows(texts)) == content_hash(rows(texts[::-1]))


@pytest.mark.parametrize(
    "change", [{"text": "Other words."}, {"title": "Another title"}, {"prompt": "Asked otherwise"}]
)
def test_the_hash_notices_every_change(change: dict[str, object]) -> None:
    texts = [text(number) for number in range(3)]
    assert content_hash(rows([*texts, text(4)], "title")) != content_hash(rows([*texts, text(4, **change)], "title"))


def test_two_sources_may_use_the_same_ids() -> None:
    one, other = rows([text(1), text(1, key=DocumentId("other.xml\n1"))])
    assert one.document_id == other.document_id
    assert one.example_id != other.example_id


def test_a_row_is_written_as_the_provider_takes_it() -> None:
    (row,) = rows([text(prompt="Ask", text="Tell\u2028more “now”")])
    line = to_jsonl([row])
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line) == {
        "messages": [
            {"role": "system", "content": "You write in the voice of Ada."},
            {"role": "user", "content": "Ask"},
            {"role": "assistant", "content": "Tell\u2028more “now”"},
        ]
    }


def test_without_a_system_message_a_row_has_two() -> None:
    maker = RowMaker("", "title", len)
    row = example(maker, text(), Salience.of([BODY]))
    assert [message["role"] for message in messages_of(row)] == ["user", "assistant"]
    assert row.tokens == 2


GOOD = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 1}]}


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        (GOOD, {}),
        ("text", {"data_type": 1}),
        ({}, {"missing_messages_list": 1}),
        ({"messages": []}, {"missing_messages_list": 1}),
        ({"messages": [{"role": "assistant"}]}, {"message_missing_key": 1}),
        ({"messages": [*GOOD["messages"], {"role": "user", "content": "a", "x": 1}]}, {"message_unrecognized_key": 1}),
        ({"messages": [*GOOD["messages"], {"role": "boss", "content": "a"}]}, {"unrecognized_role": 1}),
        ({"messages": [{"role": "assistant", "content": ""}]}, {"missing_content": 1}),
        ({"messages": [{"role": "assistant", "content": ["a"]}]}, {"missing_content": 1}),
        ({"messages": [{"role": "user", "content": "a"}]}, {"example_missing_assistant_message": 1}),
    ],
)
def test_format_errors_have_the_cookbooks_names(row: object, errors: dict[str, int]) -> None:
    assert format_errors([row]) == errors


@given(st.lists(st.tuples(st.text(), st.text(min_size=1)), max_size=5))
def test_what_is_written_can_be_sent(pairs: list[tuple[str, str]]) -> None:
    texts = [text(n, title=title, text=body) for n, (title, body) in enumerate(pairs)]
    clean = [one for one in texts if one.text.encode(errors="ignore").decode() == one.text]
    lines = to_jsonl(rows([one for one in clean if one.title.encode(errors="ignore").decode() == one.title]))
    assert format_errors(json.loads(line) for line in lines.decode().split("\n") if line) == {}
