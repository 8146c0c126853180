"""Trails for tests: many events, written at once."""

from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from authserver.audit.event import AuditEvent, Entry
from authserver.audit.filter import Filter
from authserver.audit.models import AuditEventRow
from authserver.audit.reading import everything
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import engine_of

NOW = 1_800_000_000


def some(number: int, **fields: Any) -> dict[str, Any]:
    """Return the fields of an event, a second after the one with the number before."""
    usual = {
        "at": NOW + number,
        "action": "thing.done",
        "actor": "account:ada",
        "source": "192.0.2.1",
        "request_id": f"request-{number}",
        "target": f"thing-{number}",
        "organization_id": "acme",
        "result": "ok",
        "details": {"number": str(number)},
    }
    return usual | fields


def write(app: Flask, *events: dict[str, Any]) -> None:
    """Write events as they are, the oldest first."""
    with engine_of(app).begin() as connection:
        connection.execute(insert(AuditEventRow), list(events))


def read(app: Flask, wanted: Filter) -> list[AuditEvent]:
    """Return all events of a filter, newest first."""
    return [entry.event for entry in entries(app, wanted)]


def entries(app: Flask, wanted: Filter | None = None) -> list[Entry]:
    """Return all events of a filter as they stand in the trail, newest first."""
    return list(everything(wanted or Filter(), lambda: UnitOfWork(app)))


def analyze(app: Flask) -> None:
    """Let the database learn how its tables look, as it does by itself after a while."""
    with engine_of(app).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def explained(app: Flask, statement: str, values: Any) -> str:
    """Return how the database would go about a statement."""
    with engine_of(app).connect() as connection:
        word = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        rows = connection.exec_driver_sql(word + statement, values).all()
    return "\n".join(str(row[-1]) for row in rows)
