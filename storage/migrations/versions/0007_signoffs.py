"""Editors' looks at random texts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "signoff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signoff")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_signoff_voice_id_voice")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_signoff_round_id_round")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_signoff_dataset_id_dataset")),
        sa.UniqueConstraint("dataset_id", "editor", name=op.f("uq_signoff_dataset_id_editor")),
    )
    op.create_index(op.f("ix_signoff_round_id"), "signoff", ["round_id"])
    op.create_table(
        "signoff_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("signoff_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document_key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("opening", sa.String(), nullable=False),
        sa.Column("text_blob", sa.String(), nullable=False),
        sa.Column("sight", sa.String(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signoff_row")),
        sa.ForeignKeyConstraint(["signoff_id"], ["signoff.id"], name=op.f("fk_signoff_row_signoff_id_signoff")),
        sa.UniqueConstraint("signoff_id", "number", name=op.f("uq_signoff_row_signoff_id_number")),
    )
