"""The values of a JSON file one after another, with one of them in memory at a time."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from pipeline.errors import UnreadableFile
from pipeline.sources.source import Source

BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")
INSIDE = re.compile(r"[\s,\ufeff]*")
# Keys under which exports wrap their list of posts.
WRAPPERS = ("posts", "items", "entries", "articles", "data", "documents")
WORDS = r'"(?:[^"\\]|\\.)*"'
FLAT = rf"(?:{WORDS}|[-\w.+]+|\{{[^{{}}\[\]]*\}}|\[[^{{}}\[\]]*\])"
# Up to the list of a large file that is one object: {"meta": {…}, "posts": [
WRAPPED = re.compile(rf'[\s\ufeff]*\{{\s*(?:{WORDS}\s*:\s*{FLAT}\s*,\s*)*"(?:{"|".join(WRAPPERS)})"\s*:\s*\[')


def json_values(chunks: Iterator[str], source: Source) -> Iterator[Any]:  # Any: JSON is whatever was written
    """The values of an outermost array, values that follow each other, or the posts of an object around them.

    Raises UnreadableFile where a value is longer than the limit for one, or is none; a last one cut off comes as None.
    """
    head = next(chunks, "")
    wrapper = WRAPPED.match(head) if source.size_bytes > source.limits.record_chars else None
    if wrapper:
        yield from _values(chain([head[wrapper.end() :]], chunks), source, INSIDE)
        return
    for value in _values(chain([head], chunks), source, BETWEEN):
        yield from _unwrapped(value)


def _unwrapped(value: Any) -> list[Any]:
    """{"posts": [...]} -> its posts, as deep as Ghost has them: {"db": [{"data": {"posts": [...]}}]}."""
    if isinstance(value, dict):
        for key in WRAPPERS:
            inner = value.get(key)
            if isinstance(inner, list) and inner and all(isinstance(part, dict) for part in inner):
                return inner
        for key in ("db", "data"):
            inner = value.get(key)
            around = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
            if isinstance(around, dict) and (found := _unwrapped(around)) != [around]:
                return found
    return [value]


def _values(chunks: Iterator[str], source: Source, between: re.Pattern[str]) -> Iterator[Any]:
    """between: what may stand between two values; where it is INSIDE, the list's end is the end."""
    decoder = json.JSONDecoder()
    buffer, line, given, wanted = "", 1, 0, 0
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= wanted:
            at = _skip(buffer, 0, between)
            if buffer[at : at + 1] == "]":
                return
            try:
                value, end = decoder.raw_decode(buffer, at)
            except (ValueError, RecursionError):
                # Not whole yet: try again when there is twice as much, so that the work stays linear.
                wanted = 2 * len(buffer)
                break
            if end == len(buffer) and not isinstance(value, dict | list | str):
                break
            yield value
            given += 1
            line += buffer.count("\n", 0, end)
            buffer, wanted = buffer[end:], 0
        if len(buffer) > 2 * source.limits.record_chars:
            raise UnreadableFile(source.name, f"line {line}")
    yield from _last_values(buffer, line, given, source, between)


def _last_values(buffer: str, line: int, given: int, source: Source, between: re.Pattern[str]) -> Iterator[Any]:
    """What is left at the end of the file, whole or cut off."""
    decoder = json.JSONDecoder()
    at = 0
    while (at := _skip(buffer, at, between)) < len(buffer) and buffer[at] != "]":
        try:
            value, at = decoder.raw_decode(buffer, at)
        except (ValueError, RecursionError) as error:
            if not given:
                where = line + buffer.count("\n", 0, getattr(error, "pos", at))
                raise UnreadableFile(source.name, f"line {where}") from error
            yield None
            return
        given += 1
        yield value


def _skip(buffer: str, at: int, between: re.Pattern[str]) -> int:
    found = between.match(buffer, at)
    return found.end() if found else at
