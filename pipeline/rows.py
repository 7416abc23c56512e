"""Training rows, made in batches that may be in other processes; their words wait on a shelf."""

import os
import pickle
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pipeline.batches import in_batches
from pipeline.cleaning import CleanText, CleanTexts, unpacked
from pipeline.domain.documents import DocumentId, ExampleId, Split
from pipeline.domain.prepared import Example, Examples
from pipeline.examples import RowMaker, example_id
from pipeline.prompts import Salience, stable_hash
from pipeline.shelf import Place, Shelf


class TextRow(NamedTuple):
    """What is remembered of a row. prompt: its hash, to tell equal ones. place: of title, prompt and text."""

    key: DocumentId
    document_id: DocumentId
    example_id: ExampleId
    topic: str
    prompt: int
    tokens: int
    words: int
    place: Place
    split: Split = "train"


@dataclass(frozen=True, slots=True)
class TextRows:
    rows: Sequence[TextRow]
    shelf: Shelf
    system: str

    def only(self, kept: Collection[DocumentId]) -> "TextRows":
        return TextRows([row for row in self.rows if row.key in kept], self.shelf, self.system)

    def prompt(self, row: TextRow) -> str:
        return self._read(row).prompt

    def examples(self, splits: Mapping[DocumentId, Split]) -> Examples[TextRow]:
        return Examples([row._replace(split=splits[row.key], topic="") for row in self.rows], self._read)

    def _read(self, row: TextRow) -> Example:
        title, prompt, text = pickle.loads(self.shelf.read(row.place))
        return Example(
            example_id=row.example_id,
            document_id=row.document_id,
            system=self.system,
            prompt=prompt,
            completion=text,
            split=row.split,
            tokens=row.tokens,
            words=row.words,
            key=row.key,
            title=title,
        )


def text_rows(maker: RowMaker, clean: CleanTexts, kept: Collection[DocumentId], executor: Executor | None) -> TextRows:
    """Of the texts that are kept, in their order."""
    shelf = Shelf()
    rows: list[TextRow] = []
    wanted = ((text, clean.shelf.read(text.place)) for text in clean.texts if text.key in kept)
    key_of = (text.key for text in clean.texts if text.key in kept)
    with _handed(clean.salience, executor) as salience:
        for batch in in_batches(executor, partial(_rows_batch, maker, salience), wanted):
            rows += (row._replace(key=next(key_of)) for row in batch.shelved(shelf))
    return TextRows(rows, shelf, maker.system)


class _RowBatch(NamedTuple):
    """Rows, placed as if `records` began at byte 0."""

    rows: list[TextRow]
    records: bytes

    def shelved(self, shelf: Shelf) -> Iterator[TextRow]:
        at, _ = shelf.add(self.records)
        for row in self.rows:
            yield row._replace(place=Place(at + row.place.at, row.place.size))


_Handed: TypeAlias = Salience | Path


def _rows_batch(maker: RowMaker, salience: _Handed, batch: Sequence[tuple[CleanText, bytes]]) -> _RowBatch:
    weights = _fetched(salience) if isinstance(salience, Path) else salience
    rows: list[TextRow] = []
    records: list[bytes] = []
    at = 0
    for text, packed in batch:
        cleaned = unpacked(packed)
        row = maker.row(cleaned, weights)
        record = pickle.dumps((cleaned.title, row.prompt, cleaned.text), pickle.HIGHEST_PROTOCOL)
        rows.append(
            TextRow(
                key=cleaned.key,
                document_id=cleaned.document_id,
                example_id=example_id(cleaned.key, cleaned.text),
                topic=text.topic,
                prompt=stable_hash("prompt", row.prompt),
                tokens=row.tokens,
                words=text.words,
                place=Place(at, len(record)),
            )
        )
        records.append(record)
        at += len(record)
    return _RowBatch(rows, b"".join(records))


@contextmanager
def _handed(salience: Salience, executor: Executor | None) -> Iterator[_Handed]:
    """To other processes through a file that each reads once: a real vocabulary has some 100,000 words."""
    if executor is None:
        yield salience
        return
    descriptor, name = tempfile.mkstemp(prefix="understudy-")
    with os.fdopen(descriptor, "wb") as file:
        pickle.dump(salience, file, pickle.HIGHEST_PROTOCOL)
    try:
        yield Path(name)
    finally:
        Path(name).unlink()


@lru_cache(maxsize=1)
def _fetched(path: Path) -> Salience:
    salience: Salience = pickle.loads(path.read_bytes())
    return salience
