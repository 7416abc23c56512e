"""When a draft's emoji were last read again from Slack, and when its message was found deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    for name in ("swept_at", "deleted_at"):
        op.add_column("draft", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
