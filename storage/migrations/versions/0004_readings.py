"""What people said about reading a file, and what the reading found."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("source", sa.Column("readings", sa.JSON(), nullable=True))
    op.add_column("source", sa.Column("facts", sa.JSON(), nullable=True))
