"""What a run learns from and which version it goes on from; what a round's pairs come to in tokens.

All runs until now learned from examples, on the base.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("round_feedback", sa.Column("pair_tokens", sa.JSON(), nullable=True))
    op.add_column("spend_request", sa.Column("pairs_hash", sa.String(), nullable=False, server_default=sa.text("''")))
    op.add_column("spend_request", sa.Column("parent_version", sa.Integer(), nullable=True))
    method = sa.Column("method", sa.String(), nullable=False, server_default=sa.text("'supervised'"))
    op.add_column("tuning_job", method)
    op.add_column("tuning_job", sa.Column("parent_version", sa.Integer(), nullable=True))
    op.add_column("voice_model", sa.Column("parent_version", sa.Integer(), nullable=True))
