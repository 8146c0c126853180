import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.audit.event import AuditEvent, Entry
from authserver.audit.exporting import COLUMNS, export
from tests.audit.trails import some


def entry(**fields: Any) -> Entry:
    return Entry(7, AuditEvent(**some(0, **fields)))


def rows(*entries: Entry) -> list[dict[str, str]]:
    text = b"".join(export(entries, "csv")).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_lines_are_an_object_each_with_the_allowed_members_only() -> None:
    lines = list(export([entry(), entry(organization_id=None)], "jsonl"))
    assert [json.loads(line) for line in lines] == [
        {"id": 7} | some(0),
        {"id": 7} | some(0, organization_id=None),
    ]
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    assert tuple(json.loads(lines[0])) == COLUMNS


def test_csv_has_a_line_of_names_and_times_that_people_read() -> None:
    (row,) = rows(entry(organization_id=None))
    assert tuple(row) == COLUMNS
    assert row["at"] == "2027-01-15T08:00:00Z"
    assert row["details"] == '{"number":"0"}'
    assert row["organization_id"] == ""
    assert rows() == []
    assert list(export([], "jsonl")) == []


@pytest.mark.parametrize("begin", "=+-@\t\r\n")
def test_a_cell_that_a_spreadsheet_would_calculate_gets_an_apostrophe(begin: str) -> None:
    formula = begin + 'HYPERLINK("https://evil.example")'
    (row,) = rows(entry(target=formula, actor=formula))
    assert row["target"] == row["actor"] == "'" + formula
    (line,) = export([entry(target=formula)], "jsonl")
    assert json.loads(line)["target"] == formula


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_whatever_strangers_wrote_stays_in_its_cell_and_in_its_line(target: str) -> None:
    (row,) = rows(entry(target=target, details={target: target}))
    assert row["target"].removeprefix("'") == target.removeprefix("'")
    assert row["result"] == "ok"
    assert json.loads(row["details"]) == {target: target}
    (line,) = export([entry(target=target)], "jsonl")
    assert line.count(b"\n") == 1
    assert json.loads(line)["target"] == target
