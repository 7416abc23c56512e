"""Untrained drafts judged blind, and a voice's version 0 that nobody trained."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _baseline()
    _pair()
    _judgement()
    _override()
    with op.batch_alter_table("voice_model") as model:
        model.alter_column("tuning_job_id", existing_type=sa.Integer(), nullable=True)
        model.add_column(sa.Column("dataset_id", sa.Integer(), nullable=True))
        model.create_foreign_key(op.f("fk_voice_model_dataset_id_dataset"), "dataset", ["dataset_id"], ["id"])


def _baseline() -> None:
    op.create_table(
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("voice_id", "round_id", "dataset_id")),
        sa.Column("dataset_hash", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("provider", "base", "asked_by")),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judges", sa.JSON(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("held_microusd", sa.BigInteger(), nullable=False),
        sa.Column("send_microusd", sa.BigInteger(), nullable=False),
        sa.Column("actual_microusd", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_baseline_voice_id_voice")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_baseline_round_id_round")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_baseline_dataset_id_dataset")),
        sa.UniqueConstraint(
            "team_id", "dataset_hash", "attempt", name=op.f("uq_baseline_team_id_dataset_hash_attempt")
        ),
    )
    op.create_index(op.f("ix_baseline_round_id"), "baseline", ["round_id"])


def _pair() -> None:
    op.create_table(
        "baseline_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("baseline_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=False),
        sa.Column("shown_blob", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_pair")),
        sa.ForeignKeyConstraint(["baseline_id"], ["baseline.id"], name=op.f("fk_baseline_pair_baseline_id_baseline")),
        sa.UniqueConstraint("baseline_id", "number", name=op.f("uq_baseline_pair_baseline_id_number")),
    )


def _judgement() -> None:
    op.create_table(
        "baseline_judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("baseline_id", sa.Integer(), nullable=False),
        sa.Column("judge", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("guess", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_judgement")),
        sa.ForeignKeyConstraint(
            ["baseline_id"], ["baseline.id"], name=op.f("fk_baseline_judgement_baseline_id_baseline")
        ),
        sa.UniqueConstraint(
            "baseline_id", "judge", "number", name=op.f("uq_baseline_judgement_baseline_id_judge_number")
        ),
    )


def _override() -> None:
    op.create_table(
        "baseline_override",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("team_id", "dataset_hash", "by_user", "reason")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_override")),
        sa.UniqueConstraint("team_id", "dataset_hash", name=op.f("uq_baseline_override_team_id_dataset_hash")),
    )
