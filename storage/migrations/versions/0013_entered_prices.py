"""Prices that approvers entered."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "entered_price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("train_microusd_per_million", sa.BigInteger(), nullable=False),
        sa.Column("input_microusd_per_million", sa.BigInteger(), nullable=False),
        sa.Column("output_microusd_per_million", sa.BigInteger(), nullable=False),
        sa.Column("hosting_microusd_per_minute", sa.BigInteger(), nullable=False),
        sa.Column("leash_minutes", sa.Integer(), nullable=False),
        sa.Column("hosting_microusd_per_month", sa.BigInteger(), nullable=False),
        sa.Column("context_tokens", sa.Integer(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("encoding_is_exact", sa.Boolean(), nullable=False),
        sa.Column("shutdown_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entered_price")),
    )
    op.create_index(op.f("ix_entered_price_team_id_provider_base"), "entered_price", ["team_id", "provider", "base"])
