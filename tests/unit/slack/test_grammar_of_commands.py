"""What people type, with phones and habits in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.grammar import mentioned_user, parse_handle, parse_model, split_flags, split_verb
from pipeline.errors import BadHandle

KNOWN = ("words", "temp", "author", "since")


@pytest.mark.parametrize(
    "typed",
    [
        "words=700",
        "--words 700",
        "—words 700",
        "–words 700",
        "-words 700",
        "--words=700",
        "—words=700",
        "WORDS=700",
        "words=“700”",
        "words='700'",
        "--words “700”",
    ],
)
def test_every_form_of_a_flag_is_taken_wherever_it_stands(typed: str) -> None:
    for text in (f"{typed} the brief", f"the {typed} brief", f"the brief {typed}"):
        assert split_flags(text, KNOWN) == (("the", "brief"), {"words": "700"})


@pytest.mark.parametrize(
    ("typed", "words", "flags"),
    [
        ('author="Jane Doe" x', ("x",), {"author": "Jane Doe"}),
        ("author=“Jane van Doe” since=2021-01-01", (), {"author": "Jane van Doe", "since": "2021-01-01"}),
        ("--author 'Jane Doe' x", ("x",), {"author": "Jane Doe"}),
        ("author=“Jane", (), {"author": "Jane"}),
        ('author="Jane" Doe"', ('Doe"',), {"author": "Jane"}),
        ("words=", ("words=",), {}),
        ("--words", ("--words",), {}),
        ("- words", ("-", "words"), {}),
        ("colour=red x=1", ("colour=red", "x=1"), {}),
        ("--colour red", ("--colour", "red"), {}),
        ("words", ("words",), {}),
        ("well-known words – and more", ("well-known", "words", "–", "and", "more"), {}),
        ("a=b=c", ("a=b=c",), {}),
        ("“quoted” brief", ("“quoted”", "brief"), {}),
    ],
)
def test_values_and_near_misses(typed: str, words: tuple[str, ...], flags: dict[str, str]) -> None:
    assert split_flags(typed, KNOWN) == (words, flags)


@given(st.text(), st.sets(st.sampled_from(KNOWN)))
def test_only_known_names_are_taken_and_no_other_word_is_lost(text: str, known: set[str]) -> None:
    words, flags = split_flags(text, known)
    assert set(flags) <= known
    if not flags:
        assert list(words) == text.split()
    else:
        left = iter(text.split())
        assert all(word in left for word in words)


@given(st.text())
def test_nothing_is_a_flag_when_none_is_known(text: str) -> None:
    assert split_flags(text, ()) == (tuple(text.split()), {})


@given(st.text())
def test_a_verb_is_the_first_word(text: str) -> None:
    verb, rest = split_verb(text)
    assert [verb, *rest.split()] == [*(text.split()[:1] or [""])[0].lower().split(" "), *text.split()[1:]]


def test_a_line_break_ends_the_verb() -> None:
    assert split_verb("Draft\nfounder why we mend") == ("draft", "founder why we mend")


@pytest.mark.parametrize(
    "typed", ["founder", "Founder", "“founder”", "'founder'", "`founder`", "@founder", "*founder*"]
)
def test_a_handle_is_found_under_case_and_quotes(typed: str) -> None:
    assert parse_handle(typed) == "founder"


@given(st.text())
def test_a_handle_is_small_letters_digits_and_dashes_or_refused(typed: str) -> None:
    try:
        handle = parse_handle(typed)
    except BadHandle as error:
        assert error.handle == typed
    else:
        assert handle.isascii()
        assert 2 <= len(handle) <= 31
        assert handle[0].isalpha()
        assert set(handle) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("typed", "model"),
    [("founder@v2", ("founder", 2)), ("Founder", ("founder", None)), ("“founder@v10”", ("founder", 10))],
)
def test_a_version_follows_the_handle(typed: str, model: tuple[str, int | None]) -> None:
    assert parse_model(typed) == model


@pytest.mark.parametrize("typed", ["founder@2", "founder@v", "@v2", "a b", ""])
def test_what_is_no_version_is_refused(typed: str) -> None:
    with pytest.raises(BadHandle):
        parse_model(typed)


@pytest.mark.parametrize(
    ("word", "user"), [("<@U0OWNER>", "U0OWNER"), ("<@W1|olive>", "W1"), ("@olive", None), ("<#C1>", None), ("", None)]
)
def test_a_mention_names_a_user(word: str, user: str | None) -> None:
    assert mentioned_user(word) == user
