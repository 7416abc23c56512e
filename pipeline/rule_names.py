"""What a rule is called where there is no room for its sentence: the words that begin its finding."""

from collections.abc import Mapping
from typing import Final

from pipeline.domain.documents import Rule

NAMES: Final[Mapping[Rule, str]] = {
    "markup": "Formatting",
    "shortcode": "Shortcodes",
    "code": "Code",
    "mostly-code": "Mostly code",
    "footnote": "Footnotes",
    "mojibake": "Garbled letters",
    "empty": "Empty",
    "secret": "Secrets",
    "email": "E-mail addresses",
    "personal-data": "Personal data",
    "own-draft": "My own drafts",
    "capitals": "In capitals",
    "broken-json": "Broken JSON",
    "label-conflict": "Two answers",
    "label-doubt": "Doubtful answers",
    "prompt-frame": "The same words around every request",
    "label-spelling": "One answer, several spellings",
    "imbalance": "Unbalanced answers",
    "identical-prompts": "The same request",
    "title-prompts": "Titles only",
    "coverage": "Coverage",
    "few-examples": "Few texts",
    "many-examples": "Many texts",
    "language": "Another language",
    "quotation": "Mostly quotation",
    "guest-post": "By somebody else",
    "link-list": "Lists of links",
    "stale": "Out of date",
    "bio": "About the author",
    "call-to-action": "Calls to action",
    "series": "A series",
    "near-duplicate": "Nearly the same",
    "link": "Links",
    "repeated-passage": "Said again and again",
    "too-short": "Too short",
    "too-long": "Too long",
}
