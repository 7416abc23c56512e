"""Blocks that show code, told apart from poems and prose that only keep their line breaks."""

import re
from typing import Final

from pipeline.domain.documents import PlainText

# Half of the words: what is left are the sentences between listings.
MOSTLY: Final = 0.5
# Below, a text is left to the rule "too-short".
_MIN_WORDS: Final = 20
# Editors keep poems in the same element as code.
_VERSE_CLASSES: Final = frozenset({"wp-block-verse", "verse", "poem", "poetry"})
_SIGNS = re.compile(r"[{}<>|\\=;#$_\[\]*~^/]|\(\)|^\s*(?:\d+\.\d+|[.+-]{2,})", re.MULTILINE)
_WORD = re.compile(r"[“\"'‘(]?[A-Za-zÀ-ÿ][a-zà-ÿ'’-]*[)\"”'’.,;:!?…—–-]*")
# Of 424 blocks in four real blogs, every listing has fewer plain words or more signs of code than these; prose that was
# indented by accident has neither.
_PLAIN_WORDS: Final = 0.85
_SIGNS_PER_WORD: Final = 0.05
_SENTENCE_WORDS: Final = 8
# Paragraphs written on one line are prose although they hold figures.
_LONG_LINE_WORDS: Final = 15
_PLAIN_IN_LONG: Final = 0.6
# Numbers of steps and addresses say nothing of either.
_NO_WORDS = re.compile(r"^\s*\d{1,2}[.)]\s|\]\([^()\s]*\)|\]|\[|https?://\S+", re.MULTILINE)


def is_code(shown: str, *, classes: str) -> bool:
    """Whether a preformatted block is a listing, a drawing or a terminal's output, not lines of prose.

    classes: of its elements; a block that names its language is code whatever stands in it.
    """
    if "language-" in classes or shown.startswith("---\n"):
        return True
    if not _VERSE_CLASSES.isdisjoint(classes.split()):
        return False
    shown = _NO_WORDS.sub("", shown)
    words = shown.split()
    if len(words) < _SENTENCE_WORDS:
        return True
    plain = sum(_WORD.fullmatch(word) is not None for word in words)
    lines = sum(not line.isspace() for line in shown.splitlines() if line)
    if len(words) >= _LONG_LINE_WORDS * lines:
        return plain < _PLAIN_IN_LONG * len(words)
    return plain < _PLAIN_WORDS * len(words) or len(_SIGNS.findall(shown)) > _SIGNS_PER_WORD * len(words)


def is_mostly_code(plain: PlainText) -> bool:
    """Of all words, also those of code that was taken out."""
    if not plain.code:
        return False
    code = sum(len(block.replacement.split()) for block in plain.code)
    out = sum(len(block.replacement.split()) for block in plain.code if block.start == block.end)
    words = len(plain.text.split()) + out
    return words >= _MIN_WORDS and code > MOSTLY * words
