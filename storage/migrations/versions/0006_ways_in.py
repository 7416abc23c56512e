"""How a source came in, files on their way in by an upload link, and the policy a round was prepared under."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("source", sa.Column("way", sa.String(), nullable=False, server_default="slack"))
    op.add_column("source", sa.Column("url", sa.String(), nullable=True))
    op.add_column("round", sa.Column("origins", sa.JSON(), nullable=True))
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("upload_key", sa.String(), nullable=False),
        sa.Column("link_key", sa.String(), nullable=False),
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("by_user", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("upload_key", name=op.f("uq_upload_upload_key")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_upload_voice_id_voice"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_upload_round_id_round"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_upload_source_id_source"),
    )
    op.create_index(op.f("ix_upload_link_key"), "upload", ["link_key"])
    op.create_index(op.f("ix_upload_expires_at"), "upload", ["expires_at"])
