"""What our own machine costs, and how long it trained."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.add_column("entered_price", sa.Column("machine_watts", sa.Integer(), nullable=True))
    op.add_column("entered_price", sa.Column("kwh_microusd", sa.BigInteger(), nullable=True))
    op.add_column("entered_price", sa.Column("machine_microusd_per_hour", sa.BigInteger(), nullable=True))
    op.add_column("tuning_job", sa.Column("trained_s", sa.Float(), nullable=True))
    op.add_column("preflight", sa.Column("train_tokens_per_s", sa.Float(), nullable=True))
