"""How messages look in a terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.feed import Happening
from bot.demo.markup import ANSI, block_lines, message_lines, wrapped
from bot.demo.page import Page, names_of
from bot.slack.plain_words import plain_words

NAMES = {"U0OWNER": "@owner", "C0CONTENT": "#content", "S0EDITORS": "@editors", "bot": "@understudy"}


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<@U0OWNER> agreed", "@owner agreed"),
        ("in <#C0CONTENT> only", "in #content only"),
        ("in <#C0ELSE|random> only", "in #random only"),
        ("<!subteam^S0EDITORS> and <!here>", "@editors and @here"),
        ("until <!date^1700000000^{date_short}|14 Nov 2023>", "until 14 Nov 2023"),
        ("see <https://example.org/a|the page>", "see the page (https://example.org/a)"),
        ("see <https://example.org/a>", "see https://example.org/a"),
        ("R&amp;D &lt;3", "R&D <3"),
        ("&lt;@U0OWNER&gt;", "<@U0OWNER>"),
        ("*bold* and _slanted_", "*bold* and _slanted_"),
    ],
)
def test_markup_reads_as_people_say_it(markup: str, words: str) -> None:
    assert plain_words(markup, NAMES, styled=False) == words


def test_a_terminal_gets_bold_and_italics() -> None:
    assert plain_words("*so* _it_ is 2*3*4", {}, styled=True) == "\x1b[1mso\x1b[22m \x1b[3mit\x1b[23m is 2*3*4"


def test_buttons_are_labels_and_stand_beside_their_text() -> None:
    undo = {"type": "button", "text": {"type": "plain_text", "text": "Undo"}, "action_id": "a"}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "one\ntwo"}, "accessory": undo}
    assert block_lines(section, {}, styled=False) == ["one", "two  [Undo]"]
    assert block_lines({"type": "actions", "elements": [undo, undo]}, {}, styled=False) == ["[Undo] [Undo]"]


def test_a_message_of_a_person_shows_its_text_and_files() -> None:
    typed = {"blocks": [{"type": "rich_text", "elements": []}], "files": [{"name": "blog.xml"}]}
    assert message_lines(typed, "here it is", {}, styled=False) == ["here it is", "📎 blog.xml"]


@given(st.text(alphabet="ab \x1b[1m*", max_size=200), st.integers(5, 40))
def test_wrapping_loses_no_word(line: str, width: int) -> None:
    rows = wrapped(line, width)
    assert " ".join(rows) == line
    assert all(len(ANSI.sub("", row)) <= width or " " not in row for row in rows)


def happening(kind: str, text: str, **facts: object) -> Happening:
    whole = {"channel": "C0CONTENT", "ts": "1.0", "user": "U0OWNER", "text": text, "message": {}, **facts}
    return Happening(1, kind, whole)


def shown(*happenings: Happening) -> str:
    out = io.StringIO()
    page = Page(out, dict(NAMES))
    for one in happenings:
        page.heard(one)
    return out.getvalue()


def test_replies_are_indented_under_their_channel() -> None:
    said = shown(happening("message", "a card"), happening("message", "an answer", ts="2.0", thread_ts="1.0"))
    assert said == "#content\n  @owner\n    a card\n    ↳ @owner\n        an answer\n"


def test_what_one_person_sees_says_so() -> None:
    said = shown(happening("ephemeral", "for you", to="U0OWNER"))
    assert "@owner (only @owner sees this)" in said


def test_an_edit_shows_only_what_is_new() -> None:
    before, after = "head\n1. one\n2. two", "new head\n1. two"
    said = shown(happening("message", before), happening("message_changed", after))
    assert said.endswith("  @owner (edited)\n    new head\n")


def test_an_edit_without_news_shows_nothing() -> None:
    said = shown(happening("message", "head"), happening("message_changed", "head"))
    assert "edited" not in said


def test_of_many_alike_one_is_shown_and_the_others_take_a_line() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "its text"}}
    rows = [
        happening("message", f"{number} of 3: a title", ts=f"{number}.0", message={"blocks": [section]})
        for number in (1, 2, 3)
    ]
    said = shown(*rows)
    assert (said.count("its text"), said.count("of 3: a title")) == (1, 2)


def test_votes_that_were_counted_are_told_once() -> None:
    votes = [happening("ephemeral", f"Counted: A for brief {n}.", to="U0OWNER", ts=f"9.{n}") for n in (1, 2)]
    assert shown(*votes).count("Counted") == 1


def test_texts_that_are_counted_up_are_told_once() -> None:
    states = [f"Which sounds more like @owner? 6 rounds, {number} of 12 texts written …" for number in (0, 1, 2)]
    said = shown(happening("message", states[0]), *(happening("message_changed", state) for state in states[1:]))
    assert said.count("texts written") == 1


def test_our_own_emoji_are_not_shown() -> None:
    reacted = {"reactor": "U0UNDERSTUDY", "reaction": "+1"}
    out = io.StringIO()
    Page(out, {"U0UNDERSTUDY": "@understudy", "bot": "@understudy"}).heard(happening("reaction_added", "", **reacted))
    assert out.getvalue() == ""


def test_names_come_from_the_workspace() -> None:
    workspace = {
        "members": [{"id": "U0OWNER", "name": "owner"}, {"id": "U0BOT", "name": "understudy"}],
        "usergroups": [{"id": "S0EDITORS", "handle": "editors"}],
        "app": {"bot_user_id": "U0BOT"},
    }
    channels = {"channels": [{"id": "C0CONTENT", "name": "content"}]}
    names = names_of(workspace, channels)
    assert [names[one] for one in ("U0OWNER", "D0OWNER", "S0EDITORS", "C0CONTENT", "bot")] == [
        "@owner",
        "direct message with @owner",
        "@editors",
        "#content",
        "@understudy",
    ]
