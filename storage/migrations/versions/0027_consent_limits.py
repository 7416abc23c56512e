"""From which day on an owner's texts may be learned from."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("consent", sa.Column("not_before", sa.Date(), nullable=True))
