"""The report in the product's words, and within Slack's limits whatever the texts hold."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.features.rehearsal.usecase import Accepted, NotYet
from bot.features.rehearsal.views import PROBLEMS, TEMPLATES, all_phrases, all_samples, answered, problem_line
from bot.rehearsal_gate import REPORT
from bot.slack.message import Message, plain
from pipeline.findings import FIXABLE
from pipeline.rehearsal.leaks import LEAKS
from sandbox.rules.messages import check_blocks

HOSTILE = "<!channel> & <@U1> *bold* `code` <https://evil.example|click> "


def measure(name: str, drafted: float, low: float, high: float) -> dict[str, Any]:
    return {"measure": name, "drafted": drafted, "low": low, "high": high, "fits": low <= drafted <= high}


def facts(**more: Any) -> dict[str, Any]:
    return {
        "state": "done",
        "handle": "founder",
        "owner": "UOWNER",
        "round_id": 7,
        "dataset_id": 9,
        "override": None,
        "lets_pay": not more.get("problems"),
        "texts": 87,
        "habits": [
            {"words": "data-driven", "texts": 71},
            {"words": "at the end of the day", "texts": 44},
            {"words": "what say you", "texts": 31},
        ],
        "all_habits": 40,
        "one_offs": ["Vanilla Ice"],
        "leaks": dict.fromkeys(LEAKS, 0.0),
        "copied": 0.004,
        "twice": 0.0,
        "shape": [
            measure("words", 702.4, 600, 800),
            measure("words per sentence", 17, 12, 20),
            measure("sentences per paragraph", 2.1, 1.5, 3),
            measure("questions", 1.3, 0, 3),
        ],
        "shape_from": "held-out",
        "problems": [],
        "samples": 3,
        "shown": "ab" * 32,
    } | more


def problem(rule: str, share: float = 0.31, drafts: float = 0.9, texts: int = 158) -> dict[str, Any]:
    return {"rule": rule, "share": share, "drafts": drafts, "texts": texts, "of_texts": 160, "fixable": True}


def shown(message: Message) -> tuple[list[str], list[dict[str, Any]]]:
    """Words and buttons, after Slack's own checks."""
    blocks = message.payload()["blocks"]
    check_blocks(blocks)
    words = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    pressable = [block["accessory"] for block in blocks if block.get("accessory")]
    pressable += [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return words, pressable


def test_a_good_report_reads_as_the_product_says() -> None:
    words, pressable = shown(TEMPLATES[REPORT](facts()))
    assert "\n".join(words) == (
        "🎭 *Rehearsal — free, on our own machine.* This shows defects your data would teach. "
        "It does not show final quality.\n"
        '*It would learn to say:* "data-driven" (71 posts) · "at the end of the day" (44) · "what say you" (31) …\n'
        '*Only once, so not a habit:* "Vanilla Ice".\n'
        "*Leaks:* web links 0.0 % of lines ✅ · HTML 0 ✅ · boilerplate 0 ✅ · "
        "copied passages over 12 words: 0.4 % ✅\n"
        "*Shape:* 702 words (600–800) · paragraphs of 2.1 sentences · 1.3 questions per post — "
        "like <@UOWNER>'s held-out posts ✅"
    )
    assert [(one["text"]["text"], one["action_id"], one["value"]) for one in pressable] == [
        ("All 40", "rehearsal.phrases", "ab" * 32),
        ("3 samples", "rehearsal.samples", "ab" * 32),
        ("Cost", "costs.show", "founder"),
        ("Ask for approval", "spending.ask", "founder"),
    ]


def test_a_bad_report_names_each_problem_with_its_fix() -> None:
    two = [problem("link"), problem("repeated-passage", share=0.004, drafts=0.25, texts=1)]
    words, pressable = shown(TEMPLATES[REPORT](facts(problems=two, leaks=dict.fromkeys(LEAKS, 0.31))))
    assert words[:3] == [
        "🛑 *Rehearsal found 2 problems. Paying now would waste the run.*",
        "*Links:* 31 % of lines hold a web address, because 158 posts still have them.",
        "*Said again and again:* 25 % of drafts repeat a passage that many posts share, because 1 post still has one.",
    ]
    assert "web links 31.0 % of lines 🛑" in words[3]
    assert [(one["action_id"], one["value"]) for one in pressable[:2]] == [
        ("datasets.fix.link.fix", "7"),
        ("datasets.fix.repeated-passage.fix", "7"),
    ]
    assert (pressable[-1]["text"]["text"], pressable[-1]["value"]) == ("Override — say why…", "9")
    assert TEMPLATES[REPORT](facts(problems=two[:1])).text.startswith("🛑 *Rehearsal found 1 problem.")


def test_what_only_the_texts_show_is_said_of_the_texts() -> None:
    said = problem_line(problem("shortcode", share=0.0, drafts=0.02, texts=61))
    assert said == "*Shortcodes:* 61 of 160 posts hold a shortcode. A bigger model than mine would write that too."


@pytest.mark.parametrize("rule", [*LEAKS, "near-duplicate"])
def test_every_problem_has_words_and_a_rule_that_has_a_fix(rule: str) -> None:
    assert rule in FIXABLE
    assert rule in PROBLEMS or rule == "near-duplicate"
    shown(TEMPLATES[REPORT](facts(problems=[problem(rule)])))


def test_another_shape_is_a_caution_with_the_writers_range() -> None:
    odd = [*facts()["shape"][:3], measure("questions", 6.2, 0, 3)]
    words, _ = shown(TEMPLATES[REPORT](facts(shape=odd)))
    assert "eight in ten of <@UOWNER>'s held-out posts have 0.0–3.0 questions ⚠️" in words[-1]


def test_what_is_said_while_it_runs_and_when_it_fails() -> None:
    assert (
        "Rehearsing the 87 texts of founder"
        in TEMPLATES[REPORT]({"state": "running", "handle": "founder", "texts": 87}).text
    )
    assert TEMPLATES[REPORT]({"state": "failed", "sentence": "Sorry."}).text == "Sorry."
    few = facts(state="too-few", texts=1, lets_pay=False)
    assert TEMPLATES[REPORT](few).text.startswith("1 text is left; I need at least 20")
    assert [one["action_id"] for one in shown(TEMPLATES[REPORT](few))[1]] == [
        "costs.show",
        "rehearsal.override",
    ]


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=4000), st.integers(0, 10**9), st.floats(0, 1), st.floats(0, 1e9))
def test_hostile_words_stay_words_and_within_limits(text: str, count: int, rate: float, size: float) -> None:
    words = HOSTILE + text
    habits = [{"words": words, "texts": count}] * 40
    message = TEMPLATES[REPORT](
        facts(
            handle="founder",
            owner=words,
            habits=habits[:3],
            one_offs=[words] * 5,
            leaks=dict.fromkeys(LEAKS, rate),
            shape=[measure(name["measure"], size, 0, size / 2) for name in facts()["shape"]],
            problems=[problem(rule, share=rate, texts=count) for rule in [*LEAKS, "near-duplicate"]],
            override={"by": words, "reason": words[:500]},
        )
    )
    said, _ = shown(message)
    samples = {"habits": habits, "one_offs": [words] * 5, "samples": [{"prompt": words, "text": words * 9}] * 3}
    whispers = [all_phrases(samples), all_samples(samples)]
    for whisper in whispers:
        check_blocks(plain(whisper).payload()["blocks"])
        assert len(whisper) <= 3000
    for one in [*said, *whispers]:
        assert "<!channel>" not in one and "<@U1>" not in one and "<https" not in one


def test_answers_say_where_it_comes_and_what_is_missing() -> None:
    assert "`/voice data founder`" in answered(NotYet("founder", preparing=False))
    assert "being cleaned" in answered(NotYet("founder", preparing=True))
    assert Accepted.__name__ == "Accepted"


def test_copies_in_the_texts_are_a_problem_and_not_a_leak_of_the_model() -> None:
    words, _ = shown(TEMPLATES[REPORT](facts(problems=[problem("near-duplicate", share=0.2)], copied=0.001, twice=0.2)))
    assert words[1].startswith("*Copies:* 20 % of words") and "over 12 words: 0.1 % ✅" in words[-1]
    words, _ = shown(TEMPLATES[REPORT](facts(problems=[problem("near-duplicate", share=0.2)], copied=0.2)))
    assert "over 12 words: 20.0 % 🛑" in words[-1]


def test_what_cleaning_cannot_take_out_is_said_to_be_done_by_hand() -> None:
    words, pressable = shown(TEMPLATES[REPORT](facts(problems=[problem("link") | {"fixable": False}])))
    assert words[1].endswith("or correct them and drop them again.")
    assert not [one for one in pressable if one["action_id"].startswith("datasets.fix")]
