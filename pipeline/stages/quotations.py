"""Posts that are mostly somebody else's words."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.domain.documents import DocumentId, Post
from pipeline.stages import interviews
from pipeline.stages.signs import WIDE, Sign, Signs

# More than half of the words, as product and style measurements count "quotation".
MOSTLY = 0.5
# A quotation this long is somebody speaking at length, not a turn of phrase.
_LONG_QUOTE_WORDS = 40
# Forty words with a space between them are no shorter.
_LONG_QUOTE_CHARS = 2 * _LONG_QUOTE_WORDS - 1
# Shorter posts are left to the rule "too-short".
_MIN_WORDS = 20
_QUOTED_LINE = re.compile(r"^> .*$", re.MULTILINE)
_QUOTE_MARKS = re.compile(r"“[^“”]*”|\"(?<!\S\")[^\"]*\"(?!\w)|«[^«»]*»")
# A line of a block quote, or quotation marks around enough.
_QUOTES: Final = (
    Sign(r"(?m)^> "),
    Sign(r"\xe2\x80\x9c(?:[^\xe2]|\xe2[^\x80]|\xe2\x80[^\x9c\x9d])*\xe2\x80\x9d", least=_LONG_QUOTE_CHARS),
    Sign(rf"(?:^|[\s\x1c-\x1f{WIDE}])\"[^\"]*\"", least=_LONG_QUOTE_CHARS),
    Sign(r"\xc2\xab(?:[^\xc2]|\xc2[^\xab\xbb])*\xc2\xbb", least=_LONG_QUOTE_CHARS),
)
_SIGNS: Final = Signs({"quotes": _QUOTES, "speakers": interviews.SIGNS})


def find_quoted(posts: Sequence[Post]) -> list[DocumentId]:
    return [post.document_id for post in posts if is_quoted(post.text)]


def is_quoted(text: str, authors: Sequence[str | None] = ()) -> bool:
    """Whether more than half the words stand in block quotes ("> ") or in long quotation marks, or are said by
    somebody else in an interview. authors: the names under which the author is known.
    """
    signs = _SIGNS(text)
    if "quotes" in signs and quoted_share(text) > MOSTLY:
        return True
    return "speakers" in signs and interviews.others_share(text, authors) > MOSTLY


def quoted_share(text: str) -> float:
    blocks = 0
    own = text
    if text.startswith("> ") or "\n> " in text:
        blocks = sum(len(line.split()) - 1 for line in _QUOTED_LINE.findall(text))
        own = _QUOTED_LINE.sub("", text)
    quotes = (len(quote.split()) for quote in _QUOTE_MARKS.findall(own) if len(quote) >= _LONG_QUOTE_CHARS)
    quoted = blocks + sum(count for count in quotes if count >= _LONG_QUOTE_WORDS)
    words = len(text.split()) if quoted else 0
    return quoted / words if words >= _MIN_WORDS else 0.0
