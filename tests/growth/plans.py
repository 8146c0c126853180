"""How the database finds what a statement asks for: refuses plans that read a table from end to end."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from tests.growth.installation import Installation
from tests.support.application import engine_of

GROWING = (
    "accounts", "account_profiles", "account_devices", "organizations", "memberships", "invitations",
    "api_clients", "client_secrets", "applications", "application_secrets", "application_logos", "consents",
    "grants", "sessions", "session_clients", "outbox", "subjects", "audit_events", "throttle_counters",
)  # fmt: skip
"""Tables without an end. Others hold what operators register: APIs, scopes, permissions, signing keys."""

EXPLAINED = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")

_NAMED = re.compile(r"(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: AS (\w+))?")
_SORTS = re.compile(r"USE TEMP B-TREE FOR (?:GROUP BY|DISTINCT|ORDER BY$)")
_LOOKS = ("Index Scan", "Index Only Scan")
_THROUGH = ("Limit", "Incremental Sort", "Nested Loop", "LockRows", "Subquery Scan", "Append")
"""Nodes that stop what is below them once they have enough rows."""


def of_all(installation: Installation, sent: list[tuple[str, Any]]) -> list[str]:
    """Return what of some statements reads a growing table from end to end, with the statement."""
    with engine_of(installation.app).connect() as connection:
        return [
            f"{found} in {statement}"
            for statement, parameters in sent
            for found in whole(installation, connection, statement, parameters)
        ]


def most_looked_at(installation: Installation, sent: list[tuple[str, Any]]) -> int:
    """Return at how many rows the statement looks that looks at most, of those that read (PostgreSQL)."""
    with engine_of(installation.app).connect() as connection:
        return max(
            _rows(_explained(connection, f"(ANALYZE, TIMING off, FORMAT JSON) {statement}", parameters))
            for statement, parameters in sent
            if statement.startswith("SELECT")
        )


def _rows(node: dict[str, Any]) -> int:
    """Return how many rows a plan took from tables and indexes, also those that it passed."""
    below = sum(map(_rows, node.get("Plans", ())))
    if "Scan" not in node["Node Type"] or "Relation Name" not in node:
        return below
    seen = sum(node.get(name, 0) for name in ("Actual Rows", "Rows Removed by Filter", "Heap Fetches"))
    return below + int(seen * node["Actual Loops"])


def _explained(connection: Connection, asked: str, parameters: Any) -> dict[str, Any]:
    # By indexes, as far as there are some that serve it: from how many rows on these pay is not the question.
    for way in ("seqscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    told = connection.exec_driver_sql(f"EXPLAIN {asked}", parameters).scalar_one()
    plan: dict[str, Any] = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return plan


def whole(installation: Installation, connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Return what of a statement reads a growing table from end to end."""
    if not statement.startswith(EXPLAINED):
        return []
    find = _postgresql if installation.postgresql else _sqlite
    return list(find(connection, statement, parameters[0] if isinstance(parameters, list) else parameters))


def _sqlite(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    named = {alias or table: table for table, alias in _NAMED.findall(statement)}
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    for _its_id, parent, _unused, detail in rows:
        scan = re.match(r"SCAN (\w+)", detail)
        if not scan or named.get(scan[1], scan[1]) not in GROWING:
            continue
        # In the order of an index, and no further than the page reaches.
        beside = [row[-1] for row in rows if row[1] == parent]
        if " USING " not in detail or " LIMIT " not in statement or any(map(_SORTS.match, beside)):
            yield detail


def _postgresql(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    plan = _explained(connection, f"(FORMAT JSON) {statement}", parameters)
    for node, stopped in _nodes(plan, stopped=False):
        kind, table = node["Node Type"], node.get("Relation Name")
        through = kind == "Seq Scan" or (kind in _LOOKS and "Index Cond" not in node and not stopped)
        if table in GROWING and through:
            yield f"{kind} on {table}"


def _nodes(node: dict[str, Any], *, stopped: bool) -> Iterator[tuple[dict[str, Any], bool]]:
    yield node, stopped and "Filter" not in node
    kind = node["Node Type"]
    below = kind == "Limit" or (stopped and kind in _THROUGH and "Filter" not in node)
    for child in node.get("Plans", ()):
        yield from _nodes(child, stopped=below)
