"""The owner's word on contested drafts, emoji mapped per workspace, and duels about texts that nobody trains on."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("decided", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_decision_draft_id_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_decision_draft_id")),
    )
    op.create_table(
        "emoji_map",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("meanings", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emoji_map")),
        sa.UniqueConstraint("team_id", name=op.f("uq_emoji_map_team_id")),
    )
    op.add_column("duel_text", sa.Column("is_held_out", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Of duels before this nobody wrote down what they were about; most were about such texts.
    op.execute(sa.update(sa.table("duel_text", sa.column("is_held_out"))).values(is_held_out=sa.true()))
