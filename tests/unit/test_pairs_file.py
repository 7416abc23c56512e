"""The file of pairs: nothing personal leaves with it, and its tokens are those of its rows."""

import json

from pipeline.domain.feedback import PairTokens
from pipeline.pairs_file import masked, pairs_file
from pipeline.round_rows import PairRow

PLAIN = "We mended the nets."


def words(texts: object) -> int:
    assert isinstance(texts, tuple)
    return sum(len(text.split()) for text in texts)


def pair(chosen: str, rejected: str = PLAIN, brief: str = "Write a note") -> PairRow:
    return PairRow(brief, chosen, rejected, "duel")


def test_personal_data_secrets_and_addresses_are_taken_out() -> None:
    text = "Write to ana.lopez@example.org or call +44 20 7946 0958; see https://example.org/x for more."
    kept = masked(text)
    assert "[email]" in kept and "ana.lopez" not in kept and "7946" not in kept and "https://" not in kept
    assert kept.startswith("Write to ") and kept.endswith(" for more.")


def test_what_lies_within_something_longer_goes_with_it_and_nothing_beside_it() -> None:
    text = "Go to https://me:pw@example.org/a?mail=ann@example.org today."
    assert masked(text) == "Go to  today."


def test_health_is_personal() -> None:
    assert masked("I was diagnosed with diabetes last year.") == "I was diagnosed with [health] last year."


def test_it_is_taken_out_of_what_was_asked_and_of_both_answers() -> None:
    made = pairs_file(
        [pair("Mail a@example.org.", "Mail b@example.org today.", brief="Mail c@example.org")],
        "You are founder.",
        words,
    )
    (row,) = [json.loads(line) for line in made.content.splitlines()]
    assert "example.org" not in json.dumps(row)
    assert row["preferred_output"][0]["content"] == "Mail [email]."


def test_pairs_that_differed_in_nothing_else_are_left_out() -> None:
    made = pairs_file([pair("Mail a@example.org.", "Mail b@example.org."), pair("Nets are mended.")], "S", words)
    assert made.pairs == 1 and made.content.count(b"\n") == 1


def test_tokens_are_those_of_one_row_and_those_of_what_was_asked_in_it() -> None:
    made = pairs_file([pair("One two three four.")], "You write.", words)
    # 2 + 3 words asked; 4 + 4 answered
    assert made.tokens == PairTokens(prompts=5, answers=8)


def test_a_text_without_any_is_kept_as_it_is() -> None:
    assert masked(PLAIN) == PLAIN


def test_no_pairs_make_an_empty_file() -> None:
    made = pairs_file([], "S", words)
    assert (made.content, made.pairs, made.tokens) == (b"", 0, PairTokens(0, 0))
