"""Words that the messages of the dataset thread share."""

from bot.slack.mrkdwn import quoted, shortened

NAMED = 160  # characters of a file's name, a title, an author


def named(text: str) -> str:
    """A name from a file or a form, safe and of bearable length."""
    return quoted(shortened(text, NAMED))
