"""Invitations and bios at a text's ends, and texts that are as a whole a guest's, a list of links or out of date."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.domain.documents import Mark
from pipeline.stages.choices import apply_marks
from pipeline.stages.edges import find_bios, find_calls, without
from pipeline.stages.guests import is_guest_post
from pipeline.stages.link_lists import is_link_list
from pipeline.stages.stale import announces_version, is_dated, long_before_the_newest

from .order import assert_in_order
from .writing import prose

BODY = "\n\n".join(prose(n) for n in range(6))


@pytest.mark.parametrize(
    "call",
    [
        "Subscribe to my newsletter for more.",
        "If you enjoyed this post, follow me on Twitter.",
        "Don't forget to sign up for the next one!",
        "Please share this with your friends.",
        "Click here to get the checklist.",
        "Leave a comment below.",
        "Join our free community of 9,000 makers.",
        "*Download our free guide today.*",
        "- Get my weekly newsletter.",
        "If you grow plums yourself, let us know how you prune them.",
        "To learn more about grafting, e-mail us at plot@gardens.org.",
        "We'd love to hear from you.",
        "Questions, plums and feedback are welcome!",
        "Check out our list of tools.",
        "You can also sign up for the plum letter.",
    ],
)
def test_a_call_at_the_end_goes_and_the_rest_stays(call: str) -> None:
    text = f"{BODY}\n\n{call}"
    marks = find_calls(text)
    assert [text[mark.start : mark.end].strip("- *") for mark in marks] == [call.strip("- *")]
    assert apply_marks(text, marks).strip("*- \n") == BODY


@pytest.mark.parametrize(
    "line",
    [
        "Follow the path to the river and turn left.",
        "Share the bread while it is warm, my mother said.",
        "I never subscribe to a theory before lunch.",
        "Join the two ends with glue.",
        "Click the link to update your URL bar.",
        "Contact between the roots and the frost is what kills them.",
        "Reach out of the window and the plums are there.",
        "We would like to praise some of your great work.",
        "Send the water down the middle row first.",
    ],
)
def test_advice_is_no_call(line: str) -> None:
    assert find_calls(f"{BODY}\n\n{line}") == []


def test_a_call_in_the_middle_is_the_authors_subject() -> None:
    assert find_calls(f"{BODY}\n\nSubscribe to my newsletter for more.\n\n{BODY}\n\n{BODY}") == []


def test_a_bio_is_found_by_the_authors_name_and_goes_on_in_pronouns() -> None:
    bio = "Mara Quill grows vegetables on Plot Fourteen. She also mends tools."
    marks = find_bios(f"{BODY}\n\n{bio}", "Mara Quill")
    assert_in_order(f"{BODY}\n\n{bio}", marks)
    assert apply_marks(f"{BODY}\n\n{bio}", marks).strip() == BODY
    assert find_bios(f"{BODY}\n\n{bio}", "mara-quill") == marks  # a login
    assert find_bios(f"{BODY}\n\n{bio}", "Tobias Reed") == find_bios(f"{BODY}\n\n{bio}", None) == []


def test_a_friend_of_the_same_first_name_and_i_are_no_bio() -> None:
    for line in ("Mara is my neighbour.", "I am Mara Quill and I grow vegetables.", "Then came Mara Quill's turn."):
        assert find_bios(f"{BODY}\n\n{line}", "Mara Quill") == []


@pytest.mark.parametrize(
    ("login", "bio"),
    [
        ("ian-lee", "Ian is a gardener on Plot Nine."),
        ("colinmoor", "Rebecca and Colin work here at the gardens."),
        ("marinafox", "Marina Fox is the keeper of the shed."),
    ],
)
def test_a_login_is_known_by_the_name_it_is_made_of(login: str, bio: str) -> None:
    text = f"{bio}\n\n{BODY}"
    assert [text[mark.start : mark.end].strip() for mark in find_bios(text, login)] == [bio]
    assert find_bios(text, "someone-else") == []
    assert find_bios(f"Ian prunes the plums.\n\n{BODY}", login) == []


def test_marks_that_another_rule_covers_are_left_to_it() -> None:
    one, two = Mark("bio", 0, 10), Mark("bio", 20, 30)
    assert without([one, two], [Mark("repeated-passage", 5, 15)]) == [two]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Glue", f"This is a guest post by Jane Doe of Glue Ltd. {BODY}"),
        ("Glue", f"{BODY}\n\nThis article was written by Jane Doe, who makes glue."),
        ("Guest Post: on glue", BODY),
        ("Glue", f"By Jane Doe\n\n{BODY}"),
    ],
)
def test_a_guests_post_says_so(title: str, text: str) -> None:
    assert is_guest_post(title, text, ("mara", "Mara Quill"))


@pytest.mark.parametrize(
    "text",
    [
        f"By Mara Quill\n\n{BODY}",
        f"This article was written by Mara Quill in May. {BODY}",
        f"I wrote a guest post for Jane's blog. {BODY}",
        f"By Sunday the glue had set. {BODY}",
        BODY,
    ],
)
def test_the_authors_own_post_is_no_guests(text: str) -> None:
    assert not is_guest_post("Glue", text, ("mara-quill", "Mara Quill"))


def links_in(text: str, words: list[str]) -> list[Mark]:
    return [Mark("link", text.index(word), text.index(word) + len(word), word) for word in words]


def test_a_list_of_links_is_one_and_a_post_with_links_is_none() -> None:
    heads = [f"Number {n}: how to mend a chair in an afternoon" for n in range(8)]
    roundup = "What I read this week:\n\n" + "\n".join(f"- {head}" for head in heads)
    assert is_link_list(roundup, links_in(roundup, heads))
    assert not is_link_list(f"{BODY}\n\n{roundup}", links_in(f"{BODY}\n\n{roundup}", heads))
    assert not is_link_list(roundup, [])
    short, titles = [f"Chair {n}" for n in range(8)], "\n".join(f"- Chair {n}" for n in range(8))
    few, many = f"{prose(1, 20)}\n\n{titles}", f"{prose(1, 260)}\n\n{titles}"
    assert is_link_list(few, links_in(few, short))
    assert not is_link_list(many, links_in(many, short))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Sign up for the summit", "Join us on Friday, May 30 in the hall. Seats are limited."),
        ("A word on glue", "Next Tuesday's webinar is free. Register here."),
        ("Fellows wanted", "Apply by June 24. Registration closes that day."),
        ("Save the date", "When: Monday, May 2, 2022"),
    ],
)
def test_an_announcement_is_out_of_date(title: str, text: str) -> None:
    assert is_dated(title, text)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("How we ran a workshop", "Last Tuesday we met. It went well, and the register was full."),
        ("On deadlines", "I like them. They make a whooshing sound."),
        ("The fair", "It was on May 3, 2014 at 9 in the hall, and 700 people came."),
        ("An interview", "Register here. When: Monday, May 2. " + BODY * 10),
    ],
)
def test_what_was_told_afterwards_stays(title: str, text: str) -> None:
    assert not is_dated(title, text)


def test_a_version_is_announced_by_the_title() -> None:
    assert announces_version("LicenseChooser 0.96 released: fixes", "Short.")
    assert announces_version("Announcing Glue 2.0", "Short.")
    assert announces_version("libglue 0.8 (important) fixes a leak", "Short.")
    assert announces_version("Glue Toolkit 4.1.1 Officially Released", "Short.")
    assert announces_version("Glue Station 6 released", "Short.")
    assert not announces_version("Repair 2.0", "Short.")
    assert not announces_version("How Glue 2.0 helps tables", "Short.")
    assert not announces_version("Why version 2.0 of me is calmer", "Short.")
    assert not announces_version("4.5 reasons to use glue, released from doubt", "Short.")


def test_a_version_is_old_a_year_before_the_newest_text_and_no_day_sooner() -> None:
    newest = datetime(2026, 3, 1, tzinfo=UTC)
    days = {"new": newest, "year": newest - timedelta(days=365), "older": newest - timedelta(days=366)}
    assert long_before_the_newest(days) == {"older"}
    assert long_before_the_newest({}) == set()
