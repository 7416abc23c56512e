"""JSON lines and JSON arrays: training rows or posts, one object each."""

import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from pipeline.domain.documents import BrokenItem, Document, DocumentId
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile, UnreadableFile
from pipeline.sources.conversations import last_exchange
from pipeline.sources.decoding import TextStream
from pipeline.sources.fields import document_from, known_fields
from pipeline.sources.json_stream import json_values
from pipeline.sources.kept import KEY, kept_document
from pipeline.sources.keys import Keys, find_keys
from pipeline.sources.source import Source
from pipeline.sources.wordpress_rest import is_rest_post, rest_post

# Objects that decide which keys hold what: enough to be typical, few enough to keep.
SAMPLE_OBJECTS = 50
SAMPLE_CHARS = 500_000


def read_jsonl(source: Source) -> Iterator[Item]:
    """Ids are line numbers; a line that is no JSON object is a BrokenItem and the next one is read."""
    text = TextStream(source.stream)
    readable = 0
    first_broken: BrokenItem | None = None
    for item in _items(_line_values(text.lines(source.limits.record_chars), source), source, "line"):
        if isinstance(item, BrokenItem):
            first_broken = first_broken or item
        elif isinstance(item, Document):
            readable += 1
        yield item
    if not readable:
        if first_broken is None:
            raise EmptyFile(source.name)
        raise UnreadableFile(source.name, f"line {first_broken.document_id}")
    yield from text.notices(source.name)


def read_json(source: Source) -> Iterator[Item]:
    """An array of objects, objects one after another, or one object that wraps a list. Ids count from 1."""
    text = TextStream(source.stream)
    is_empty = True
    for item in _items(enumerate(json_values(text.chunks(), source), 1), source, "item"):
        is_empty = False
        yield item
    if is_empty:
        raise EmptyFile(source.name)
    yield from text.notices(source.name)


def _line_values(lines: Iterator[str], source: Source) -> Iterator[tuple[int, Any]]:
    limit = source.limits.record_chars
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if len(line) > limit:
            yield number, _broken(number, source, f"is longer than {limit:,} characters")
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            yield number, _broken(number, source, "is not JSON")


def _items(values: Iterator[tuple[int, Any]], source: Source, counted: str) -> Iterator[Item]:
    """values: with their numbers. The first ones tell which keys hold what."""
    first = list(_first(values))
    plain_ones = [value for _, value in first if isinstance(value, dict) and not _is_shaped(value)]
    keys = find_keys(plain_ones, source.options.of_table(source.name))
    if plain_ones:
        yield keys.seen(source.name)
    for number, value in chain(first, values):
        yield _item(value, number, source, counted, keys)


def _first(values: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    chars = 0
    for number, value in islice(values, SAMPLE_OBJECTS):
        yield number, value
        chars += sum(len(part) for part in value.values() if isinstance(part, str)) if isinstance(value, dict) else 0
        if chars > SAMPLE_CHARS:
            return


def _is_shaped(value: dict[str, Any]) -> bool:
    """Whether its form says what everything in it is."""
    return KEY in value or is_rest_post(value) or last_exchange(value) is not None


def _item(value: Any, number: int, source: Source, counted: str, keys: Keys) -> Item:  # Any: JSON is whatever it is
    if isinstance(value, BrokenItem):
        return value
    if not isinstance(value, dict):
        return _broken(number, source, "is not a JSON object", counted)
    if (kept := kept_document(value)) is not None:
        return kept
    if is_rest_post(value):
        return rest_post(value, fallback_id=str(number), source=source)
    exchange = last_exchange(value)
    if exchange is not None:
        value = {**value, "prompt": exchange.prompt, "completion": exchange.completion}
        return document_from(value, known_fields(value), document_id=str(number), source_name=source.name)
    if not keys.has_text(value):
        return _broken(number, source, "has no text that I know the name of", counted)
    return document_from(value, keys.of(value), document_id=str(number), source_name=source.name)


def _broken(number: int, source: Source, reason: str, counted: str = "line") -> BrokenItem:
    return BrokenItem(DocumentId(str(number)), source.name, f"{counted} {number} {reason}")
