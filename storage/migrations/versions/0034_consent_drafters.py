"""Who may draft by a yes, as its owner was asked; none: from before that was kept."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.add_column("consent", sa.Column("drafters", sa.JSON(), nullable=True))
