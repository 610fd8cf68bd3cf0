"""Run by Alembic: migrate over the connection, and inside the transaction, that the store hands in."""

from alembic import context

from pmbridge.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by copying it, and can undo that like anything else.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
