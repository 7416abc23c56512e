"""Who pays for trying a version, from which month's budgets, and how much is held until it is told.

Those begun before hold nothing; those told already were paid outside the ledger and stay so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    with op.batch_alter_table("evaluation") as table:
        table.add_column(sa.Column("voice_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("month", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("asked_by", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("held_microusd", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("actual_microusd", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE evaluation SET month = substr(CAST(started_at AS VARCHAR), 1, 7), "
        "voice_id = (SELECT voice_id FROM voice_model WHERE voice_model.id = evaluation.voice_model_id), "
        "asked_by = COALESCE((SELECT spend_request.requested_by FROM voice_model "
        "JOIN tuning_job ON tuning_job.id = voice_model.tuning_job_id "
        "JOIN spend_request ON spend_request.id = tuning_job.spend_request_id "
        "WHERE voice_model.id = evaluation.voice_model_id), '')"
    )
    op.execute("UPDATE evaluation SET actual_microusd = 0 WHERE CAST(told AS VARCHAR) NOT IN ('null', '')")
    with op.batch_alter_table("evaluation") as table:
        table.alter_column("voice_id", nullable=False)
        table.alter_column("month", server_default=None)
        table.alter_column("asked_by", server_default=None)
        table.alter_column("held_microusd", server_default=None)
        table.create_foreign_key(op.f("fk_evaluation_voice_id_voice"), "voice", ["voice_id"], ["id"])
