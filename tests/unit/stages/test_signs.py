"""Signs before rules: what a rule finds always has one of its signs."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import corpora
from pipeline import tagging
from pipeline.stages import (
    contacts,
    edges,
    footnotes,
    health,
    identifiers,
    interviews,
    invitations,
    links,
    mojibake,
    quotations,
    secrets,
    stale,
)
from pipeline.stages.html import to_plain
from pipeline.stages.signs import Sign, Signs, in_bytes

# The signs themselves, from the first text on.
IN_TEXTS, IN_BODIES, IN_QUOTATIONS, AT_ENDS = (
    replace(signs, asked_before=0)
    for signs in (tagging._SIGNS, tagging._SIGNS_IN_BODIES, quotations._SIGNS, edges._ASKING)
)
FINDERS: Mapping[str, Callable[[str], object]] = {
    "mojibake": mojibake.find_mojibake,
    "secrets": secrets.find_secrets,
    "e-mail": contacts.find_emails,
    "numbers": contacts.find_phones,
    "identifiers": identifiers.find_identifiers,
    "health": health.find_health,
    "links": links.find_links,
    "stale": lambda text: stale.is_dated("Save the date", text),
}
PIECES = (
    *("Ann", "é", "’", "“", "”", '"', " ", "\n", "> ", ":", "=", "-", "/", "@", "ü", "中", "\u00a0", "\x1c", "\ud800"),
    *("donâ€™t", "Ã©", "Â£5", "ä", "password: hunter2!", "api key=a1b2c3d4e5", "token is ab12cd34", "secret "),
    *("sk-ant-abcdefghijklmnop", "AKIAIOSFODNN7EXAMPLE", "https://ann:pa55word@example.org/x", "-----BEGIN RSA "),
    *("PRIVATE KEY-----", "ghp_0123456789abcdefghij", "jane@example.org", "jane [at] example [dot] org", "{ AT }"),
    *("+49 30 901820", "(202) 456-1414", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "123-45-6788", "٣"),
    *("219-09-9998", "I live at 12 Elm Street", "my cancer", "He was diagnosed with asthma.", "her stroke"),
    *("www.example.org", "example.com", "cloud.gov", "bit.ly/x", "[words](/x)", '"words":http://a.org', "mailto:a@b.c"),
    *("Register now", "Join us on Monday", "3–4 pm", "When: today", "Monday, May 4 at 5", "early bird", "RSVP"),
    *("Apply by March 3.", "word " * 45, "Ann Moor: Hello", "AM: yes", "«", "»", "See [^1].", "[^1]: Note."),
    *("Subscribe to our newsletter.", "Follow me on Twitter", "Let us know what you think.", "E-mail us at a@b.org."),
    *("If you’d like more, visit our site.", "We'd love your feedback", "Feel free to comment."),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=20).map("".join)


@pytest.mark.parametrize("piece", [f" {piece} " for piece in PIECES])
def test_a_rule_that_finds_something_in_a_piece_has_a_sign_in_it(piece: str) -> None:
    assert marks(piece, FINDERS).keys() <= {*IN_TEXTS(piece)}


@settings(deadline=None)  # signs are compiled at their first use
@given(text=TEXTS)
def test_a_rule_finds_nothing_in_a_text_without_its_signs(text: str) -> None:
    unasked = FINDERS.keys() - IN_TEXTS(text)
    assert not {rule: found for rule in unasked if (found := FINDERS[rule](text))}


@settings(deadline=None)  # signs are compiled at their first use
@given(text=TEXTS)
def test_footnotes_quotations_and_conversations_have_their_signs(text: str) -> None:
    signs = IN_QUOTATIONS(text)
    assert IN_BODIES(text) or footnotes.find_footnotes(text) == footnotes.Footnotes()
    assert "quotes" in signs or quotations.quoted_share(text) == 0.0
    assert "speakers" in signs or interviews.others_share(text, ()) == 0.0


@settings(deadline=None)  # signs are compiled at their first use
@given(text=TEXTS)
def test_ends_that_ask_have_their_signs(text: str) -> None:
    asked = AT_ENDS(text)
    sentences = [one for line in text.split("\n") for one in line.split(". ")]
    assert "call" in asked or not any(edges._CALL.match(one) for one in sentences)
    assert "invitation" in asked or not any(map(invitations.is_invitation, sentences))


TOKENS = [pattern.pattern for detector in secrets._DETECTORS for pattern in detector.denylist]


@pytest.mark.parametrize("shape", TOKENS)
def test_every_token_that_detect_secrets_knows_has_a_sign(shape: str) -> None:
    @settings(deadline=None)
    @given(token=st.from_regex(re.compile(shape), fullmatch=True))
    def holds(token: str) -> None:
        assert "secrets" in IN_TEXTS(token) or not secrets.find_secrets(token)

    holds()


@pytest.mark.skipif(not corpora.real_posts(), reason="the shared blogs are absent")
def test_real_posts_are_marked_the_same_without_the_engine() -> None:
    for post in islice(corpora.real_posts(), 0, None, 12):
        text = to_plain(post.read_text("utf-8", errors="replace"), markup="markdown").text
        assert marks(text, IN_TEXTS(text)) == marks(text, FINDERS)


def marks(text: str, rules: Iterable[str]) -> dict[str, object]:
    return {rule: found for rule in rules if (found := FINDERS[rule](text))}


def test_without_the_engine_every_rule_is_asked() -> None:
    signs = Signs({"one": (Sign("a"),), "two": (Sign("b"),)}, engine="no_such_engine")
    assert signs("nothing") == {"one", "two"}


def test_a_sign_may_have_to_come_several_times() -> None:
    signs = Signs({"list": (Sign(r"(?m)^- ", times=3),)}, asked_before=0)
    assert [set(signs("- a\n" * count)) for count in (2, 3)] == [set(), {"list"}]


def test_letters_of_any_script_are_letters_in_bytes() -> None:
    signs = Signs({"by": (in_bytes(r"\b[Bb]y \w['’]s [\w’-]{2,3}$"),)}, asked_before=0)
    assert [bool(signs(text)) for text in ("by é’s Ünü", "By a's bc", "by é’s")] == [True, True, False]


def test_all_rules_are_asked_about_the_first_texts_of_a_process() -> None:
    signs = Signs({"one": (Sign("a"),), "two": (Sign("b"),)}, asked_before=2)
    assert [{*signs("a")} for _ in range(3)] == [{"one", "two"}, {"one", "two"}, {"one"}]
