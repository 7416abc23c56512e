"""Which row a provider means, and which rows our own findings point at."""

import json

import pytest

from pipeline.blamed_rows import likely_unsafe, row_at, row_number, split_of, text_at
from pipeline.domain.documents import DocumentId, Rule, Split
from pipeline.domain.origins import Fate, Text


def fate(title: str, split: Split | None = "train", *rules: Rule) -> Fate:
    key = DocumentId(f"blog.xml\n{title}")
    return Fate(key, title, split=split, rules=rules) if split else Fate(key, title, "older")


FATES = (
    fate("one"),
    fate("mail", "train", "email"),
    fate("health", "train", "personal-data", "link"),
    fate("held out", "validation", "secret"),
    fate("old", None),
)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("The job failed due to an invalid training file. Invalid file format. Line 52: too long.", 52),
        ("Example 7, message 2 has no content", 7),
        ("row #3", 3),
        ("rows 12 and 15 are duplicates", 12),
        ("There are 52 rows too few", None),
        ("", None),
        (None, None),
    ],
)
def test_the_row_is_read_out_of_the_words(words: str | None, number: int | None) -> None:
    assert row_number(words) == number


def test_a_line_of_a_file_is_a_text_of_its_split() -> None:
    row = row_at(FATES, "train", 2)
    assert row is not None and (row.title, row.key) == ("mail", "blog.xml\nmail")
    held_out = row_at(FATES, "validation", 1)
    assert held_out is not None and held_out.title == "held out"
    assert row_at(FATES, "train", 4) is None and row_at(FATES, "train", 0) is None


@pytest.mark.parametrize(
    ("param", "split"), [("training_file", "train"), ("validation_file", "validation"), (None, "train")]
)
def test_the_file_is_named_by_the_errors_parameter(param: str | None, split: str) -> None:
    assert split_of(param) == split


def test_likely_rows_are_those_with_findings_about_people_and_secrets() -> None:
    assert [(row.number, row.title) for row in likely_unsafe(FATES)] == [(3, "health"), (2, "mail")]
    assert likely_unsafe(FATES[:1]) == []


def test_the_words_of_a_line() -> None:
    row = {"messages": [{"role": "user", "content": "ask"}, {"role": "assistant", "content": "text"}]}
    content = json.dumps(row).encode() + b"\n"
    assert text_at(content, 1) == Text("ask", "text")
    assert text_at(content, 2) is None
