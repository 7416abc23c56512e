"""Pictures of datasets, and the files they are in Slack."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("blob", sa.String(), nullable=False),
        sa.Column("slack_file_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_picture_dataset_id_dataset")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_picture_dataset_id_name")),
    )
