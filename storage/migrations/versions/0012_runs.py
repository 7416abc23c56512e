"""What is known of a training run on its way, and jobs at providers that nobody approved."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("tuning_job", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tuning_job", sa.Column("cancelled_by", sa.String(), nullable=True))
    op.add_column("tuning_job", sa.Column("cancel_intent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tuning_job", sa.Column("step", sa.Integer(), nullable=True))
    op.add_column("tuning_job", sa.Column("steps", sa.Integer(), nullable=True))
    op.add_column("tuning_job", sa.Column("finish_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tuning_job", sa.Column("slow_told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tuning_job", sa.Column("events", sa.JSON(), nullable=True))
    op.add_column("tuning_job", sa.Column("results", sa.JSON(), nullable=True))
    op.add_column("tuning_job", sa.Column("curve", sa.JSON(), nullable=True))
    op.add_column("tuning_job", sa.Column("files_deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_tuning_job_provider_state"), "tuning_job", ["provider", "state"])
    op.create_index(op.f("ix_tuning_job_provider_provider_job"), "tuning_job", ["provider", "provider_job"])
    op.create_table(
        "stray_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("tuning_job_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("provider_job", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("intent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=True),
        sa.Column("billed_microusd", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_job")),
        sa.ForeignKeyConstraint(
            ["tuning_job_id"], ["tuning_job.id"], name=op.f("fk_stray_job_tuning_job_id_tuning_job")
        ),
        sa.UniqueConstraint("provider", "provider_job", name=op.f("uq_stray_job_provider_provider_job")),
    )
    op.create_index(op.f("ix_stray_job_tuning_job_id"), "stray_job", ["tuning_job_id"])
