"""Who may draft with a voice."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("voice", sa.Column("drafters", sa.JSON(), nullable=True))
