"""Budgets of voices and people beside the workspace's, rules that admins set, signatures and approvers' choices."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

# What is held and settled so far, by voice and by who asked.
SPENT = (
    "SELECT h.team_id, h.month, r.voice_id, r.requested_by AS person, "
    "CASE WHEN h.state = 'held' THEN h.amount_microusd ELSE 0 END AS held, COALESCE(h.actual_microusd, 0) AS settled "
    "FROM spend_hold h JOIN spend_request r ON r.id = h.spend_request_id UNION ALL "
    "SELECT team_id, month, voice_id, asked_by, "
    "CASE WHEN actual_microusd IS NULL THEN held_microusd ELSE 0 END, COALESCE(actual_microusd, 0) FROM baseline"
)


def upgrade() -> None:
    for name in ("answerable_since", "reminded_at"):
        op.add_column("spend_request", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("spend_request", sa.Column("direct_copies", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_spend_request_team_id_state"), "spend_request", ["team_id", "state"])
    op.execute("UPDATE spend_request SET answerable_since = requested_at")
    _budgets()
    _spend_rule()
    _signature()
    _approver()
    _auto_approval()


def _budgets() -> None:
    with op.batch_alter_table("budget") as budget:
        budget.add_column(sa.Column("scope", sa.String(), nullable=False, server_default=sa.text("''")))
        budget.add_column(sa.Column("raised_microusd", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
        budget.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
        budget.drop_column("limit_microusd")
        budget.drop_constraint(op.f("uq_budget_team_id_month"), type_="unique")
        budget.create_unique_constraint(op.f("uq_budget_team_id_month_scope"), ["team_id", "month", "scope"])
    for scope in ("'voice:' || CAST(voice_id AS VARCHAR)", "'person:' || person"):
        op.execute(
            "INSERT INTO budget (team_id, month, scope, held_microusd, settled_microusd) "
            f"SELECT team_id, month, {scope}, SUM(held), SUM(settled) FROM ({SPENT}) spent "
            f"GROUP BY team_id, month, {scope}"
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


def _spend_rule() -> None:
    _create(
        "spend_rule",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("team_id", "name", name=op.f("uq_spend_rule_team_id_name")),
    )


def _signature() -> None:
    request = "spend_request_id"
    _create(
        "signature",
        sa.Column(request, sa.Integer(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("raises", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint([request], ["spend_request.id"], name="fk_signature_spend_request_id_spend_request"),
        sa.UniqueConstraint(request, "user", name=op.f("uq_signature_spend_request_id_user")),
        sa.UniqueConstraint(request, "authority", name=op.f("uq_signature_spend_request_id_authority")),
    )


def _approver() -> None:
    _create(
        "approver",
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("wants_direct", sa.Boolean(), nullable=True),
        sa.Column("stand_in", sa.String(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.UniqueConstraint("team_id", "user", name=op.f("uq_approver_team_id_user")),
    )


def _auto_approval() -> None:
    _create(
        "auto_approval",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_auto_approval_used_not_negative")),
        sa.UniqueConstraint("team_id", "day", name=op.f("uq_auto_approval_team_id_day")),
    )
