import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from authserver.audit import reading
from authserver.audit.filter import Filter
from authserver.audit.log import Origin, record
from authserver.audit.reading import Page, page
from authserver.base.errors import Refused
from authserver.web.unit_of_work import UnitOfWork
from tests.audit.trails import NOW, analyze, entries, explained, read, some, write
from tests.support.application import engine_of

VARIED = [
    some(1),
    some(2, organization_id="globex"),
    some(3, actor="client:reports"),
    some(4, action="sign_in.failed", result="refused", organization_id=None),
    some(5, action="sign_in.ok", organization_id=None),
    some(6, action="signed", target="thing-1"),
]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Filter(), "654321"),
        (Filter("acme"), "631"),
        (Filter("globex"), "2"),
        (Filter("nobody"), ""),
        (Filter(actor="client:reports"), "3"),
        (Filter("globex", actor="client:reports"), ""),
        (Filter(action="sign_in"), "54"),
        (Filter(action="sign_in.ok"), "5"),
        (Filter(action="sign"), "654"),
        (Filter(result="refused"), "4"),
        (Filter(target="thing-1"), "61"),
        (Filter("acme", target="thing-1", action="thing"), "1"),
        (Filter(since=NOW + 3, until=NOW + 5), "43"),
        (Filter("acme", actor="account:ada", since=NOW + 2), "6"),
    ],
)
def test_a_filter_finds_what_it_names_newest_first(app: Flask, wanted: Filter, numbers: str) -> None:
    write(app, *VARIED)
    assert "".join(event.details["number"] for event in read(app, wanted)) == numbers


def test_pages_show_every_event_once_also_those_of_one_second_and_while_new_ones_come(app: Flask) -> None:
    write(app, *[some(number, at=NOW) for number in range(25)])
    seen, cursor = [], ""
    for _ in range(4):
        with UnitOfWork(app):
            shown = page(Filter("acme"), after=cursor, limit=8)
        seen += [entry.event.details["number"] for entry in shown.entries]
        write(app, some(100))
        cursor = shown.next or "end"
    assert seen == [str(number) for number in reversed(range(25))]
    assert cursor == "end"


def test_a_page_that_is_just_full_has_no_next(app: Flask) -> None:
    write(app, some(1), some(2))
    with UnitOfWork(app):
        assert page(Filter(), limit=2).next is None
        assert page(Filter(), limit=1).next is not None
        assert page(Filter("nobody")) == Page((), None)
        assert len(page(Filter(), limit=0).entries) == 1


def test_an_export_reads_each_page_in_a_unit_of_its_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_PAGE", 2)
    write(app, *VARIED)
    units = []

    def unit() -> UnitOfWork:
        units.append(UnitOfWork(app))
        return units[-1]

    assert len(list(reading.everything(Filter(), unit))) == 6
    assert len(units) == 3


def test_what_is_rare_is_found_some_pages_later_and_no_page_looks_at_more_than_its_share(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WINDOW", 10)
    monkeypatch.setattr(reading, "WINDOWS", 3)
    write(app, some(0, result="refused"), *[some(number) for number in range(1, 100)])
    pages, cursor = [], ""
    while True:
        with UnitOfWork(app):
            pages.append(page(Filter("acme", result="refused"), after=cursor))
        if pages[-1].next is None:
            break
        cursor = pages[-1].next
    assert [len(each.entries) for each in pages] == [0, 0, 0, 1]
    assert [event.details["number"] for event in read(app, Filter(result="refused"))] == ["0"]


@pytest.mark.parametrize(
    "asked",
    [
        {"actors": "x"},
        {"organization_id": "globex"},
        {"action": "%"},
        {"action": "Sign_in"},
        {"result": "maybe"},
        {"actor": "x" * 301},
        {"target": "two\nlines"},
        {"target": "nul\x00"},
        {"since": "yesterday"},
        {"since": "-1"},
        {"until": "1" * 13},
        {"until": "999999999999"},
        {"since": "²"},
    ],
)
def test_what_can_not_be_asked_for_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(Refused):
        Filter.parse(asked, "acme")


def test_a_query_becomes_a_filter_of_the_organization_that_the_caller_names() -> None:
    asked = {"actor": "account:ada", "action": "sign_in", "since": "17", "until": ""}
    assert Filter.parse(asked, "acme") == Filter("acme", actor="account:ada", action="sign_in", since=17)


@pytest.mark.parametrize("cursor", ["x", "1", "1.", ".1", "1.-2", "1.2.3", "1" * 13 + ".1", "1. 2", "²·1"])
def test_what_is_no_cursor_is_refused(app: Flask, cursor: str) -> None:
    with UnitOfWork(app), pytest.raises(Refused, match="cursor"):
        page(Filter(), after=cursor)


def test_an_event_that_was_recorded_is_found(app: Flask) -> None:
    with UnitOfWork(app):
        record(Origin("account:ada"), "thing.done", target="x", organization="acme", note="y")
    (entry,) = entries(app, Filter("acme", actor="account:ada"))
    assert entry.id > 0
    assert entry.event.details == {"note": "y"}


PLANS = [
    (Filter(), "ix_audit_events_at_id"),
    (Filter(action="rare.", result="refused"), "ix_audit_events_at_id"),
    (Filter(since=NOW, until=NOW + 50), "ix_audit_events_at_id"),
    (Filter("organization-1"), "ix_audit_events_organization_at_id"),
    (Filter("organization-1", actor="account:1", action="rare."), "ix_audit_events_organization_at_id"),
    (Filter("organization-1", since=NOW, until=NOW + 50), "ix_audit_events_organization_at_id"),
    (Filter(actor="account:1", result="refused"), "ix_audit_events_actor_at_id"),
    (Filter("organization-1", target="thing-7", actor="account:1"), "ix_audit_events_target_at_id"),
]


def of_many(number: int) -> dict[str, Any]:
    return some(number, actor=f"account:{number % 70}", organization_id=f"organization-{number % 30}")


@contextlib.contextmanager
def queries(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    sent: list[tuple[str, Any]] = []

    def collect(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        sent.append((statement, values))

    event.listen(engine_of(app), "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        event.remove(engine_of(app), "before_cursor_execute", collect)


def test_every_way_into_the_trail_has_its_index_however_long_the_trail(app: Flask) -> None:
    before = 0
    for size in (5_000, 50_000):
        write(app, *[of_many(number) for number in range(before, size)])
        before = size
        analyze(app)
        for wanted, index in PLANS:
            for after in ("", f"{NOW + size - 20}.1"):
                with queries(app) as sent, UnitOfWork(app):
                    page(wanted, after=after, limit=50)
                for query in sent:
                    plan = explained(app, *query)
                    assert index in plan, (wanted, plan)
                    assert not re.search(r"Seq Scan|SCAN audit_events(?! USING)", plan), plan


def test_a_page_takes_the_same_number_of_queries_however_long_the_trail(app: Flask) -> None:
    rare = Filter("acme", action="rare.")
    counts = []
    for size in (reading.WINDOW * reading.WINDOWS, reading.WINDOW * (reading.WINDOWS + 2)):
        write(app, *[some(number) for number in range(len(entries(app)), size)])
        with queries(app) as sent, UnitOfWork(app):
            assert page(rare).next is not None
        counts.append(len(sent))
    assert counts == [2 * reading.WINDOWS] * 2
