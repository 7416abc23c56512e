"""Duels between versions, their texts and votes; who promoted a version, and why."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    _duel()
    _text()
    _vote()
    for column in (
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promoted_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
    ):
        op.add_column("voice_model", column)


def _create(name: str, *rest: Any) -> None:
    """A table of rows that belong to a workspace."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        *rest,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _duel() -> None:
    _create(
        "duel",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("voice_id", "one", "other")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("channel_id", "asked_by")),
        sa.Column("voters", sa.JSON(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("asked_at", "closes_at")),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("held_microusd", sa.BigInteger(), nullable=False),
        sa.Column("actual_microusd", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_duel_voice_id_voice")),
        sa.ForeignKeyConstraint(["one"], ["voice_model.id"], name=op.f("fk_duel_one_voice_model")),
        sa.ForeignKeyConstraint(["other"], ["voice_model.id"], name=op.f("fk_duel_other_voice_model")),
    )
    op.create_index(op.f("ix_duel_voice_id"), "duel", ["voice_id"])


def _text() -> None:
    _create(
        "duel_text",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("duel_id", "number")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("contender", "brief")),
        sa.Column("send_microusd", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("sends", "answered")),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["duel_id"], ["duel.id"], name=op.f("fk_duel_text_duel_id_duel")),
        sa.UniqueConstraint("duel_id", "number", "contender", name=op.f("uq_duel_text_duel_id_number_contender")),
    )


def _vote() -> None:
    _create(
        "duel_vote",
        sa.Column("duel_id", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["duel_id"], ["duel.id"], name=op.f("fk_duel_vote_duel_id_duel")),
        sa.UniqueConstraint("duel_id", "voter", "number", name=op.f("uq_duel_vote_duel_id_voter_number")),
    )
