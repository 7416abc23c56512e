"""How many tokens a base must take for a dataset whose long texts stay whole."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "dataset", sa.Column("needs_context_tokens", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
