"""How a table is laid out: what parts its cells, whether it has a header, which column holds the writing."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.sources.dates import parse_date
from pipeline.sources.fields import Field, known_fields

DELIMITERS = (",", ";", "\t", "|")
# A title fits a line; a body does not.
TITLE_CHARS = 150
Row = list[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """names: one per column ("column 3" where the file has none). fields: which of them mean what."""

    delimiter: str
    names: tuple[str, ...]
    fields: dict[Field, str]
    has_header: bool


def find_layout(sample: Sequence[str], *, suffix: str) -> Layout | None:
    """sample: the first lines with their ends. None when no column can be the writing."""
    tables = {delimiter: _rows(sample, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: (_score(tables[one]), one == "\t" and suffix != ".csv"))
    return find_columns(tables[delimiter], delimiter)


def find_columns(rows: Sequence[Row], delimiter: str = ",") -> Layout | None:
    """The same for rows that are already parted into cells; blank ones are left out before."""
    if not rows:
        return None
    fields = known_fields(rows[0])
    if _is_header(rows[0], fields):
        return Layout(delimiter, tuple(rows[0]), _with_body(fields, rows), has_header=True)
    width = Counter(map(len, rows)).most_common(1)[0][0]
    names = tuple(f"column {number}" for number in range(1, width + 1))
    guessed = _guessed(names, [row for row in rows if len(row) == width])
    return Layout(delimiter, names, guessed, has_header=False) if guessed else None


def _rows(sample: Sequence[str], delimiter: str) -> list[Row]:
    """The rows up to the first that cannot be one."""
    rows: list[Row] = []
    try:
        rows.extend(row for row in csv.reader(sample, delimiter=delimiter) if any(cell.strip() for cell in row))
    except csv.Error:
        return rows
    return rows


def _score(rows: Sequence[Row]) -> tuple[int, float]:
    """Known names in the first row, then the share of rows with the commonest width, if that is more than one."""
    if not rows:
        return (0, 0.0)
    width, count = Counter(map(len, rows)).most_common(1)[0]
    known = len(known_fields(rows[0])) if len(rows[0]) <= max(map(len, rows)) else 0
    return known, count / len(rows) if width > 1 else 0.0


def _is_header(row: Row, fields: dict[Field, str]) -> bool:
    """A known name may also be a cell ("Draft, text"): headers have short, different names."""
    short = all(len(cell) <= TITLE_CHARS and "\n" not in cell for cell in row)
    return bool(fields) and short and len(set(row)) == len(row)


def _with_body(fields: dict[Field, str], rows: Sequence[Row]) -> dict[Field, str]:
    """A header that names some columns but not the writing: take the longest column left."""
    if "body" in fields or "completion" in fields:
        return fields
    taken = set(fields.values())
    free = {name: at for at, name in enumerate(rows[0]) if name not in taken}
    if not free or len(rows) < 2:
        return {**fields, "body": fields["title"]} if "title" in fields else fields
    longest = max(free, key=lambda name: _mean_chars(rows[1:], free[name]))
    return {**fields, "body": longest}


def _guessed(names: Sequence[str], rows: Sequence[Row]) -> dict[Field, str]:
    """Without a header: the longest column is the writing, the first short and wordy one before it the title."""
    lengths = [_mean_chars(rows, at) for at in range(len(names))]
    body = max(range(len(names)), key=lambda at: lengths[at])
    if not lengths[body]:
        return {}
    fields: dict[Field, str] = {"body": names[body]}
    others = [at for at in range(len(names)) if at != body]
    dates = [at for at in others if all(parse_date(row[at]) for row in rows)]
    if dates:
        fields["date"] = names[dates[0]]
    titles = [at for at in others if at not in dates and lengths[at] <= TITLE_CHARS and _has_words(rows, at)]
    if titles:
        fields["title"] = names[max(titles, key=lambda at: (_different(rows, at), lengths[at]))]
    return fields


def _mean_chars(rows: Sequence[Row], at: int) -> float:
    return sum(len(row[at]) for row in rows if len(row) > at) / max(1, len(rows))


def _has_words(rows: Sequence[Row], at: int) -> bool:
    wordy = sum(1 for row in rows if any(letter.isalpha() for letter in row[at]) and "://" not in row[at])
    return wordy * 2 > len(rows)


def _different(rows: Sequence[Row], at: int) -> bool:
    """Titles differ; a column of authors or sections repeats itself."""
    return len({row[at] for row in rows}) * 2 > len(rows)
