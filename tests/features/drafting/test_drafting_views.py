"""Every message of the feature with realistic and hostile values stays within Slack's limits and mentions nobody."""

from typing import Any

import pytest
from drafting_world import words_of
from hypothesis import example, given
from hypothesis import strategies as st

from bot.features.drafting.files import FILE_REFUSED
from bot.features.drafting.listeners import wish_of
from bot.features.drafting.numbers import number
from bot.features.drafting.pieces import PIECE_CHARS, fits, in_pieces
from bot.features.drafting.progress import DRAFT_CARD
from bot.features.drafting.usecase import DRAFT_FAILED, DRAFT_TEXT, Accepted
from bot.features.drafting.views import TEMPLATES, started
from bot.slack.grammar import Typed
from bot.slack.message import Message
from bot.slack.mrkdwn import escape
from pipeline.errors import BadHandle, MissingArgument
from sandbox.rules.messages import check_blocks

HOSTILE = [
    "<!channel> <@U1> <https://evil.example|a prize> <!subteam^S1>",
    "> <!here>\n>> <@U1>",
    "`<!channel>` ```<!here>```",
    "&lt;!channel&gt;",
    "*_~`" * 500,
    "<" * 20_000,
    "word " * 4_000,
    "# heading\n\n" * 300,
    "| a | b |\n|---|---|\n| c | d |\n\n" * 20,
]
NAMED = {"draft_id": 142, "label": "d-0142", "handle": "founder", "version": 1}


def facts_for(template: str, text: str) -> dict[str, Any]:
    more: dict[str, dict[str, Any]] = {
        DRAFT_CARD: {"by": "UMEMBER", "brief": text, "change": "calmer"},
        DRAFT_TEXT: {
            "text": in_pieces(text)[0],
            "is_long": True,
            "continues": 141,
            "asked_words": 300,
            "length_off": "long",
            "thrown_away": 1,
            "markup": 3,
            "repeated": [text, "Else."],
            "in_posts": 84,
            "posts": 87,
            "tone": ["gloomier than the owner ever sounds", "ruder than anything the owner wrote"],
            "by": "UMEMBER",
            "owner": text[:80],
            "words": 704,
            "cost_microusd": 1_000,
            "links": 3,
            "cut": True,
        },
        FILE_REFUSED: {"text": escape(text)[:3000]},
        DRAFT_FAILED: {"why": "NoPrice", "provider": text[:200], "sentence": "No."},
    }
    return NAMED | more[template]


def check(message: Message) -> str:
    """Raises when Slack would refuse it; gives all its words."""
    payload = message.payload()
    check_blocks(payload["blocks"])
    assert len(payload["blocks"]) <= 45
    words = words_of(message)
    assert len(words) <= 11_500
    return words


@pytest.mark.parametrize("template", sorted(TEMPLATES))
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_neither_breaks_a_message_nor_mentions_anybody(template: str, text: str) -> None:
    message = TEMPLATES[template](facts_for(template, text))
    words = check(message) + message.text
    for mention in ("<!", "<https", "<@U1>"):
        assert mention not in words


@pytest.mark.parametrize("why", ["timeout", "busy", "model_gone", "ConsentWithdrawn"])
def test_each_failure_has_a_sentence(why: str) -> None:
    facts = NAMED | {"why": why, "provider": "private", "sentence": "As everywhere."}
    assert check(TEMPLATES[DRAFT_FAILED](facts))


def test_the_first_line_says_that_it_is_written_by_a_machine() -> None:
    message = TEMPLATES[DRAFT_TEXT](facts_for(DRAFT_TEXT, "Repair comes first."))
    assert "AI-written draft" in check(message).splitlines()[0]
    assert message.text.startswith("AI-written draft")


def test_a_quotation_stays_one_and_text_reads_as_written() -> None:
    message = TEMPLATES[DRAFT_TEXT](facts_for(DRAFT_TEXT, "> said he\n\n* a < b & c"))
    assert "> said he\n\n* a &lt; b &amp; c" in words_of(message)


def test_one_link_is_told_in_the_singular() -> None:
    facts = facts_for(DRAFT_TEXT, "x") | {"links": 1}
    assert "The draft had 1 web link that doesn't exist. I removed it" in words_of(TEMPLATES[DRAFT_TEXT](facts))


def test_an_owner_without_a_known_name_is_not_mentioned() -> None:
    facts = facts_for(DRAFT_TEXT, "x") | {"owner": None}
    assert "AI draft in the owner's voice" in words_of(TEMPLATES[DRAFT_TEXT](facts))


@given(st.text(alphabet=st.sampled_from("ab .\n<&>#|"), max_size=400).map(lambda text: text * 90))
@example("a" * 50_000)
@example("<" * 30_001)
@example("a\n" * 300)
def test_pieces_fit_and_lose_no_letter(text: str) -> None:
    pieces = in_pieces(text)
    assert all(fits(piece) for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_pieces_are_cut_between_paragraphs() -> None:
    paragraph = "A sentence of some words. " * 100
    pieces = in_pieces("\n\n".join([paragraph.strip()] * 9))
    assert [piece.count("\n\n") for piece in pieces] == [2, 2, 2]
    assert all(len(piece) <= PIECE_CHARS for piece in pieces)


def test_the_ack_tells_of_the_queue() -> None:
    assert started(Accepted("founder", before=0)).startswith("founder is writing …")
    assert started(Accepted("founder", before=1)) == "1 draft is in front of yours; about 1 min."
    assert started(Accepted("founder", before=8)) == "8 drafts are in front of yours; about 2 min."


def typed(*words: str, **flags: str) -> Typed:
    return Typed("T1", "C1", "UMEMBER", "trigger-1", "draft", words, flags, thread_ts="1.1")


def test_a_command_is_read() -> None:
    wanted = wish_of(typed("Founder@v2", "why", "we", "repair", words="500", temp="0,4", n="2"))
    assert (wanted.handle, wanted.version, wanted.brief) == ("founder", 2, "why we repair")
    assert (wanted.words, wanted.temperature, wanted.count, wanted.thread_ts) == (500, 0.4, 2, "1.1")


@pytest.mark.parametrize(
    "flags",
    [{"words": "many"}, {"words": "10"}, {"words": "1e9"}, {"temp": "nan"}, {"temp": "9"}, {"n": "4"}, {"n": "0"}],
)
def test_numbers_out_of_range_are_refused(flags: dict[str, str]) -> None:
    with pytest.raises(MissingArgument):
        wish_of(typed("founder", "brief", **flags))


def test_no_handle_and_a_bad_one_are_refused() -> None:
    with pytest.raises(MissingArgument):
        wish_of(typed())
    with pytest.raises(BadHandle):
        wish_of(typed("Founder!", "brief"))
    assert number(3, 1, 3) == 3
