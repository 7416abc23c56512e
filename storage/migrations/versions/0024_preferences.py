"""What a voice's people want of it: seconds per draft, a weekly digest."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "voice_preference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("target_s", sa.Integer(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_preference_voice_id_voice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_preference")),
        sa.UniqueConstraint("voice_id", name=op.f("uq_voice_preference_voice_id")),
    )
