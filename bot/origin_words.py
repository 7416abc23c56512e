"""Where texts came from and what the policy says about it, in words (pure)."""

from collections.abc import Collection, Iterable
from typing import Final

from pipeline.domain.voices import ORIGINS, Origin, Way

ORIGIN_WORDS: Final[dict[Origin, str]] = {
    "direct": "texts added past Slack",
    "slack_file": "Slack files",
    "slack_message": "better versions written in Slack",
    "own_draft": "my own drafts",
    "vote": "votes",
}
WAY_WORDS: Final[dict[Way, str]] = {
    "slack": "Slack files",
    "command-line": "the command line",
    "upload-link": "upload link",
    "site": "a site",
}


def origin_words(origins: Collection[Origin]) -> str:
    """In the order of the policy's own list, whatever order they come in."""
    return ", ".join(ORIGIN_WORDS[origin] for origin in ORIGINS if origin in origins)


def way_words(ways: Iterable[Way]) -> str:
    there = set(ways)
    return ", ".join(words for way, words in WAY_WORDS.items() if way in there)


def policy_words(allowed: Collection[Origin]) -> str:
    """ "any way in", or what is allowed."""
    return "any way in" if set(allowed) == set(ORIGINS) else (origin_words(allowed) or "nothing")
