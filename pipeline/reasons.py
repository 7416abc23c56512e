"""Why a text is not in a dataset, in the words of every report: "611 other authors", "4 out of date"."""

from collections.abc import Mapping
from typing import Final

from pipeline.domain.documents import LeftOutReason

# In the order in which texts are judged: filters first, then what was found in them.
REASONS: Final[Mapping[LeftOutReason, str]] = {
    "other-author": "other authors",
    "other-kind": "pages and other kinds",
    "not-published": "not published",
    "older": "older",
    "newer": "newer",
    "title-excluded": "excluded by title",
    "excluded": "left out by hand",
    "other-speaker": "by other speakers",
    "less-read": "read less",
    "origin": "of an origin not allowed",
    "broken": "unreadable",
    "language": "in another language",
    "series": "in a series",
    "near-duplicate": "nearly the same",
    "too-long": "too long",
    "too-short": "too short",
    "empty": "empty",
    "personal-data": "with personal data",
    "secret": "with secrets",
    "quotation": "mostly quotation",
    "own-draft": "drafts of mine",
    "guest-post": "by a guest",
    "link-list": "lists of links",
    "stale": "out of date",
    "capitals": "in capitals",
    "mostly-code": "mostly code",
    "label-conflict": "answered in two ways",
    "label-doubt": "with doubtful answers",
    "broken-json": "with broken JSON",
}
_WORDS: Final[dict[str, str]] = {str(reason): words for reason, words in REASONS.items()}


def reason_words(reason: str) -> str:
    """Of a reason as files and rows hold it; a name from another version of the program stands for itself."""
    return _WORDS.get(reason, reason)


def in_order(left_out: Mapping[str, int]) -> list[tuple[str, int]]:
    """In the order in which texts are judged."""
    ranks = {reason: rank for rank, reason in enumerate(_WORDS)}
    return sorted(left_out.items(), key=lambda pair: (ranks.get(pair[0], len(ranks)), pair[0]))


def left_out_words(left_out: Mapping[str, int]) -> list[str]:
    """ "611 other authors", one for each reason."""
    return [f"{count:,} {reason_words(reason)}" for reason, count in in_order(left_out)]
