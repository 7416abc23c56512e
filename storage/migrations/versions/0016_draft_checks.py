"""Drafts thrown away before anyone read them, private ones, ones that go on, and briefs that were answered before."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    zero = sa.text("0")
    op.add_column("draft", sa.Column("thrown_away", sa.Integer(), nullable=False, server_default=zero))
    op.add_column("draft", sa.Column("thrown_away_microusd", sa.BigInteger(), nullable=False, server_default=zero))
    op.add_column("draft", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("draft", sa.Column("continues", sa.Integer(), nullable=True))
    op.add_column("draft", sa.Column("brief_key", sa.String(), nullable=False, server_default=sa.text("''")))
    op.create_index(op.f("ix_draft_voice_model_id_brief_key"), "draft", ["voice_model_id", "brief_key"])
    op.create_index(
        op.f("ix_draft_team_id_requested_by_created_at"), "draft", ["team_id", "requested_by", "created_at"]
    )
