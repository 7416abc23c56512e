"""Words that the messages of the dataset thread share."""

from bot.slack.mrkdwn import quoted, shortened

NAMED = 160  # characters of a file's name, a title, an author

# A website's own words for types and statuses that nobody chose.
PLAIN = {
    "publish": "published",
    "future": "scheduled",
    "pending": "waiting for review",
    "inherit": "part of another text",
    "auto-draft": "never saved",
    "trash": "in the bin",
    "attachment": "picture or file",
    "revision": "earlier version",
    "nav_menu_item": "menu entry",
    "wp_block": "reusable block",
    "any": "all",
}


def plain_word(name: str) -> str:
    """Of a type or a status; names that a website made up stay as they are."""
    return PLAIN.get(name, name)


def named(text: str) -> str:
    """A name from a file or a form, safe and of bearable length."""
    return quoted(shortened(text, NAMED))
