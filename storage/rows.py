"""Inserting, finding and locking rows: the few statements that differ between SQLite and Postgres."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.engine import is_writing

RowT = TypeVar("RowT", bound=SQLModel)
T = TypeVar("T")
VALUES_PER_STATEMENT: Final = 500  # well under 32,766, the most parameters either database takes


def insert_into(session: AsyncSession, row_type: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT; both databases write it alike."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(row_type)
    return postgresql.insert(row_type)


async def insert_new(session: AsyncSession, row_type: type[RowT], **values: Any) -> RowT | None:
    """The row as stored, or None when a unique constraint has one like it already."""
    statement = insert_into(session, row_type).values(**values).on_conflict_do_nothing()
    inserted: RowT | None = (await session.exec(statement.returning(row_type))).scalars().one_or_none()
    return inserted


async def insert(session: AsyncSession, row_type: type[RowT], **values: Any) -> RowT:
    statement = insert_into(session, row_type).values(**values).returning(row_type)
    inserted: RowT = (await session.exec(statement)).scalars().one()
    return inserted


async def find(session: AsyncSession, row_type: type[RowT], *conditions: ColumnElement[bool]) -> RowT | None:
    """The one row, locked against change by others when this transaction may write."""
    return (await session.exec(for_change(session, select(row_type).where(*conditions)))).one_or_none()


async def the_one(session: AsyncSession, row_type: type[RowT], *conditions: ColumnElement[bool]) -> RowT:
    """As find. Raises LookupError when there is none: an id that we gave out ourselves is never unknown."""
    row = await find(session, row_type, *conditions)
    if row is None:
        raise LookupError(row_type.__tablename__, *(str(condition) for condition in conditions))
    return row


def for_change(session: AsyncSession, statement: SelectOfScalar[RowT]) -> SelectOfScalar[RowT]:
    """FOR NO KEY UPDATE in a writing transaction on Postgres: rows that point here can still be added by others.

    SQLite needs none (its dialect drops it): BEGIN IMMEDIATE lets one writer in at a time.
    """
    return statement.with_for_update(key_share=True) if is_writing(session) else statement


def a_statement_each(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """A few values at a time, as many as one statement takes."""
    for start in range(0, len(values), VALUES_PER_STATEMENT):
        yield values[start : start + VALUES_PER_STATEMENT]
