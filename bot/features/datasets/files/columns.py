"""What the columns of a table mean, said by the steward."""

from dataclasses import dataclass, replace

from bot.features.datasets.changing import stewards_round
from bot.features.datasets.files.speakers import say_reading
from pipeline.domain.reading import TableColumns, TableSeen
from pipeline.domain.voices import SourceId
from pipeline.ports import Clock, Database


@dataclass(frozen=True, slots=True)
class ColumnsOf:
    """How a table of the file was understood. place: index in its tables. Raises NotSteward, RoundLocked."""

    database: Database

    async def __call__(self, source_id: SourceId, user: str, place: int) -> TableSeen:
        async with self.database.read() as tx:
            source = await tx.sources.by_id(source_id)
            await stewards_round(tx, source.round_id, user)
        return source.facts.tables[place]


@dataclass(frozen=True, slots=True)
class ChooseColumns:
    """Raises NotSteward, RoundLocked."""

    database: Database
    clock: Clock

    async def __call__(self, source_id: SourceId, user: str, columns: TableColumns) -> None:
        async with self.database.begin() as tx:
            source = await tx.sources.by_id(source_id)
            others = tuple(one for one in source.reading.columns if one.table != columns.table)
            reading = replace(source.reading, columns=(*others, columns))
            await say_reading(tx, source, user, reading, self.clock)
