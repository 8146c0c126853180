"""Alembic's environment: all missing migrations in one transaction, one process at a time."""

from alembic import context
from sqlalchemy import Connection, Engine, text

from authserver import schema

LOCK = 0x6D696772
"""Advisory lock of PostgreSQL ("migr" in ASCII)."""

PATIENCE = 15
"""Seconds to wait for a table that somebody uses."""


def lock(connection: Connection) -> None:
    """Wait until no other process migrates; the lock ends with the transaction."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("BEGIN IMMEDIATE"))
    else:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        # Whoever waits for a table holds up everybody who comes after: rather give up, and try again.
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))


def run() -> None:
    """Run the migrations over the engine that was handed in."""
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=schema.metadata,
            render_as_batch=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            lock(connection)
            context.run_migrations()


run()
