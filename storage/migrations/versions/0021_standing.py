"""Who paused a voice and when, and when a provider confirmed that a model is deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("voice", sa.Column("state_by", sa.String(), nullable=True))
    op.add_column("voice", sa.Column("state_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("voice_model", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
