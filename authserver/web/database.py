"""Binding the database, with what each kind of database needs to be durable and to fail fast."""

from flask import Flask
from sqlalchemy.engine import make_url

from authserver.base import sqlite
from authserver.config import Settings
from authserver.extensions import db

CONNECT_TIMEOUT = 3
"""Seconds to wait for a connection of PostgreSQL, or for a free one of the pool."""

# `synchronous_commit`: what was acknowledged survives a power loss. The timeouts keep one slow query from
# holding a worker's thread; housekeeping works in small batches and stays far below.
_POSTGRESQL = "-c synchronous_commit=on -c statement_timeout=10s -c lock_timeout=5s"

# A peer that fell silent (a failover that lost its state) is given up after seconds, not after minutes.
_KEEPALIVE = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def bind(app: Flask, settings: Settings) -> None:
    """Give an application its database."""
    url = make_url(settings.database_url)
    options: dict[str, object] = {
        # Parameters of statements hold digests and addresses: they stay out of errors and logs.
        "hide_parameters": True,
    }
    if url.get_backend_name() == "sqlite":
        # A connection is an open file: as many as there are threads.
        options |= {"pool_size": settings.database_pool, "max_overflow": -1}
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        options |= {
            "pool_size": settings.database_pool,
            "max_overflow": 0,
            "pool_timeout": CONNECT_TIMEOUT,
            # A connection that died while the database restarted is noticed before it is used.
            "pool_pre_ping": True,
            "connect_args": {"connect_timeout": CONNECT_TIMEOUT, "options": _POSTGRESQL} | _KEEPALIVE,
        }
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        sqlite.prepare(db.engine)
