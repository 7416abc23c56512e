"""Words that the messages of the dataset thread share."""

from collections.abc import Mapping

from bot.slack.mrkdwn import quoted, shortened

NAMED = 160  # characters of a file's name, a title, an author
FILTERED = {
    "other-author": "other authors",
    "other-kind": "pages and other kinds",
    "not-published": "not published",
    "older": "older",
    "newer": "newer",
    "title-excluded": "excluded by title",
    "excluded": "left out by an editor",
    "other-speaker": "by other speakers",
    "less-read": "read less",
    "origin": "kept out by the policy on where texts come from",
    "broken": "unreadable",
}


def named(text: str) -> str:
    """A name from a file or a form, safe and of bearable length."""
    return quoted(shortened(text, NAMED))


def in_order(left_out: Mapping[str, int], reasons: Mapping[str, str]) -> list[tuple[str, int]]:
    """In the order in which texts are judged: filters first, then what was found in them."""
    ranks = {reason: rank for rank, reason in enumerate(reasons)}
    return sorted(left_out.items(), key=lambda pair: (ranks.get(pair[0], len(ranks)), pair[0]))
