"""What of people's feedback went into a round."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    _create(
        "round_feedback",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("sft_blob", "pairs_blob", "kto_blob")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("examples", "pairs")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("used", "meanings")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_feedback_round_id_round")),
        sa.UniqueConstraint("round_id", name=op.f("uq_round_feedback_round_id")),
    )


def _create(name: str, *rest: Any) -> None:
    """A table of rows that belong to a workspace."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        *rest,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
