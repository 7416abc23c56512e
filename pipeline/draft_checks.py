"""What is looked at in a model's text before anyone reads it (pure)."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.few_shot import COPIED_WORDS, longest_copy
from pipeline.stages.links import find_links
from pipeline.stages.sentences import sentences
from pipeline.stages.shortcodes import find_shortcodes
from pipeline.stages.tag_names import BLOCK, KNOWN, LINE

LINK_PLACE: Final = "⟦link?⟧"
# A sentence of so many words, in so many posts and such a share of them, is a frame and nobody's thought.
FRAME_WORDS: Final = 5
FRAME_POSTS: Final = 3
FRAME_SHARE: Final = 0.05
# Half or double of what was asked is not what was asked; between, models miss by habit (600 asked, 450 to 800 come).
SHORT_SHARE: Final = 0.5
LONG_SHARE: Final = 1.6
CUT_WORDS: Final = 10  # a last line of fewer words may be a signature and ends without a full stop

Length = Literal["short", "long"]

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_ANCHOR = re.compile(r"<a\b[^<>]*?href\s*=\s*[\"']?(https?://[^\"'\s<>]+)[^<>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)\b[^<>\n]*>")
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,5}|#x[0-9a-f]{2,4});")
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_ENDS = re.compile(r"[.!?…:;][\"'”’»)\]*_]*$|^(?:[-*•#>|]|\d+[.)]) ?|\|$")


@dataclass(frozen=True, slots=True)
class Clean:
    """links, markup: how many web addresses and pieces of web markup were taken out."""

    text: str
    links: int = 0
    markup: int = 0


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """What of a text stands in the posts. copied_words: the longest run also in one post; 0 when it is short.

    repeated: its sentences that many posts carry, most carried first; in_posts: how many have the first one.
    tone: how the text leaves what is usual in the posts, in words.
    """

    copied_words: int = 0
    title: str = ""
    repeated: tuple[str, ...] = ()
    in_posts: int = 0
    posts: int = 0
    tone: tuple[str, ...] = ()


def cleaned(text: str) -> Clean:
    """Without web markup and addresses: a model that learned from web pages makes up both.

    An address leaves its words and a mark for the reader. What stands in backquotes is meant and stays.
    """
    parts, at, markup = [], 0, 0
    for code in _CODE.finditer(text):
        plain, pieces = _without_markup(text[at : code.start()])
        parts += [plain, code[0]]
        at, markup = code.end(), markup + pieces
    plain, pieces = _without_markup(text[at:])
    whole, links = _without_links("".join([*parts, plain]))
    return Clean(whole.strip(), links, markup + pieces)


def seen_before(text: str, posts: Sequence[tuple[str, str]], *, at_least: int = COPIED_WORDS) -> SeenBefore:
    """posts: title and text of each. Sentences that many posts carry are told as such and not as copied."""
    carried = _frames(text, (post for _, post in posts))
    keys = {key for key, _, _ in carried}
    own = " \n".join(text[one.start : one.end] for one in sentences(text) if one.key not in keys)
    longest, of = 0, ""
    for title, post in posts:
        words = longest_copy(own, [post], at_least=max(at_least, longest + 1))
        if words:
            longest, of = words, title
    shown = tuple(sentence for _, sentence, _ in carried)
    return SeenBefore(longest, of, shown, carried[0][2] if carried else 0, len(posts))


def length_off(words: int, asked: int) -> Length | None:
    if words < asked * SHORT_SHARE:
        return "short"
    return "long" if words > asked * LONG_SHARE else None


def is_cut(text: str, finish_reason: str) -> bool:
    """Whether the model was stopped: it says so, or the last line breaks off within a sentence."""
    last = text.rstrip().rsplit("\n", 1)[-1]
    return finish_reason == "length" or (len(last.split()) >= CUT_WORDS and not _ENDS.search(last.rstrip()))


def _without_markup(text: str) -> tuple[str, int]:
    pieces = 0

    def gone(found: re.Match[str]) -> str:
        nonlocal pieces
        name = (found[1] or "").lower() if found.re is _TAG else ""
        if found.re is _TAG and name not in KNOWN:
            return found[0]
        pieces += 1
        if found.re is _ENTITY:
            return html.unescape(found[0])
        return "\n\n" if name in BLOCK else "\n" if name in LINE or name == "br" else ""

    plain = _ANCHOR.sub(r"[\2](\1)", text)
    for pattern in (_COMMENT, _TAG, _ENTITY):
        plain = pattern.sub(gone, plain)
    codes = [mark for mark in find_shortcodes(plain) if mark.replacement != plain[mark.start : mark.end]]
    for mark in reversed(codes):
        plain = plain[: mark.start] + mark.replacement + plain[mark.end :]
    pieces += len(codes)
    return (_EMPTY_LINES.sub("\n\n", plain) if pieces else plain), pieces


def _without_links(text: str) -> tuple[str, int]:
    parts, end, marks = [], 0, find_links(text)
    for mark in marks:
        words = f"{mark.replacement} " if mark.replacement else ""
        parts.append(f"{text[end : mark.start]}{words}{LINK_PLACE}")
        end = mark.end
    return "".join([*parts, text[end:]]), len(marks)


def _frames(text: str, posts: Iterable[str]) -> list[tuple[str, str, int]]:
    """Key, words and number of posts of each sentence that is a frame."""
    said = {one.key: text[one.start : one.end] for one in sentences(text) if one.words >= FRAME_WORDS}
    counts: Counter[str] = Counter()
    number = 0
    for post in posts:
        number += 1
        counts.update(said.keys() & {one.key for one in sentences(post)})
    least = max(FRAME_POSTS, FRAME_SHARE * number)
    return [(key, said[key], count) for key, count in counts.most_common() if count >= least]
