"""How the database finds what a statement asks for: refuses plans that read a table from end to end."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from tests.growth.installation import Installation

GROWING = (
    "accounts", "account_profiles", "account_devices", "organizations", "memberships", "invitations",
    "api_clients", "client_secrets", "applications", "application_secrets", "application_logos", "consents",
    "grants", "sessions", "session_clients", "outbox", "subjects", "audit_events", "throttle_counters",
)  # fmt: skip
"""Tables without an end. Others hold what operators register: APIs, scopes, permissions, signing keys."""

EXPLAINED = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")

_NAMED = re.compile(r"(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: AS (\w+))?")
_LOOKS = ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
_THROUGH = ("Limit", "Nested Loop", "LockRows", "Subquery Scan", "Append")
"""Nodes that stop what is below them once they have enough rows."""


def whole(installation: Installation, connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Return what of a statement reads a growing table from end to end."""
    if not statement.startswith(EXPLAINED):
        return []
    find = _postgresql if installation.postgresql else _sqlite
    return list(find(connection, statement, parameters[0] if isinstance(parameters, list) else parameters))


def _sqlite(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    named = {alias or table: table for table, alias in _NAMED.findall(statement)}
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    for row in rows:
        detail = row[-1]
        scan = re.match(r"SCAN (\w+)", detail)
        if not scan or named.get(scan[1], scan[1]) not in GROWING:
            continue
        # In the order of an index, and no further than the page reaches.
        stops = "USING" in detail and " LIMIT " in statement and not _sorted(rows)
        if not stops:
            yield detail


def _sorted(rows: Any) -> bool:
    return any(re.search(r"TEMP B-TREE FOR (?:GROUP|DISTINCT|ORDER BY$)", row[-1]) for row in rows)


def _postgresql(connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
    # Whether there is an index that serves it, and not from how many rows on it pays to use it.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    plan = json.loads(explained) if isinstance(explained, str) else explained
    for node, stopped in _nodes(plan[0]["Plan"], stopped=False):
        kind, table = node["Node Type"], node.get("Relation Name", _table_of(node))
        if kind == "Seq Scan" and table in GROWING:
            yield f"Seq Scan on {table}"
        if kind in _LOOKS and "Index Cond" not in node and not stopped:
            yield f"{kind} through all of {node['Index Name']}"


def _table_of(node: dict[str, Any]) -> str:
    return str(node.get("Index Name", ""))


def _nodes(node: dict[str, Any], *, stopped: bool) -> Iterator[tuple[dict[str, Any], bool]]:
    yield node, stopped and "Filter" not in node
    kind = node["Node Type"]
    below = kind == "Limit" or (stopped and kind in _THROUGH and "Filter" not in node)
    for child in node.get("Plans", ()):
        yield from _nodes(child, stopped=below)
