"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _voice()
    _consent()
    _round()
    _recipe_step()
    _source()
    _dataset()
    _spend_request()
    _budget()
    _spend_hold()
    _tuning_job()
    _voice_model()
    _draft()
    _reaction()
    _rewrite()
    _work_item()
    _outbox()
    _audit_entry()
    _delivery()


def _create(name: str, *rest: Any) -> None:
    """A table of rows that belong to a workspace."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        *rest,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _voice() -> None:
    _create(
        "voice",
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("sensitivity", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("steward", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("works_if", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("team_id", "handle", name=op.f("uq_voice_team_id_handle")),
    )


def _consent() -> None:
    _create(
        "consent",
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("limits", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_consent_voice_id_voice"),
    )
    op.create_index(op.f("ix_consent_voice_id"), "consent", ["voice_id"])


def _round() -> None:
    _create(
        "round",
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("prepared_revision", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_round_voice_id_voice"),
        sa.UniqueConstraint("voice_id", "number", name=op.f("uq_round_voice_id_number")),
    )
    only_open: dict[str, Any] = {
        "sqlite_where": sa.text("state = 'open'"),
        "postgresql_where": sa.text("state = 'open'"),
    }
    op.create_index("uq_round_open_voice_id", "round", ["voice_id"], unique=True, **only_open)


def _recipe_step() -> None:
    _create(
        "recipe_step",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("by_user", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("choice", sa.String(), nullable=True),
        sa.Column("filters", sa.JSON(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_recipe_step_round_id_round"),
    )
    op.create_index(op.f("ix_recipe_step_round_id"), "recipe_step", ["round_id"])


def _source() -> None:
    _create(
        "source",
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("slack_file_id", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_source_round_id_round"),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_source_voice_id_voice"),
    )
    op.create_index(op.f("ix_source_round_id"), "source", ["round_id"])
    op.create_index(op.f("ix_source_voice_id_sha256"), "source", ["voice_id", "sha256"])


def _dataset() -> None:
    _create(
        "dataset",
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("train_blob", sa.String(), nullable=False),
        sa.Column("validation_blob", sa.String(), nullable=False),
        sa.Column("test_blob", sa.String(), nullable=False),
        sa.Column("report_blob", sa.String(), nullable=False),
        sa.Column("documents_read", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("train_examples", sa.Integer(), nullable=False),
        sa.Column("train_tokens", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.BigInteger(), nullable=False),
        sa.Column("open_blockers", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_dataset_round_id_round"),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_dataset_voice_id_voice"),
        sa.UniqueConstraint("round_id", "content_hash", name=op.f("uq_dataset_round_id_content_hash")),
    )
    op.create_index(op.f("ix_dataset_voice_id"), "dataset", ["voice_id"])


def _spend_request() -> None:
    _create(
        "spend_request",
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("dataset_hash", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("epochs", sa.Integer(), nullable=False),
        sa.Column("ceiling_microusd", sa.BigInteger(), nullable=False),
        sa.Column("estimate_microusd", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_spend_request_dataset_id_dataset"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_spend_request_round_id_round"),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_spend_request_voice_id_voice"),
    )
    op.create_index(op.f("ix_spend_request_round_id"), "spend_request", ["round_id"])
    op.create_index(op.f("ix_spend_request_voice_id"), "spend_request", ["voice_id"])


def _budget() -> None:
    _create(
        "budget",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("limit_microusd", sa.BigInteger(), nullable=False),
        sa.Column("held_microusd", sa.BigInteger(), nullable=False),
        sa.Column("settled_microusd", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("held_microusd >= 0", name=op.f("ck_budget_held_not_negative")),
        sa.CheckConstraint("settled_microusd >= 0", name=op.f("ck_budget_settled_not_negative")),
        sa.UniqueConstraint("team_id", "month", name=op.f("uq_budget_team_id_month")),
    )


def _spend_hold() -> None:
    _create(
        "spend_hold",
        sa.Column("spend_request_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("amount_microusd", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actual_microusd", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["spend_request_id"], ["spend_request.id"], name="fk_spend_hold_spend_request_id_spend_request"
        ),
        sa.UniqueConstraint("spend_request_id", name=op.f("uq_spend_hold_spend_request_id")),
    )


def _tuning_job() -> None:
    _create(
        "tuning_job",
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("spend_request_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("epochs", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("training_file", sa.String(), nullable=True),
        sa.Column("validation_file", sa.String(), nullable=True),
        sa.Column("intent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unknowns", sa.Integer(), nullable=False),
        sa.Column("provider_job", sa.String(), nullable=True),
        sa.Column("provider_status", sa.String(), nullable=True),
        sa.Column("trained_tokens", sa.BigInteger(), nullable=True),
        sa.Column("model_name", sa.String(), nullable=True),
        sa.Column("actual_microusd", sa.BigInteger(), nullable=True),
        sa.Column("failure_code", sa.String(), nullable=True),
        sa.Column("failure_message", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("running_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_tuning_job_dataset_id_dataset"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_tuning_job_round_id_round"),
        sa.ForeignKeyConstraint(
            ["spend_request_id"], ["spend_request.id"], name="fk_tuning_job_spend_request_id_spend_request"
        ),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_tuning_job_voice_id_voice"),
        sa.UniqueConstraint("key", name=op.f("uq_tuning_job_key")),
        sa.UniqueConstraint("spend_request_id", name=op.f("uq_tuning_job_spend_request_id")),
    )
    op.create_index(op.f("ix_tuning_job_team_id_state"), "tuning_job", ["team_id", "state"])
    op.create_index(op.f("ix_tuning_job_voice_id"), "tuning_job", ["voice_id"])


def _voice_model() -> None:
    _create(
        "voice_model",
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tuning_job_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("model_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tuning_job_id"], ["tuning_job.id"], name="fk_voice_model_tuning_job_id_tuning_job"),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_voice_model_voice_id_voice"),
        sa.UniqueConstraint("tuning_job_id", name=op.f("uq_voice_model_tuning_job_id")),
        sa.UniqueConstraint("voice_id", "version", name=op.f("uq_voice_model_voice_id_version")),
    )


def _draft() -> None:
    _create(
        "draft",
        sa.Column("voice_id", sa.Integer(), nullable=False),
        sa.Column("voice_model_id", sa.Integer(), nullable=False),
        sa.Column("brief", sa.String(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("temperature", sa.Float(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("thread_ts", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("prompt_tokens", sa.Integer(), nullable=True),
        sa.Column("completion_tokens", sa.Integer(), nullable=True),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("finish_reason", sa.String(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name="fk_draft_voice_id_voice"),
        sa.ForeignKeyConstraint(["voice_model_id"], ["voice_model.id"], name="fk_draft_voice_model_id_voice_model"),
    )
    op.create_index(op.f("ix_draft_voice_id"), "draft", ["voice_id"])


def _reaction() -> None:
    _create(
        "reaction",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("event_ts", sa.String(), nullable=False),
        sa.Column("event_us", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(
            "team_id", "channel_id", "ts", "user", "name", name=op.f("uq_reaction_team_id_channel_id_ts_user_name")
        ),
    )


def _rewrite() -> None:
    _create(
        "rewrite",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_share", sa.Float(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_rewrite_draft_id_draft"),
        sa.UniqueConstraint("team_id", "channel_id", "ts", name=op.f("uq_rewrite_team_id_channel_id_ts")),
    )
    op.create_index(op.f("ix_rewrite_draft_id"), "rewrite", ["draft_id"])


def _work_item() -> None:
    _create(
        "work_item",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rerun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_work_item_kind_subject")),
    )
    op.create_index(op.f("ix_work_item_state_run_at"), "work_item", ["state", "run_at"])


def _outbox() -> None:
    _create(
        "outbox",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("seeds", sa.JSON(), nullable=False),
        sa.Column("only_for", sa.String(), nullable=True),
        sa.Column("channel_id", sa.String(), nullable=True),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("thread_key", sa.String(), nullable=True),
        sa.Column("thread_ts", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("intent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_channel_id", sa.String(), nullable=True),
        sa.Column("posted_thread_ts", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("posted_revision", sa.Integer(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.UniqueConstraint("team_id", "key", name=op.f("uq_outbox_team_id_key")),
    )
    op.create_index(op.f("ix_outbox_state_run_at"), "outbox", ["state", "run_at"])
    op.create_index(op.f("ix_outbox_team_id_posted_channel_id_ts"), "outbox", ["team_id", "posted_channel_id", "ts"])


def _audit_entry() -> None:
    _create(
        "audit_entry",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
    )
    op.create_index(op.f("ix_audit_entry_team_id_id"), "audit_entry", ["team_id", "id"])


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_seen_at"), "delivery", ["seen_at"])
