"""How many tokens of the validation file a provider may bill; 0 in sets made before, which never change."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "dataset", sa.Column("validation_tokens", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
