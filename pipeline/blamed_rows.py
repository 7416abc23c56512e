"""Which row of a training file a provider complains about, and which text that is."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.documents import DocumentId, Rule, Split
from pipeline.domain.origins import Fate, Text

# "Line 52: …", "row 52", "example 52 of the training file": servers have no common form.
NUMBER: Final = re.compile(r"\b(?:line|row|example)s?\s+#?(\d{1,9})\b", re.IGNORECASE)
# What a safety check may take for something else: findings about people and secrets, the heaviest first.
SENSITIVE: Final[tuple[Rule, ...]] = ("personal-data", "secret", "email", "quotation")
MOST_LIKELY: Final = 3


@dataclass(frozen=True, slots=True)
class BlamedRow:
    """number: of the line, from 1. key: of the document it was made of."""

    split: Split
    number: int
    key: DocumentId
    title: str


def row_number(words: str | None) -> int | None:
    found = NUMBER.search(words or "")
    return int(found[1]) if found else None


def split_of(error_param: str | None) -> Split:
    """By the file that an error names; training when it names none."""
    return "validation" if error_param and error_param.startswith("validation") else "train"


def row_at(fates: Sequence[Fate], split: Split, number: int) -> BlamedRow | None:
    """None when the file has no such line. fates: in the order of the rows, as they are stored."""
    rows = rows_of(fates, split)
    return rows[number - 1] if 1 <= number <= len(rows) else None


def likely_unsafe(fates: Sequence[Fate]) -> list[BlamedRow]:
    """Rows of the training file that our own findings point at, the most striking first; none when nothing does."""
    weights = {fate.key: [SENSITIVE.index(rule) for rule in fate.rules if rule in SENSITIVE] for fate in fates}
    suspects = [row for row in rows_of(fates, "train") if weights[row.key]]
    return sorted(suspects, key=lambda row: (min(weights[row.key]), -len(weights[row.key])))[:MOST_LIKELY]


def rows_of(fates: Sequence[Fate], split: Split) -> list[BlamedRow]:
    own = [fate for fate in fates if fate.left_out is None and fate.split == split]
    return [BlamedRow(split, number, fate.key, fate.title) for number, fate in enumerate(own, start=1)]


def text_at(rows: bytes, number: int) -> Text | None:
    """The words of one line of a file of rows."""
    lines = [line for line in rows.split(b"\n") if line.strip()]
    if not 1 <= number <= len(lines):
        return None
    said = {message["role"]: message["content"] for message in json.loads(lines[number - 1])["messages"]}
    return Text(said.get("user", ""), said.get("assistant", ""))
