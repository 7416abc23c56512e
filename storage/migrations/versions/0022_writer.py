"""What a voice's rows call the person, once that is no longer the voice's name."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("voice", sa.Column("writer", sa.String(), nullable=True))
