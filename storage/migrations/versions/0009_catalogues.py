"""What was read in a file, who looked at it, and who took it out."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for name in ("catalogue_blob", "checked_by", "withdrawn_by"):
        op.add_column("source", sa.Column(name, sa.String(), nullable=True))
    op.create_index(op.f("ix_source_team_id_slack_file_id"), "source", ["team_id", "slack_file_id"])
