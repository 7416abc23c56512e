"""Other names of a voice."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "voice_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_alias_voice_id_voice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_alias")),
        sa.UniqueConstraint("team_id", "handle", name=op.f("uq_voice_alias_team_id_handle")),
    )
    op.create_index(op.f("ix_voice_alias_voice_id"), "voice_alias", ["voice_id"], unique=False)
