"""How each dataset was made; datasets no longer change; who took a choice back; documents left out by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

UNCHANGING = "a dataset never changes"


def upgrade() -> None:
    op.add_column("round", sa.Column("previous_dataset_id", sa.Integer(), nullable=True))
    op.add_column("recipe_step", sa.Column("excluded", sa.String(), nullable=True))
    op.add_column("recipe_step", sa.Column("undone_by", sa.String(), nullable=True))
    with op.batch_alter_table("dataset") as dataset:
        for name in ("recipe_blob", "fates_blob"):
            dataset.add_column(sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
        dataset.drop_constraint(op.f("uq_dataset_round_id_content_hash"), type_="unique")
        dataset.create_unique_constraint(
            op.f("uq_dataset_round_id_content_hash_recipe_blob"), ["round_id", "content_hash", "recipe_blob"]
        )
    _refuse_updates(op.get_bind().dialect.name)


def _refuse_updates(dialect: str) -> None:
    """SQLite drops a table's triggers with it: a migration that rebuilds this one makes the trigger anew."""
    if dialect == "sqlite":
        op.execute(
            "CREATE TRIGGER dataset_never_changes BEFORE UPDATE ON dataset "
            f"BEGIN SELECT RAISE(ABORT, '{UNCHANGING}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION dataset_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{UNCHANGING}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER dataset_never_changes BEFORE UPDATE ON dataset "
        "FOR EACH ROW EXECUTE FUNCTION dataset_never_changes()"
    )
