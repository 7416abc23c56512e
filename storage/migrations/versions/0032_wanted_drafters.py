"""Who shall draft with a voice too, while its owner has not answered."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("voice", sa.Column("wanted", sa.JSON(), nullable=True))
