import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from authserver.audit.event import AuditEvent
from authserver.audit.log import SYSTEM, Origin, Target, listed, record, record_all
from authserver.audit.models import AuditEventRow
from authserver.audit.store import events
from authserver.extensions import connect
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import away, statements, trail

ORIGIN = Origin("client:reports", "192.0.2.1", "request-1")


def test_an_event_tells_who_did_what_to_whom_when_from_where(app: Flask) -> None:
    with time_machine.travel(1_800_000_000, tick=False), UnitOfWork(app):
        record(ORIGIN, "key.revoked", target="kid", organization="acme", result="refused", algorithm="ES256")
    assert trail(app) == [
        AuditEvent(
            at=1_800_000_000,
            action="key.revoked",
            actor="client:reports",
            source="192.0.2.1",
            request_id="request-1",
            target="kid",
            organization_id="acme",
            result="refused",
            details={"algorithm": "ES256"},
        )
    ]


def test_events_of_many_targets_are_the_same_as_one_by_one_and_in_their_order(app: Flask) -> None:
    targets = [Target("b\x00", "acme", {"name": "B"}), Target("a" * 400, "globex")]
    with time_machine.travel(1_800_000_000, tick=False):
        with UnitOfWork(app):
            for each in targets:
                record(
                    ORIGIN, "thing.deleted", target=each.id, organization=each.organization, **each.details
                )
        with UnitOfWork(app), statements(app) as sent:
            record_all(ORIGIN, "thing.deleted", targets)
            record_all(ORIGIN, "thing.deleted", [])
    assert trail(app)[:2] == trail(app)[2:]
    assert len(sent) == 1


def test_an_event_of_the_server_itself_has_neither_source_nor_request(app: Flask) -> None:
    with UnitOfWork(app):
        record(SYSTEM, "key.created", target="kid")
    (event,) = trail(app)
    assert (event.actor, event.source, event.request_id, event.result) == ("system", "", "", "ok")
    assert event.organization_id is None
    assert event.details == {}


def test_an_event_is_undone_with_what_it_tells_of(app: Flask) -> None:
    def fail() -> None:
        with UnitOfWork(app):
            record(ORIGIN, "something.done", target="x")
            events.latest()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert trail(app) == []


def test_an_act_whose_event_can_not_be_written_fails_as_a_whole(app: Flask) -> None:
    with away(app), pytest.raises(OperationalError), UnitOfWork(app):
        record(ORIGIN, "something.done", target="x")
    assert trail(app) == []


def test_events_of_one_second_keep_their_order_and_the_newest_come_first(app: Flask) -> None:
    with time_machine.travel(1_800_000_000, tick=False):
        for number in range(5):
            with UnitOfWork(app):
                record(ORIGIN, "something.done", target=str(number))
    with UnitOfWork(app):
        assert [event.target for event in events.latest(3)] == ["4", "3", "2"]


def test_an_event_is_one_insert(app: Flask) -> None:
    with statements(app) as sent, UnitOfWork(app):
        record(ORIGIN, "something.done", target="x")
    assert [statement.split()[0] for statement in sent] == ["INSERT"]


def test_nobody_sees_an_event_before_the_unit_of_work_that_writes_it_ends(app: Flask) -> None:
    with UnitOfWork(app):
        record(ORIGIN, "something.done", target="x")
        with connect() as other:
            assert other.execute(select(AuditEventRow.id)).all() == []
    assert [event.action for event in trail(app)] == ["something.done"]


def test_a_list_of_names_has_an_end_and_says_what_it_leaves_out() -> None:
    assert listed(["b:read", "a:read"]) == "a:read b:read"
    assert listed([]) == ""
    long = listed([f"area{number:04}:manage" for number in range(200)])
    assert len(long) < 1100
    left = int(long.rpartition("(+")[2].rstrip(")"))
    assert long.count(":manage") + left == 200


@pytest.mark.parametrize(
    "target", ["x" * 5000, "nul\x00inside", "日" * 400, "'; DROP TABLE audit_events; --"]
)
def test_a_target_that_a_stranger_named_never_breaks_the_trail(app: Flask, target: str) -> None:
    with UnitOfWork(app):
        record(ORIGIN, "client.throttled", target=target)
    (event,) = trail(app)
    assert 0 < len(event.target) <= 300
    assert event.target[:3] == target[:3]
    assert "\x00" not in event.target
