"""Events as documents: for programs a JSON object each, for spreadsheets a line of CSV each."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Literal

import orjson

from authserver.audit.event import Entry
from authserver.base.clock import iso

Format = Literal["jsonl", "csv"]

MEDIA_TYPES: dict[Format, str] = {"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8"}
"""What each format is called on the wire (RFC 7111 for CSV)."""

COLUMNS = (
    "id",
    "at",
    "action",
    "result",
    "actor",
    "source",
    "request_id",
    "organization_id",
    "target",
    "details",
)
"""What is told of an event, in this order: nothing else ever leaves."""

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def document(entry: Entry) -> dict[str, object]:
    """Return an event as the JSON object that every surface shows; `at` is in Unix seconds."""
    return {"id": entry.id} | {name: getattr(entry.event, name) for name in COLUMNS[1:]}


def export(entries: Iterable[Entry], form: Format) -> Iterator[bytes]:
    """Return events as lines of one format, UTF-8, each as soon as it is read."""
    return _LINES[form](entries)


def _json_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    return (orjson.dumps(document(entry), option=orjson.OPT_APPEND_NEWLINE) for entry in entries)


def _csv_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    return map(_csv_line, chain([COLUMNS], map(_cells, entries)))


def _cells(entry: Entry) -> tuple[str, ...]:
    told = document(entry) | {"at": iso(entry.event.at), "details": _details(entry)}
    return tuple(_plain("" if told[name] is None else str(told[name])) for name in COLUMNS)


def _details(entry: Entry) -> str:
    return (
        orjson.dumps(entry.event.details, option=orjson.OPT_SORT_KEYS).decode() if entry.event.details else ""
    )


def _plain(cell: str) -> str:
    # A spreadsheet would take it for a formula, and what stands here strangers may have written (OWASP, CSV
    # injection).
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _csv_line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


_LINES: dict[Format, Callable[[Iterable[Entry]], Iterator[bytes]]] = {"jsonl": _json_lines, "csv": _csv_lines}
