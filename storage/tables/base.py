"""What all tables share: names of constraints, and the key column."""

from sqlmodel import Field, SQLModel

metadata = SQLModel.metadata
# Alembic can drop a constraint on Postgres, and SQLite's batch mode can rebuild one, only by a known name.
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """A row of a workspace. Rows are read, never assigned to: every change is a statement, so nothing is flushed late.

    id: given by the database; team_id: the Slack workspace the row belongs to.
    """

    id: int = Field(default=None, primary_key=True)
    team_id: str
