"""The user's words of a training row: a title, or an extractive brief of the text's own points."""

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import filterfalse
from typing import Final

from pipeline.domain.documents import DocumentId, Markup, PromptStyle, Register

TOPIC_WORDS: Final = 12  # of an untitled text's beginning
MIN_POINTS: Final = 2
MAX_POINTS: Final = 4
MIN_POINT_WORDS: Final = 4
MAX_POINT_WORDS: Final = 12  # longer runs of the completion in its own prompt would teach copying
TITLE_REQUESTS: Final = (
    "Write a {thing} titled “{title}”.",
    "Write a {thing} called “{title}”.",
    "Draft a {thing} with the title “{title}”.",
    "I need a {thing}. Its title is “{title}”.",
)
SPOKEN_TITLE_REQUESTS: Final = (
    "Talk about “{title}”.",
    "What would you say about “{title}”?",
    "Say a few words on “{title}”.",
)
BRIEF_REQUESTS: Final = (
    "Write a {thing} that covers these points:",
    "Turn these notes into a {thing}:",
    "Draft a {thing} from this brief:",
)
SPOKEN_BRIEF_REQUESTS: Final = ("Talk about these points:", "Speak to these notes:")
POINT: Final = "\n- "  # what a point of a brief begins with
UNTITLED_REQUEST: Final = "Write a short {thing}."
# Function words: they neither tell topics apart nor may a point end on one.
_STOP_WORDS = (
    "a about after all also am an and any are as at be because been but by can could did do does for from had has "
    "have he her his how i if in into is it its just me more most my no not of on or our out over s she so some such "
    "t than that the their them then there these they this those through to up us very was we were what when where "
    "which while who why will with would you your"
)
STOP_WORDS: Final = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Signs outside ASCII that prose is full of, and what stands for an apostrophe while bytes are looked at.
_TYPOGRAPHY = re.compile(f"(?:{'|'.join('“”–—…•‘')})*".encode())
_APOSTROPHE: Final = "’".encode()
_CURLY: Final = "\x01"
_ASCII: Final = bytes(range(128))
_LETTERS: Final = (
    bytes(byte if chr(byte).isalnum() or chr(byte) in "'\x01" else ord(" ") for byte in range(128)) + b" " * 128
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)]*\s+")
_CLAUSE_END = re.compile(r"[,;:()–—]+(?=\s|$)|[(–—\"“”]+|\s-+\s|[.!?…]+(?=\s|$)")
_NUMBERING = re.compile(r"^\W*\d{1,3}[.)]\s+")
_CONJUNCTIONS: Final = frozenset(["also", "and", "because", "but", "or", "so", "then", "which", "while", "yet"])
_SUBJECT_WORDS = (
    "a an every he her his how i it most my nobody our she some that the their there these they this those we what "
    "why you your"
)
# A clause inside a sentence makes a point of its own when it begins with a subject; the first one of a sentence
# also with any telling word but these.
_SUBJECTS: Final = frozenset(_SUBJECT_WORDS.split())
_HANGING_WORDS = "according although based before beyond despite especially even like since thanks though unlike until"
_HANGING: Final = frozenset(f"{_HANGING_WORDS} using whether without".split())
_HEADING = re.compile(r"#{1,6}\s+(.+)")
_NO_SENTENCE = re.compile(r"#{1,6}\s|>")  # headings, and other people's words
_SIGNS: Final = str.maketrans("", "", '*[]“”"')  # emphasis, brackets and quotation marks lose their other half
_AROUND: Final = " _‘’,;:.!?"
_LIST_ITEM = re.compile(r"^(?:[-*•]|\d+[.)])\s+")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document's text and title with every choice applied. key: unique over all sources."""

    key: DocumentId
    document_id: DocumentId
    title: str
    text: str
    kind: str = "post"
    markup: Markup = "text"
    register: Register = "written"
    prompt: str | None = None

    @property
    def topic(self) -> str:
        return topic_of(self.prompt or self.title or " ".join(self.text.split()[:TOPIC_WORDS]))


def prompt_for(cleaned: Cleaned, style: PromptStyle, salience: "Salience") -> str:
    """A title or a brief; "mixed" tosses a coin that lands the same way in every round."""
    seed = f"{cleaned.document_id}\n{cleaned.topic}"
    wants_title = style == "title" or (style == "mixed" and stable_hash("style", seed) % 2 == 0)
    points = () if wants_title and cleaned.title else key_points(cleaned.text, salience)
    if len(points) >= MIN_POINTS:
        request = _pick(SPOKEN_BRIEF_REQUESTS if cleaned.register == "spoken" else BRIEF_REQUESTS, seed)
        return POINT.join([request.format(thing=_thing(cleaned)), *points])
    if cleaned.title:
        request = _pick(SPOKEN_TITLE_REQUESTS if cleaned.register == "spoken" else TITLE_REQUESTS, seed)
        return request.format(thing=_thing(cleaned), title=cleaned.title)
    return UNTITLED_REQUEST.format(thing=_thing(cleaned))


def topic_of(title: str) -> str:
    """What a title or a brief is about: its words without case, punctuation, order, function words, plural s.

    Numbers stay: "Week 12" and "Week 13" are two topics, else a series would fall into one split as a block.
    """
    words = _words(unicodedata.normalize("NFKC", title))
    telling = [word for word in words if word not in STOP_WORDS] or words
    return " ".join(sorted(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in telling))


def stable_hash(purpose: str, text: str) -> int:
    """64 bits that are the same on every machine; purpose keeps two uses of one text from agreeing by chance."""
    return int.from_bytes(hashlib.sha256(f"{purpose}\n{text}".encode(errors="replace")).digest()[:8])


def _thing(cleaned: Cleaned) -> str:
    if cleaned.register == "spoken":
        return "talk"
    if cleaned.kind == "page":
        return "web page"
    return "text" if cleaned.markup == "text" or cleaned.kind != "post" else "blog post"


def _pick(requests: Sequence[str], seed: str) -> str:
    return requests[stable_hash("request", seed) % len(requests)]


@dataclass(frozen=True, slots=True)
class Salience:
    """How much a word says about one text of a set: tf-idf, from the set's own document counts."""

    texts: int
    texts_with: Mapping[str, int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Salience":
        texts_with: Counter[str] = Counter()
        number = 0
        for number, text in enumerate(texts, start=1):  # noqa: B007 (the count is used after the loop)
            texts_with.update(distinct_words(text))
        return cls(number, texts_with)

    def weights(self, text: str) -> "Weights":
        return Weights(self, _counts(text))


class Weights(dict[str, float]):
    """Of the words of one text, each worked out when somebody asks for it."""

    def __init__(self, salience: Salience, counts: Mapping[str, int]) -> None:
        super().__init__(dict.fromkeys(STOP_WORDS, 0.0))
        self._salience = salience
        self._counts = counts

    def __missing__(self, word: str) -> float:
        count = self._counts.get(word, 0)
        rarity = _rarity(self._salience.texts, self._salience.texts_with.get(word, 0)) if count else 0.0
        self[word] = rarity if count == 1 else (1 + math.log(count)) * rarity if count else 0.0
        return self[word]


@lru_cache(maxsize=10_000)
def _rarity(texts: int, texts_with: int) -> float:
    return math.log((2 + texts) / (1 + texts_with))


def key_points(text: str, salience: Salience) -> tuple[str, ...]:
    """Two to four points of a text, none longer than MAX_POINT_WORDS: its headings, or its most telling clauses.

    Clauses come from equal stretches of the text, one each and in order, so that a brief covers the whole of it.
    Nothing is returned when fewer than two points can be made.
    """
    headings = _headings(text)
    if len(headings) >= MIN_POINTS:
        return _spread(headings)
    weights = salience.weights(text)
    sentences = list(_sentences(text))
    stretches = min(MAX_POINTS, len(sentences))
    points: list[str] = []
    for number in range(stretches):
        stretch = sentences[number * len(sentences) // stretches : (number + 1) * len(sentences) // stretches]
        best = max((clause for s in stretch for clause in _clauses(s)), key=lambda c: _weight(c, weights), default="")
        if best and best.casefold() not in {point.casefold() for point in points}:
            points.append(best)
    return tuple(points) if len(points) >= MIN_POINTS else ()


def _headings(text: str) -> list[str]:
    found = [
        _NUMBERING.sub("", match[1]).strip(" #*:")
        for line in text.splitlines()
        if (match := _HEADING.fullmatch(line.strip()))
    ]
    return [heading for heading in dict.fromkeys(found) if 1 < len(heading.split()) <= MAX_POINT_WORDS]


def _spread(points: Sequence[str]) -> tuple[str, ...]:
    """At most MAX_POINTS, evenly over all of them."""
    wanted = min(MAX_POINTS, len(points))
    return tuple(points[number * len(points) // wanted] for number in range(wanted))


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not _NO_SENTENCE.match(line.strip()):
            yield from _SENTENCE_END.split(_LIST_ITEM.sub("", line.strip()))


def _clauses(sentence: str) -> Iterator[str]:
    for number, clause in enumerate(_CLAUSE_END.split(sentence)):
        if clause.count(" ") < MIN_POINT_WORDS - 1:
            continue
        words = _trimmed(clause.translate(_SIGNS).strip(_AROUND).split())
        if MIN_POINT_WORDS <= len(words) <= MAX_POINT_WORDS and _stands_alone(words[0], opens=number == 0):
            yield " ".join(words)


def _trimmed(words: list[str]) -> list[str]:
    """Without the function words at the end, and without the conjunction a clause hangs on."""
    while words and words[-1].casefold() in STOP_WORDS:
        words = words[:-1]
    while words and words[0].casefold() in _CONJUNCTIONS:
        words = words[1:]
    return words


def _weight(clause: str, weights: Mapping[str, float]) -> float:
    words = _words(clause)
    # Not a set: in which order floats are added up must not hang on the process.
    return sum(map(weights.__getitem__, dict.fromkeys(words))) / math.sqrt(max(1, len(words)))


def _words(text: str) -> list[str]:
    if text.isascii():
        return _WORD.findall(text.lower())
    return [word.casefold() for word in _WORD.findall(text)]


def _counts(text: str) -> Counter[str]:
    """How often each word of `_words` stands in a whole text, found faster where its signs are common ones."""
    pieces, odd = _pieces(text)
    counts = Counter(pieces)
    for joined in list(filterfalse(str.isalnum, counts)):
        number = counts.pop(joined)
        for word in _words(joined.replace(_CURLY, "’")):
            counts[word] += number
    counts.update(_words(odd))
    return counts


def distinct_words(text: str) -> set[str]:
    pieces, odd = _pieces(text)
    words = set(pieces)
    joined = list(filterfalse(str.isalnum, words))
    return words.difference(joined).union(_words(" ".join(joined).replace(_CURLY, "’")), _words(odd))


def _pieces(text: str) -> tuple[list[str], str]:
    """Words in lower case that may still have apostrophes around them, and what has letters that are not ASCII."""
    odd = ""
    signs = text.encode("utf-8", "replace")
    if not text.isascii():
        signs = signs.replace(_APOSTROPHE, _CURLY.encode())
        if not _TYPOGRAPHY.fullmatch(signs.translate(None, _ASCII)):
            runs = text.replace("’", _CURLY).split()
            odd = " ".join(filterfalse(str.isascii, runs)).replace(_CURLY, "’")
            signs = " ".join(filter(str.isascii, runs)).encode()
    return signs.lower().translate(_LETTERS).decode().split(), odd


def _stands_alone(first_word: str, *, opens: bool) -> bool:
    """Whether a clause reads as a point. opens: it is the first of its sentence."""
    word = first_word.casefold()
    return word in _SUBJECTS or (opens and word not in STOP_WORDS | _HANGING)
