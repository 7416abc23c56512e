"""Every message and form of the feature stays within Slack's limits, whatever people write."""

from typing import Any

import pytest
from drafting_world import NOW, words_of

from bot.features.feedback.views import TEMPLATES, fix_form
from pipeline.domain.drafting import Draft, DraftId, NewDraft, Written
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId
from sandbox.rules.messages import check_blocks

HOSTILE = ["<!channel> <@U1> <https://evil.example|x>", "`" * 3000, "&" * 3000, "<" * 20_000, "word " * 4_000]


def facts_for(text: str, **more: Any) -> dict[str, Any]:
    return {
        "why": "Nothing was added.",  # a sentence of ours, escaped where it is made
        "draft_id": 142,
        "fits_form": True,
        "rewrite_id": 7,
        "share": 0.18,
        "kind": "correction",
        "links": 2,
        "withdrawn": False,
        "round": 2,
        "user": "UEDITOR",
        "shown": text,
        "label": "d-0142",
        "restored_by": None,
        "events": 3,
        "verdict": "good",
    } | more


@pytest.mark.parametrize("template", sorted(TEMPLATES))
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_neither_breaks_a_message_nor_mentions_anybody(template: str, text: str) -> None:
    message = TEMPLATES[template](facts_for(text))
    check_blocks(message.payload()["blocks"])
    words = words_of(message) + message.text
    assert len(words) <= 11_500
    for mention in ("<!", "<https", "<@U1>"):
        assert mention not in words


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Thanks — 18 % changed. If nobody objects it becomes: 1 example and 1 'better than' pair for round 2."),
        (
            {"kind": "different article", "share": 0.87},
            "87 % differs — I'll keep it as an example, not as a correction.",
        ),
        ({"links": 1}, "Your version has 1 link; for training I'll drop it, your message stays as it is."),
        ({"kind": "same"}, "is now the same text, so I counted it as 👍."),
        ({"withdrawn": True}, "is withdrawn; it won't be used."),
    ],
)
def test_what_a_version_comes_to(more: dict[str, Any], said: str) -> None:
    assert said in words_of(TEMPLATES["feedback.fixed"](facts_for("x", **more)))


def test_a_long_draft_offers_no_form() -> None:
    assert "Edit here" not in words_of(TEMPLATES["feedback.fix"](facts_for("x", fits_form=False)))


@pytest.mark.parametrize("text", ["Short.", "<" * 3000])
def test_the_form_holds_any_draft_that_fits(text: str) -> None:
    asked = NewDraft("T1", VoiceId(1), VoiceModelId(1), "brief", 600, 0.7, "UMEMBER", "C1")
    written = Written(text, 1, 1, 1, 1, "stop")
    view = fix_form(Draft(DraftId(142), asked, "posted", NOW, written)).to_dict()
    assert (view["private_metadata"], view["callback_id"]) == ("142", "feedback.fix_form")
    assert view["blocks"][0]["element"]["initial_value"] == text
