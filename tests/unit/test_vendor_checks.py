"""Each check of OpenAI's classic preparation tool and of its cookbook notebook, as docs/reference/checks.md tells.

A test for each line of that page, in its order.
"""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain.documents import Document, DocumentId, Recipe
from pipeline.domain.prepared import Prepared
from pipeline.errors import UnreadableFile, UnreadableType
from pipeline.examples import format_errors, messages_of, to_jsonl
from pipeline.models.tokens import token_counter
from pipeline.runner import Target, prepare
from pipeline.sources.reading import read_file

TARGET = Target("Answer.", 8192, lambda text: len(text.split()))


def rows(tmp_path: Path, *pairs: tuple[str, str], recipe: Recipe | None = None, target: Target = TARGET) -> Prepared:
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"prompt": prompt, "completion": completion}) for prompt, completion in pairs]
    path.write_text("\n".join(lines))
    return prepare(read_file(path, name=path.name), recipe or Recipe(), target)


def found(prepared: Prepared, rule: str) -> Any:
    return next((finding for finding in prepared.findings if finding.rule == rule), None)


def ids(prepared: Prepared, rule: str) -> tuple[str, ...]:
    return tuple(found(prepared, rule).document_ids)


def labelled(*labels: str) -> list[tuple[str, str]]:
    return [(f"Is request number {number} kind?", label) for number, label in enumerate(labels)]


# The classic tool


def test_1_the_number_of_examples(tmp_path: Path) -> None:
    assert found(rows(tmp_path, *labelled(*["yes"] * 9)), "few-examples").severity == "blocker"
    assert found(rows(tmp_path, *labelled(*["yes"] * 50)), "few-examples").severity == "info"
    assert found(rows(tmp_path, *labelled(*["yes"] * 100)), "few-examples") is None


@pytest.mark.parametrize("named", [("Prompt", "Completion"), ("PROMPT", "completion")])
def test_2_and_3_the_two_columns_whatever_their_case(tmp_path: Path, named: tuple[str, str]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({named[0]: "Is it kind?", named[1]: "yes"}))
    (document,) = [item for item in read_file(path, name=path.name) if isinstance(item, Document)]
    assert (document.prompt, document.body) == ("Is it kind?", "yes")


def test_3_without_a_completion_nothing_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"prompt": "Is it kind?", "colour": 4}))
    with pytest.raises(UnreadableFile):
        list(read_file(path, name=path.name))


def test_4_other_columns_are_not_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"prompt": "Is it kind?", "completion": "yes", "secret_score": "SECRET"}))
    prepared = prepare(read_file(path, name=path.name), Recipe(), TARGET)
    assert b"SECRET" not in to_jsonl(prepared.examples)


def test_5_empty_completions_are_left_out(tmp_path: Path) -> None:
    assert rows(tmp_path, *labelled("yes", "", " ")).left_out_counts == {"empty": 2}


def test_6_a_set_of_few_answers_is_told_by_itself(tmp_path: Path) -> None:
    yes_or_no = rows(tmp_path, *labelled(*["yes", "Yes"] * 8, "no"))
    assert found(yes_or_no, "imbalance") and found(yes_or_no, "label-spelling")
    free = rows(tmp_path, *labelled(*(f"answer {n}" for n in range(17))))
    assert found(free, "imbalance") is None


def test_7_the_same_row_twice_is_a_copy(tmp_path: Path) -> None:
    prepared = rows(tmp_path, ("Kind?", "yes"), ("Kind?", "yes"), ("Bold?", "yes"))
    assert ids(prepared, "near-duplicate") == ("2",)


def test_8_long_rows_are_counted_in_tokens(tmp_path: Path) -> None:
    short = Target("Answer.", 50, TARGET.count_tokens)
    assert ids(rows(tmp_path, ("Say it.", "word " * 60), ("Say it now.", "word"), target=short), "too-long") == ("1",)


def test_9_and_10_answers_in_capitals_are_told(tmp_path: Path) -> None:
    shouting = "BUY THIS NOW BEFORE IT IS GONE, SAYS THE MAN at the door of our shop."
    assert ids(rows(tmp_path, ("Sell it.", shouting), ("Sell it well.", shouting.lower())), "capitals") == ("1",)
    assert found(rows(tmp_path, *labelled("YES", "NO")), "capitals") is None


def test_11_identical_prompts_are_told(tmp_path: Path) -> None:
    assert (
        found(rows(tmp_path, *[("Write a poem.", f"Poem {n}.") for n in range(4)]), "identical-prompts").documents == 4
    )


@pytest.mark.parametrize(
    ("before", "after", "quoted"),
    [
        ("Tell me about the mood of this: ", "", "“Tell me about the mood of this:”"),
        ("", "\n\n###\n\n", "“###”"),
        ("Sort this text, please: ", "\n\n===\n\n", "“Sort this text, please:”"),
    ],
)
def test_11_and_12_what_requests_share_is_told_and_taken_out(
    tmp_path: Path, before: str, after: str, quoted: str
) -> None:
    asked = [f"{n} apples fell {n} yards" + "s" * (n % 2) for n in range(12)]
    pairs = [(f"{before}{request}{after}", "sad") for request in asked]
    told = rows(tmp_path, *pairs)
    assert quoted in found(told, "prompt-frame").sentence
    assert all(row.prompt.startswith(before.strip()) for row in told.examples)
    done = rows(tmp_path, *pairs, recipe=Recipe(choices={"prompt-frame": "fix"}))
    assert sorted(row.prompt for row in done.examples) == sorted(asked)


def test_11_and_12_few_shared_signs_are_no_frame(tmp_path: Path) -> None:
    assert found(rows(tmp_path, *((f"Is {n} kind?", "yes") for n in range(12))), "prompt-frame") is None
    assert found(rows(tmp_path, *((f"Tell me the mood of {n}", "sad") for n in range(5))), "prompt-frame") is None


def test_12_to_14_what_answers_share_is_a_repeated_passage(tmp_path: Path) -> None:
    end = "This is all that I have to say on the matter today."
    told = [f"{' '.join(f'w{n}x{m}' for m in range(60))}. Then came the end. {end}" for n in range(12)]
    prepared = rows(tmp_path, *((f"Talk about number {n}.", text) for n, text in enumerate(told)))
    assert found(prepared, "repeated-passage").documents == 12


def test_15_white_space_around_an_answer_is_taken_off(tmp_path: Path) -> None:
    assert [example.completion for example in rows(tmp_path, ("Kind?", "  yes \n")).examples] == ["yes"]


# Answers and labels


def test_a_label_is_never_too_short(tmp_path: Path) -> None:
    prepared = rows(tmp_path, *labelled(*["yes", "no"] * 10), recipe=Recipe(choices={"too-short": "fix"}))
    assert (prepared.kept, found(prepared, "too-short"), found(prepared, "near-duplicate")) == (20, None, None)


def test_one_answer_in_several_spellings_gets_the_usual_one(tmp_path: Path) -> None:
    pairs = labelled(*["Yes"] * 12, "yes.", " YES", *["No"] * 9)
    recipe = Recipe(choices={"label-spelling": "fix"})
    assert found(rows(tmp_path, *pairs), "label-spelling").documents == 2
    assert {example.completion for example in rows(tmp_path, *pairs, recipe=recipe).examples} == {"Yes", "No"}


def test_one_request_with_two_answers_is_told(tmp_path: Path) -> None:
    pairs = [*labelled(*["yes", "no"] * 10), ("Is it bold?", "yes"), ("is it bold", "no")]
    assert ids(rows(tmp_path, *pairs), "label-conflict") == ("21", "22")


def test_an_answer_that_is_seldom_is_told(tmp_path: Path) -> None:
    prepared = rows(tmp_path, *labelled(*["yes"] * 60, *["no"] * 50, "perhaps"))
    assert "“perhaps” 1" in found(prepared, "imbalance").sentence
    assert found(rows(tmp_path, *labelled(*["yes"] * 20, *["no"] * 15)), "imbalance") is None


def test_an_answer_that_texts_like_it_do_not_get_is_told_and_left_out_and_kept_again(tmp_path: Path) -> None:
    about = {"bread": "oven flour dough yeast crust loaf", "boats": "harbour mast sail anchor tide hull"}
    pairs = [
        (f"What of the {one} and the {other} and {n}?", label)
        for label, words in about.items()
        for n, (one, other) in enumerate(permutations(words.split(), 2))
    ]
    pairs[9] = (pairs[9][0], "boats")
    told = found(rows(tmp_path, *pairs), "label-doubt")
    assert (told.document_ids, told.severity, [fix.label for fix in told.fixes]) == (
        ("10",),
        "warning",
        ["Leave out 1"],
    )
    (sample,) = told.samples
    assert (sample.title, sample.before) == ("“boats”; texts like it: “bread”", pairs[9][0])
    without = rows(tmp_path, *pairs, recipe=Recipe(choices={"label-doubt": "fix"}))
    assert (without.left_out_counts, without.kept) == ({"label-doubt": 1}, 59)
    assert rows(tmp_path, *pairs, recipe=Recipe(choices={"label-doubt": "keep"})).kept == 60
    assert found(rows(tmp_path, *pairs, target=WRITES), "label-doubt") is None


SORTS, WRITES = replace(TARGET, purpose="classification"), replace(TARGET, purpose="generation")
ASKS = replace(TARGET, purpose="question answering")


def test_what_the_voice_is_for_says_whether_answers_are_labels(tmp_path: Path) -> None:
    colours = labelled(*(f"colour {n}" for n in range(8)), *["Blue"] * 3, "blue")
    assert found(rows(tmp_path, *colours), "label-spelling") is None  # too many answers to be taken for labels
    assert found(rows(tmp_path, *colours, target=SORTS), "label-spelling").documents == 1
    kind = labelled(*["yes", "Yes"] * 8, "no")
    assert not {"label-spelling", "imbalance"} & {one.rule for one in rows(tmp_path, *kind, target=WRITES).findings}


def test_two_answers_to_one_request_are_a_fault_where_one_is_right(tmp_path: Path) -> None:
    pairs = [*((f"What is {n}?", f"It is {n}.") for n in range(20)), ("Who?", "Jane."), ("who", "Jonas.")]
    assert ids(rows(tmp_path, *pairs, target=ASKS), "label-conflict") == ("21", "22")
    for target in (TARGET, WRITES):
        assert found(rows(tmp_path, *pairs, target=target), "label-conflict") is None


def test_few_texts_for_an_answer_are_told_where_texts_are_sorted(tmp_path: Path) -> None:
    pairs = labelled(*["yes"] * 100, *["no"] * 60)
    told = found(rows(tmp_path, *pairs, target=SORTS), "imbalance").sentence
    assert told == "*Few texts for each answer.* “no” 60. About 100 for each are the usual advice."
    assert found(rows(tmp_path, *pairs), "imbalance") is None
    assert found(rows(tmp_path, *labelled(*["yes", "no"] * 100), target=SORTS), "imbalance") is None


def test_a_stop_word_in_a_text_is_counted_as_text(tmp_path: Path) -> None:
    count = token_counter("o200k_base").count
    target = Target("Answer.", 8192, count)
    with_sign, without = (
        rows(tmp_path, *labelled("yes", f"no {more}", "no"), target=target) for more in ("<|endoftext|>", "")
    )
    assert with_sign.tokens - without.tokens == count(" <|endoftext|>") > 3
    assert b"<|endoftext|>" in to_jsonl(with_sign.examples)


def test_an_answer_that_should_be_json_and_is_none(tmp_path: Path) -> None:
    pairs = labelled(*(f'{{"kind": {n}}}' for n in range(9)), '{"kind": ')
    assert ids(rows(tmp_path, *pairs), "broken-json") == ("10",)
    assert found(rows(tmp_path, *labelled('{"a": 1}', "plain", "words", "here")), "broken-json") is None


# The cookbook's notebook

GOOD = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ("no object", "data_type"),
        ({"messages": []}, "missing_messages_list"),
        ({"messages": [{"role": "assistant"}]}, "message_missing_key"),
        ({"messages": [{"role": "assistant", "content": "b", "mood": 1}]}, "message_unrecognized_key"),
        ({"messages": [{"role": "wizard", "content": "a"}, *GOOD["messages"]]}, "unrecognized_role"),
        ({"messages": [{"role": "assistant", "content": ""}]}, "missing_content"),
        ({"messages": [{"role": "user", "content": "a"}]}, "example_missing_assistant_message"),
    ],
)
def test_each_format_check_finds_its_fault(row: object, name: str) -> None:
    assert format_errors([row]) == {name: 1}
    assert format_errors([GOOD]) == {}


def test_rows_that_are_written_pass_every_format_check(tmp_path: Path) -> None:
    prepared = rows(tmp_path, *labelled("yes", "no", "<|endoftext|>"), recipe=Recipe())
    assert format_errors({"messages": messages_of(example)} for example in prepared.examples) == {}
    written = io.BytesIO(to_jsonl(prepared.examples))
    assert [len(json.loads(line)["messages"]) for line in written] == [3, 3, 3]  # each has its system and user message


def test_an_unknown_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.pages"
    path.write_bytes(b"x")
    with pytest.raises(UnreadableType):
        list(read_file(path, name=path.name))


# Coverage and prompts


def test_months_without_texts_are_told() -> None:
    def post(number: int, month: int, year: int = 2021) -> Document:
        body = " ".join(f"w{number}x{n}" for n in range(80))
        day = datetime(year, month, 1, tzinfo=UTC)
        return Document(DocumentId(str(number)), f"On {number}", body, "text", "blog.xml", published_at=day)

    gaps = [post(n, 1 if n < 9 else 2) for n in range(12)] + [post(20, 3, 2023)]
    told = found(prepare(gaps, Recipe(), TARGET), "coverage").sentence
    assert "24 of 27 months have no text; half come from 1 month" in told
    even = [post(n, n + 1) for n in range(12)]
    assert found(prepare(even, Recipe(), TARGET), "coverage") is None


def test_titles_only_become_half_briefs() -> None:
    bodies = [f"## Tea {n}\n\n{f'We drink tea number {n} daily. ' * 20}\n\n## Milk {n}\n\nNone." for n in range(20)]
    posts = [Document(DocumentId(str(n)), f"On {n}", body, "markdown", "x.md") for n, body in enumerate(bodies)]
    titled = prepare(posts, Recipe(prompt_style="title"), TARGET)
    assert found(titled, "title-prompts").documents == titled.kept
    mixed = prepare(posts, Recipe(prompt_style="title", choices={"title-prompts": "fix"}), TARGET)
    assert mixed.content_hash == prepare(posts, Recipe(), TARGET).content_hash != titled.content_hash
