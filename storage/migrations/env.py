"""Alembic's entry; storage.migrate hands in the connection, which is in a transaction already."""

from alembic import context

from storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite cannot alter most things in place
)
with context.begin_transaction():
    context.run_migrations()
