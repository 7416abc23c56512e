"""Every limit of facts about Slack that the sandbox holds apps to, one row each."""

from typing import Any

import pytest

from sandbox.errors import SlackError
from sandbox.rules.messages import check_message, check_metadata, rendered_blocks
from sandbox.rules.views import view_problems


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(**fields: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, **fields}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), **fields}


def actions(*elements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **fields}


def question(**fields: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}, **fields}


def table(rows: int, cells: int) -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells] * rows}


def option(value: str, **fields: Any) -> dict[str, Any]:
    return {"text": plain("x"), "value": value, **fields}


def select(**fields: Any) -> dict[str, Any]:
    return actions({"type": "static_select", "options": [option("a")], **fields})


GOOD: list[list[dict[str, Any]]] = [
    [section(text=plain("x" * 3000), fields=[plain("x" * 2000)])],
    [section(accessory=button(value="x" * 2000, style="danger"))],
    [actions(*[button(action_id=str(n)) for n in range(25)])],
    [actions(button(action_id="a")), actions(button(action_id="a"))],
    [{"type": "divider"}] * 50,
    [table(100, 20)],
    [{"type": "markdown", "text": "x" * 12_000}],
    [{"type": "header", "text": plain("x" * 150)}],
    [question()],
    [{"type": "image", "image_url": "https://example.com/a.png", "alt_text": "x"}],
    [{"type": "context", "elements": [plain("x")] * 10}],
    [select(initial_option=option("a"))],
]

REFUSED: list[tuple[list[dict[str, Any]], str]] = [
    ([{"type": "wizard"}], "unsupported type: wizard"),
    ([actions({"type": "lever"})], "unsupported type: lever"),
    ([section(colour="red")], "invalid additional property: colour"),
    ([actions(button(colour="red"))], "invalid additional property: colour"),
    ([section(block_id="a"), section(block_id="a")], "block_id a already exists"),
    ([actions(button(action_id="a"), button(action_id="a"))], "action_id a already exists"),
    ([section(block_id="x" * 256)], "less than 256"),
    ([actions(button(action_id="x" * 256))], "less than 256"),
    ([section(text=plain("x" * 3001))], "less than 3001"),
    ([section(text=plain(""))], "more than 0 characters"),
    ([{"type": "section"}], "one of text, fields"),
    ([section(fields=[plain("x")] * 11)], "no more than 10 items"),
    ([section(fields=[plain("x" * 2001)])], "less than 2001"),
    ([{"type": "header", "text": plain("x" * 151)}], "less than 151"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "unsupported type: mrkdwn"),
    ([actions(*[button() for _ in range(26)])], "no more than 25 items"),
    ([actions()], "at least 1 items"),
    ([{"type": "context", "elements": [plain("x")] * 11}], "no more than 10 items"),
    ([actions(button(text=plain("x" * 76)))], "less than 76"),
    ([actions(button(value="x" * 2001))], "less than 2001"),
    ([actions(button(url="x" * 3001))], "less than 3001"),
    ([actions(button(style="blue"))], "must be one of: primary, danger"),
    ([select(options=[option(str(n)) for n in range(101)])], "no more than 100 items"),
    ([select(options=[option("x" * 151)])], "less than 151"),
    ([select(options=[option("a", text=plain("x" * 76))])], "less than 76"),
    ([select(initial_option=option("b"))], "initial option b is not one of the options"),
    ([actions({"type": "overflow", "options": [option("a")] * 6})], "no more than 5 items"),
    ([actions({"type": "plain_text_input"})], "unsupported type: plain_text_input"),
    ([question(element={"type": "file_input"})], "unsupported type: file_input"),
    ([{"type": "alert", "text": plain("x")}], "unsupported type: alert"),
    ([{"type": "image", "image_url": "https://example.com/a.png"}], "missing required field: alt_text"),
    ([{"type": "divider"}] * 51, "no more than 50 items"),
    ([table(101, 1)], "no more than 100 items"),
    ([table(1, 21)], "no more than 20 items"),
    ([{"type": "markdown", "text": "x" * 12_001}], "less than 12001"),
    ([{"type": "markdown", "text": "# a\n" * 51}], "no more than 50 items"),
]


@pytest.mark.parametrize("blocks", GOOD, ids=range(len(GOOD)))
def test_blocks_at_slacks_limits_are_taken(blocks: list[dict[str, Any]]) -> None:
    check_message("", blocks, [])


@pytest.mark.parametrize(("blocks", "reason"), REFUSED, ids=[f"{n}-{why}" for n, (_, why) in enumerate(REFUSED)])
def test_blocks_over_slacks_limits_are_invalid(blocks: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(SlackError, match="invalid_blocks") as refusal:
        check_message("", blocks, [])
    assert any(reason in one for one in refusal.value.messages), refusal.value.messages


@pytest.mark.parametrize(
    ("text", "blocks", "error"),
    [
        ("", [], "no_text"),
        ("x" * 40_001, [], "msg_too_long"),
        ("", [section(text=plain("x" * 2650))] * 5, "msg_blocks_too_long"),  # 5 * 2,650 = 13,250 > 13,200
        ("", [{"type": "markdown", "text": "x" * 6_001}] * 2, "msg_blocks_too_long"),  # 12,002 > 12,000
        ("", [table(1, 1), table(1, 1)], "invalid_attachments"),
    ],
)
def test_messages_over_slacks_totals_are_refused(text: str, blocks: list[dict[str, Any]], error: str) -> None:
    with pytest.raises(SlackError, match=error):
        check_message(text, blocks, [])


def modal(**fields: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("x"), "blocks": [section()], **fields}


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (modal(title=plain("x" * 25)), "less than 25"),
        (modal(submit=plain("x" * 25)), "less than 25"),
        (modal(close=plain("x" * 25)), "less than 25"),
        (modal(private_metadata="x" * 3001), "less than 3001"),
        (modal(callback_id="x" * 256), "less than 256"),
        (modal(blocks=[section()] * 101), "no more than 100 items"),
        (modal(blocks=[question()]), "submit is required"),
        (modal(blocks=[{"type": "markdown", "text": "x"}]), "unsupported type: markdown"),
        (modal(state={}), "invalid additional property: state"),
        ({"type": "home", "blocks": [], "title": plain("x")}, "invalid additional property: title"),
        ({"type": "modal", "blocks": []}, "missing required field: title"),
        ({"type": "window"}, "unsupported type: window"),
    ],
)
def test_views_over_slacks_limits_are_refused(view: dict[str, Any], reason: str) -> None:
    assert any(reason in one for one in view_problems(view)), list(view_problems(view))


def test_a_modal_at_slacks_limits_is_taken() -> None:
    blocks = [question(element={"type": "file_input"}), *[section()] * 99]
    assert not list(view_problems(modal(blocks=blocks, submit=plain("x" * 24))))


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ("text", "invalid_metadata_format"),
        ({"event_type": "draft"}, "invalid_metadata_schema"),
        ({"event_type": "draft", "event_payload": []}, "invalid_metadata_schema"),
        ({"event_type": "draft", "event_payload": {}, "more": 1}, "invalid_metadata_format"),
        ({"event_type": "draft", "event_payload": {"a": "x" * 8_000}}, "metadata_too_large"),
    ],
)
def test_metadata_that_slack_would_not_store_is_refused(metadata: Any, error: str) -> None:
    with pytest.raises(SlackError, match=error):
        check_metadata(metadata)


def test_a_markdown_block_counts_as_what_it_expands_to() -> None:
    # a heading, one run of two paragraphs, a rule, a table: 4
    assert rendered_blocks("# a\n\none\n\ntwo\n\n---\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n") == 4
