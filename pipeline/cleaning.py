"""Clean texts, made in batches that may be in other processes."""

import pickle
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields
from functools import partial
from operator import attrgetter
from typing import Final, NamedTuple

from pipeline.batches import in_batches
from pipeline.domain.documents import DocumentId, Mark, Recipe
from pipeline.findings import choice_of, effect_of
from pipeline.prompts import Cleaned, Salience, distinct_words, stable_hash
from pipeline.shelf import Place, Shelf
from pipeline.stages import choices, edges
from pipeline.stages.frames import Frame
from pipeline.tagged import EDGE_RULES
from pipeline.tagging import Marked

# 15 of 1,032 posts of four real blogs are shorter; those looked at only announce something that stands elsewhere.
TOO_SHORT_WORDS: Final = 50
SIGNED_ONE_IN: Final = 10  # often enough to be learned as a signature, seldom enough not to end every draft

_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CONTROL = bytes([*range(9), *range(11, 32), 127])
_SPACES = re.compile(r"[ \t]{2,}|\t")
_BLANK_LINES = re.compile(r"\n{3,}")
_OF_CLEANED = attrgetter(*(one.name for one in fields(Cleaned)))


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Applies what a recipe accepted. usual: the spelling to use for a short answer written in another way.

    frame: what is taken off the requests that came with the answers.
    """

    recipe: Recipe
    usual: Mapping[str, str] = field(default_factory=dict)
    frame: Frame = field(default_factory=Frame)

    def text(self, marked: Marked, repeated: Sequence[Mark] = ()) -> str:
        """repeated: what is said again and again; one document in ten may keep it as a signature."""
        signed = choice_of(self.recipe, "repeated-passage") == "signature" and keeps_signature(marked.key)
        marks = [*own_marks(marked.marks, repeated), *(() if signed else repeated)]
        text = tidy(self._fixed(marked.plain.text, marks))
        return self.usual.get(text, text)

    def cleaned(self, marked: Marked, repeated: Sequence[Mark]) -> Cleaned:
        document = marked.document
        return Cleaned(
            key=marked.key,
            document_id=document.document_id,
            title=tidy(self._fixed(marked.title, marked.title_marks)),
            text=self.text(marked, repeated),
            kind=document.kind,
            markup=document.markup,
            register=document.register,
            prompt=None if document.prompt is None else self.frame.inside(document.prompt),
        )

    def keeps(self, words: int) -> bool:
        """Whether a text of so many words becomes a row, too long or not."""
        return words >= TOO_SHORT_WORDS or (words > 0 and effect_of(self.recipe, "too-short") != "leave-out")

    def _fixed(self, text: str, marks: Sequence[Mark]) -> str:
        rules = {rule for rule in {mark.rule for mark in marks} if effect_of(self.recipe, rule) == "rewrite"}
        return choices.apply_marks(text, [mark for mark in marks if mark.rule in rules])


def own_marks(marks: Sequence[Mark], repeated: Sequence[Mark]) -> Sequence[Mark]:
    """Without the lines at its ends that many texts share: the rule for repeated passages decides on those."""
    if not repeated:
        return marks
    own = edges.without([mark for mark in marks if mark.rule in EDGE_RULES], repeated)
    return [mark for mark in marks if mark.rule not in EDGE_RULES or mark in own]


def keeps_signature(key: DocumentId) -> bool:
    """One document in ten, always the same ones."""
    return stable_hash("signature", key) % SIGNED_ONE_IN == 0


class CleanText(NamedTuple):
    """What is remembered of a clean text. place: of the whole on the shelf."""

    key: DocumentId
    words: int
    topic: str
    place: Place


@dataclass(frozen=True, slots=True)
class CleanTexts:
    """salience: of those that become rows."""

    texts: Sequence[CleanText]
    shelf: Shelf
    salience: Salience


def clean_texts(
    cleaner: Cleaner,
    documents: Iterable[tuple[bytes, Sequence[Mark]]],
    keys: Iterable[DocumentId],
    executor: Executor | None,
) -> CleanTexts:
    """documents: packed, with the marks that only a look at all of them gave. keys: theirs, kept once in memory."""
    shelf = Shelf()
    texts: list[CleanText] = []
    number, texts_with = 0, Counter[str]()
    key_of = iter(keys)
    for batch in in_batches(executor, partial(_clean_batch, cleaner), documents):
        texts += (text._replace(key=next(key_of)) for text in batch.shelved(shelf))
        number += batch.kept
        texts_with.update(batch.words)
    return CleanTexts(texts, shelf, Salience(number, texts_with))


def packed_text(cleaned: Cleaned) -> bytes:
    return pickle.dumps(_OF_CLEANED(cleaned), pickle.HIGHEST_PROTOCOL)


def unpacked(record: bytes) -> Cleaned:
    return Cleaned(*pickle.loads(record))


class _CleanBatch(NamedTuple):
    """Clean texts, placed as if `records` began at byte 0. words: of those kept, each once for every text it is in."""

    texts: list[CleanText]
    records: bytes
    kept: int
    words: list[str]

    def shelved(self, shelf: Shelf) -> Iterator[CleanText]:
        at, _ = shelf.add(self.records)
        for text in self.texts:
            yield text._replace(place=Place(at + text.place.at, text.place.size))


def _clean_batch(cleaner: Cleaner, batch: Sequence[tuple[bytes, Sequence[Mark]]]) -> _CleanBatch:
    texts: list[CleanText] = []
    records: list[bytes] = []
    kept = 0
    told: list[str] = []
    at = 0
    for packed, repeated in batch:
        cleaned = cleaner.cleaned(Marked.unpack(packed), repeated)
        record = packed_text(cleaned)
        words = len(cleaned.text.split())
        texts.append(CleanText(cleaned.key, words, cleaned.topic, Place(at, len(record))))
        records.append(record)
        at += len(record)
        if cleaner.keeps(words):
            kept += 1
            told += distinct_words(cleaned.text)
    return _CleanBatch(texts, b"".join(records), kept, told)


def tidy(text: str) -> str:
    """What taking words out leaves behind: doubled spaces, empty lines, stray control characters."""
    try:
        unwanted = len(text.encode().translate(None, _CONTROL)) != len(text.encode())
    except UnicodeEncodeError:  # half of a surrogate pair
        unwanted = True
    text = _UNWANTED.sub("", text) if unwanted else text
    text = _SPACES.sub(" ", text) if "  " in text or "\t" in text else text
    text = "\n".join(map(str.strip, text.split("\n")))
    return _BLANK_LINES.sub("\n\n", text).strip() if "\n\n\n" in text else text.strip()
