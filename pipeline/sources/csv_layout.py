"""How a table is laid out: what parts its cells, whether it has a header, which column holds the writing."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pipeline.domain.reading import Column, Field, TableColumns, TableSeen
from pipeline.sources.dates import parse_date
from pipeline.sources.decoding import UNSTORABLE
from pipeline.sources.fields import known_fields

DELIMITERS = (",", ";", "\t", "|")
# A title fits a line; a body does not.
TITLE_CHARS = 150
# What a person is shown of a column to know it by.
SHOWN_SAMPLES = 2
SAMPLE_CHARS = 80
# Names of columns are a few words long, and the writing under them is much longer than its name.
NAME_CHARS = 40
TIMES_ITS_NAME = 5
# On average; fewer are a name or a code.
FEWEST_WORDS = 3
TITLE_LEAST = 3
Row = list[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """names: one per column ("column 3" where the file has none). fields: which of them mean what.

    rows: the first ones, with the header. is_sure: the column of the writing is known by its name, or was said.
    """

    delimiter: str
    names: tuple[str, ...]
    fields: dict[Field, str]
    has_header: bool
    rows: tuple[Row, ...] = ()
    is_sure: bool = False

    def seen(self, source_name: str) -> TableSeen:
        """For the person who may know better."""
        places = {name: at for at, name in reversed(list(enumerate(self.names)))}
        heads = [shown(cell) for cell in (self.names if not self.has_header else self.rows[0])]
        columns = tuple(Column(name[:SAMPLE_CHARS], self._samples(at)) for at, name in enumerate(heads))
        fields = tuple((field, places[name]) for field, name in self.fields.items())
        return TableSeen(source_name, columns, fields, self.has_header, self.is_sure)

    def _samples(self, at: int) -> tuple[str, ...]:
        rows = self.rows[1:] if self.has_header else self.rows
        cells = (shown(row[at]) for row in rows if len(row) > at and row[at].strip())
        return tuple(islice(cells, SHOWN_SAMPLES))


def find_layout(sample: Sequence[str], *, suffix: str, told: TableColumns | None = None) -> Layout | None:
    """sample: the first lines with their ends. None when no column can be the writing."""
    delimiter, rows = parted(sample, suffix=suffix)
    return find_columns(rows, delimiter, told=told)


def parted(sample: Sequence[str], *, suffix: str) -> tuple[str, list[Row]]:
    """The likeliest delimiter, and the rows it makes."""
    tables = {delimiter: parse_rows(sample, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: (_score(tables[one]), one == "\t" and suffix != ".csv"))
    return delimiter, tables[delimiter]


def find_columns(rows: Sequence[Row], delimiter: str = ",", *, told: TableColumns | None = None) -> Layout | None:
    """The same for rows that are already parted into cells; blank ones are left out before."""
    if not rows:
        return None
    found = _told(rows, delimiter, told) if told else _found(rows, delimiter)
    return replace(found, rows=tuple(rows)) if found else None


def _told(rows: Sequence[Row], delimiter: str, told: TableColumns) -> Layout | None:
    """As a person said it; a place that the table does not have means nothing."""
    names = tuple(rows[0]) if told.has_header else _numbered(rows)
    fields = {field: names[at] for field, at in told.fields if at < len(names)}
    return Layout(delimiter, names, fields, told.has_header, is_sure=True) if fields else None


def _found(rows: Sequence[Row], delimiter: str) -> Layout | None:
    fields = known_fields(rows[0])
    if _is_header(rows[0], fields):
        named = "body" in fields or "completion" in fields
        complete = _with_title(_with_body(fields, rows), rows)
        if not complete.keys() & {"body", "completion"}:
            return None
        return Layout(delimiter, tuple(rows[0]), complete, has_header=True, is_sure=named and complete == fields)
    if _looks_like_names(rows):
        names = tuple(rows[0])
        return Layout(delimiter, names, _guessed(names, _of_width(rows[1:], len(names))), has_header=True)
    names = _numbered(rows)
    guessed = _guessed(names, _of_width(rows, len(names)))
    return Layout(delimiter, names, guessed, has_header=False) if guessed else None


def _numbered(rows: Sequence[Row]) -> tuple[str, ...]:
    width = Counter(map(len, rows)).most_common(1)[0][0]
    return tuple(f"column {number}" for number in range(1, width + 1))


def _of_width(rows: Sequence[Row], width: int) -> list[Row]:
    return [row for row in rows if len(row) == width]


def _looks_like_names(rows: Sequence[Row]) -> bool:
    """A first row in words that are not known ("Titel;Inhalt"): short, all different, neither dates nor numbers, and
    much shorter than the writing below."""
    names, below = rows[0], _of_width(rows[1:], len(rows[0]))
    if len(below) < 2 or len(names) < 2 or len({name.strip().casefold() for name in names}) < len(names):
        return False
    if not all(_may_be_name(name) for name in names):
        return False
    longest = max(range(len(names)), key=lambda at: _mean_chars(below, at))
    return _mean_chars(below, longest) >= TIMES_ITS_NAME * max(NAME_CHARS // 2, len(names[longest]))


def _may_be_name(cell: str) -> bool:
    name = cell.strip()
    letters = any(letter.isalpha() for letter in name)
    return letters and len(name) <= NAME_CHARS and "\n" not in name and not parse_date(name) and "://" not in name


def shown(cell: str) -> str:
    line = " ".join(cell[: 4 * SAMPLE_CHARS].split())
    return UNSTORABLE.sub("", line if len(line) <= SAMPLE_CHARS else line[: SAMPLE_CHARS - 1] + "…")


def parse_rows(sample: Sequence[str], delimiter: str) -> list[Row]:
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
    return {**fields, "body": longest} if _is_prose(rows[1:], free[longest]) else fields


def _with_title(fields: dict[Field, str], rows: Sequence[Row]) -> dict[Field, str]:
    """Writing under a known name beside a title under an unknown one: the first column of short, different words."""
    if fields.keys() & {"title", "prompt"}:
        return fields
    taken, below = set(fields.values()), _of_width(rows[1:], len(rows[0]))
    for at, name in enumerate(rows[0]):
        is_title = TITLE_LEAST <= _mean_chars(below, at) <= TITLE_CHARS and _has_words(below, at)
        if name not in taken and is_title and _different(below, at) and not any("@" in row[at] for row in below):
            return {**fields, "title": name}
    return fields


def _is_prose(rows: Sequence[Row], at: int) -> bool:
    """Whether a column holds more than names and numbers; languages without spaces have long words."""
    cells = [row[at] for row in rows if len(row) > at]
    words = sum(len(cell.split()) for cell in cells)
    return words >= FEWEST_WORDS * len(cells) or _mean_chars(rows, at) >= TIMES_ITS_NAME * FEWEST_WORDS


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
