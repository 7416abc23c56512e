"""All rows of a voice taken out as values, and put into a database as rows of their own."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.exports import Arrival, Row, VoiceRows
from pipeline.domain.voices import VoiceId
from pipeline.errors import VoiceIsHere
from storage.rows import a_statement_each, insert, insert_new, the_one
from storage.tables import DatasetRow, DraftRow, ErasureRow, OutboxRow, ReactionRow, RoundRow, VoiceRow
from storage.tables.base import Row as TableRow
from storage.voice_tables import BLOBS, BLOBS_INSIDE, HELD, OF, blobs_of, pointers

REACTION: Final = "reaction"
PLACE: Final = "place"  # where a draft or a version stands in Slack: what was said of it is found by that
POSTED: Final = ("draft:{}:text", "rewrite:{}:fixed")
Ids = dict[str, dict[int, int]]  # table -> id there -> id here


@dataclass(frozen=True, slots=True)
class SqlWholeVoices:
    session: AsyncSession

    async def rows_of(self, voice_id: VoiceId) -> VoiceRows:
        voice = await the_one(self.session, VoiceRow, col(VoiceRow.id) == voice_id)
        found: dict[str, list[Row]] = {"voice": [_values(voice)]}
        for held in HELD:
            parents = [row["id"] for row in found[held.parent]]
            rows = await self._of(held.rows, held.via, parents)
            found[held.name] = [row for row in rows if held.only is None or row["state"] in held.only]
        paid = {row["spend_request_id"] for row in found["tuning_job"]}
        found["spend_request"] = [row for row in found["spend_request"] if row["id"] in paid]
        # One that is not told yet holds money here.
        found["evaluation"] = [row for row in found["evaluation"] if row["told"] is not None]
        found[PLACE] = await self._places(voice.team_id, found)
        found[REACTION] = await self._reactions(voice.team_id, found)
        blobs = {blob for table, rows in OF.items() for row in found[table] for blob in blobs_of(rows, row)}
        return VoiceRows(found, frozenset(blobs))

    async def put(self, voice: VoiceRows, arrival: Arrival, *, now: datetime) -> VoiceId:
        putting = Putting(self.session, arrival, now)
        try:
            return await putting.all_of(voice)
        except (KeyError, TypeError, ValidationError, StopIteration) as error:
            raise ValueError(str(type(error))) from error

    async def blobs_in_use(self, blobs: Collection[str]) -> set[str]:
        used: set[str] = set()
        emptied = [one for row in await self.session.exec(select(ErasureRow.datasets)) for one in row]
        for rows, columns in BLOBS.items():
            for name in columns:
                column = col(getattr(rows, name))
                for some in a_statement_each(sorted(blobs)):
                    names = select(column).where(column.in_(some))
                    if rows is DatasetRow:
                        names = names.where(col(DatasetRow.id).not_in(emptied))
                    used |= set(await self.session.exec(names))
        for rows in BLOBS_INSIDE:
            for row in await self.session.exec(select(rows)):
                used |= set(blobs).intersection(blobs_of(rows, row.model_dump()))
        return used

    async def _of(self, rows: type[TableRow], via: str, parents: Sequence[int]) -> list[Row]:
        found: list[Row] = []
        for some in a_statement_each(parents):
            theirs = select(rows).where(col(getattr(rows, via)).in_(some)).order_by(col(rows.id))
            found += [_values(row) for row in await self.session.exec(theirs)]
        return sorted(found, key=lambda row: row["id"])

    async def _places(self, team_id: str, found: Mapping[str, Sequence[Row]]) -> list[Row]:
        keys = [
            key.format(row["id"])
            for key, table in zip(POSTED, ("draft", "rewrite"), strict=True)
            for row in found[table]
        ]
        places: list[Row] = []
        for some in a_statement_each(keys):
            there = (col(OutboxRow.team_id) == team_id, col(OutboxRow.key).in_(some), col(OutboxRow.ts).is_not(None))
            for row in await self.session.exec(select(OutboxRow).where(*there).order_by(col(OutboxRow.id))):
                kind, number, _ = row.key.split(":")
                where = {"channel_id": row.posted_channel_id, "thread_ts": row.posted_thread_ts, "ts": row.ts}
                places.append({"of": kind, "id": int(number), "template": row.template, **where})
        return places

    async def _reactions(self, team_id: str, found: Mapping[str, Sequence[Row]]) -> list[Row]:
        stands = {(row["channel_id"], row["ts"]) for row in [*found[PLACE], *found["rewrite"]]}
        reactions: list[Row] = []
        for some in a_statement_each(sorted(ts for _, ts in stands)):
            there = select(ReactionRow).where(col(ReactionRow.team_id) == team_id, col(ReactionRow.ts).in_(some))
            for row in await self.session.exec(there.order_by(col(ReactionRow.id))):
                if (row.channel_id, row.ts) in stands:
                    reactions.append(_values(row))
        return reactions


@dataclass(frozen=True, slots=True)
class Putting:
    """One import: ids here by ids there."""

    session: AsyncSession
    arrival: Arrival
    now: datetime
    ids: Ids = field(default_factory=dict)

    async def all_of(self, voice: VoiceRows) -> VoiceId:
        named = {name: value for name, value in asdict(self.arrival).items() if name != "team_id"}
        writer = voice.voice.get("writer") or voice.voice["handle"]
        await self._put("voice", [{**voice.voice, **named, "writer": writer, "wanted": None}])
        for held in HELD:
            await self._put(held.name, voice.of(held.name))
        await self._point_back(voice)
        for place in voice.of(PLACE):
            await self._put_place(place)
        for row in voice.of(REACTION):
            values = _checked(ReactionRow, {**row, "team_id": self.arrival.team_id})
            await insert_new(self.session, ReactionRow, **values)
        return VoiceId(next(iter(self.ids["voice"].values())))

    async def _put(self, table: str, rows: Iterable[Row]) -> None:
        row_type, mine = OF[table], self.ids.setdefault(table, {})
        for row in rows:
            values = _checked(row_type, self._moved(row_type, row))
            if (put := await insert_new(self.session, row_type, **values)) is None:
                raise VoiceIsHere(self.arrival.handle)
            mine[row["id"]] = put.id

    def _moved(self, row_type: type[TableRow], row: Row) -> dict[str, Any]:
        """The row as it stands here. What cannot be told yet is set by _point_back."""
        moved = {**row, "team_id": self.arrival.team_id}
        for column, table in pointers(row_type).items():
            if moved.get(column) is not None:
                moved[column] = self.ids[table][moved[column]]
        if row_type is RoundRow:
            moved |= {"dataset_id": None, "previous_dataset_id": None}
        if row_type is DraftRow and moved.get("continues") is not None:
            moved["continues"] = self.ids["draft"].get(moved["continues"])
        return moved

    async def _point_back(self, voice: VoiceRows) -> None:
        """Rounds point at datasets, which point at rounds; feedback names drafts inside a list."""
        for row in voice.of("round"):
            names = ("dataset_id", "previous_dataset_id")
            sets = {name: self.ids["dataset"][row[name]] for name in names if row.get(name) is not None}
            if sets:
                here = col(RoundRow.id) == self.ids["round"][row["id"]]
                await self.session.exec(update(RoundRow).where(here).values(**sets))
        feedback = OF["round_feedback"]
        for row in voice.of("round_feedback"):
            used = [self._used(one) for one in row["used"]]
            here = col(feedback.id) == self.ids["round_feedback"][row["id"]]
            await self.session.exec(update(feedback).where(here).values(used=used))

    def _used(self, one: Mapping[str, Any]) -> dict[str, Any]:
        rewrite_id = one["rewrite_id"]
        return {
            "draft_id": self.ids["draft"][one["draft_id"]],
            "rewrite_id": None if rewrite_id is None else self.ids["rewrite"][rewrite_id],
            "row": int(one["row"]),
        }

    async def _put_place(self, place: Row) -> None:
        """As a message that was said: nothing is posted by it."""
        key = {"draft": POSTED[0], "rewrite": POSTED[1]}[place["of"]].format(self.ids[place["of"]][place["id"]])
        where = {"channel_id": place["channel_id"], "posted_channel_id": place["channel_id"], "ts": place["ts"]}
        await insert(
            self.session,
            OutboxRow,
            team_id=self.arrival.team_id,
            key=key,
            template=str(place["template"]),
            facts={},
            state="done",
            run_at=self.now,
            posted_at=self.now,
            posted_revision=1,
            posted_thread_ts=place["thread_ts"],
            **where,
        )


def _values(row: TableRow) -> Row:
    """As JSON values; times with their zone."""
    return {name: _as_json(value) for name, value in row.model_dump().items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _checked(row_type: type[TableRow], values: Mapping[str, Any]) -> dict[str, Any]:
    """Every column with a value of its type. Raises ValidationError, and ValueError for times without a zone."""
    checked = row_type.model_validate(values).model_dump(exclude={"id"})
    if any(isinstance(value, datetime) and value.tzinfo is None for value in checked.values()):
        raise ValueError(row_type.__tablename__)
    return checked
