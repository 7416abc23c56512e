"""What a reader tells of a file besides its texts, and what a person told the reader about it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.domain.documents import BrokenItem, Document, LeftOut, Measure, Notice

Field = Literal["title", "body", "author", "date", "url", "status", "kind", "prompt", "completion", "tags"]


@dataclass(frozen=True, slots=True)
class TableColumns:
    """What the columns of one table mean, as a person said it; a field that is missing is not used.

    table: the file's name, or "archive/member". fields: field and index of its column, from 0.
    has_header: whether the first row holds names; JSON objects always name their values.
    """

    table: str
    fields: tuple[tuple[Field, int], ...]
    has_header: bool


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What people said about one file; what they did not say is left to the reader's guess.

    columns: at most one for each table of the file.
    speakers: keys of those who are the voice in its transcripts, the others' words are left out; () is nobody yet,
    None that all are taken (and chosen among by the author filter).
    """

    columns: tuple[TableColumns, ...] = ()
    speakers: tuple[str, ...] | None = None

    def of_table(self, table: str) -> TableColumns | None:
        return next((columns for columns in self.columns if columns.table == table), None)


@dataclass(frozen=True, slots=True)
class Column:
    """name: "column 3" where the table has none. samples: the first values with something in them, shortened."""

    name: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableSeen:
    """How a reader understood a table. is_sure: the writing stands in a column whose name says so, or a person did."""

    source_name: str
    columns: tuple[Column, ...]
    fields: tuple[tuple[Field, int], ...]
    has_header: bool
    is_sure: bool

    @property
    def unused(self) -> tuple[str, ...]:
        """Names of the columns that mean nothing to us."""
        used = {at for _, at in self.fields}
        return tuple(column.name for at, column in enumerate(self.columns) if at not in used)


@dataclass(frozen=True, slots=True)
class Figure:
    """How often one page was seen, out of a table of figures. page: its address or path as the table has it."""

    source_name: str
    page: str
    value: float
    measure: Measure


@dataclass(frozen=True, slots=True)
class SpeakerSeen:
    """Somebody who speaks in the transcripts of a file.

    key: the name; of somebody without one ("Speaker 1") the document's id, since another transcript's first speaker
    is another person. sample: how their first long enough paragraph begins.
    """

    key: str
    name: str
    words: int
    sample: str


Item: TypeAlias = Document | BrokenItem | LeftOut | Notice | TableSeen | Figure
