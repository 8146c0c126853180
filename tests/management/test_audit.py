"""The audit trail over the management API."""

import csv
import io
import json

import pytest

from authserver.accounts import directory as people
from authserver.audit import reading
from authserver.audit.log import SYSTEM, Origin
from authserver.organizations import directory
from authserver.organizations.permissions import AUDIT
from authserver.web.unit_of_work import UnitOfWork
from tests.management.world import PRODUCT, World
from tests.organizations.workspace import somebody, workspace
from tests.support.application import trail
from tests.support.people import later


def test_an_organization_s_events_are_read_page_by_page_newest_first(world: World) -> None:
    anna, auditor = world.administrator(), world.member("member", AUDIT)
    for number in range(3):
        anna.patch(world.path, {"name": f"Acme {number}"})
    path = f"{world.path}/audit?action=organization.renamed"
    first = auditor.get(f"{path}&limit=2").body
    rest = auditor.get(f"{path}&limit=2&cursor={first['next']}").body
    events = first["items"] + rest["items"]
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert events == sorted(events, key=lambda each: each["id"], reverse=True)
    assert {(each["actor"], each["source"]) for each in events} == {(f"account:{anna.id}", "192.0.2.5")}
    assert {each["organization_id"] for each in events} == {world.acme.id}


def test_nothing_of_another_organization_is_in_it(world: World) -> None:
    anna, other = world.administrator(), workspace(world.app, "other")
    everything = anna.get(f"{world.path}/audit?limit=100").content.decode()
    assert world.acme.id in everything
    assert other.id not in everything


def test_events_are_found_by_actor_target_result_and_time(world: World) -> None:
    robot, anna = world.software("members:manage"), world.administrator()
    robot.post(f"{world.path}/invitations", {"email": "guest@example.com"})
    path = f"{world.path}/audit"
    (made,) = anna.get(f"{path}?actor=client:{robot.id}").body["items"]
    assert (made["action"], made["target"], made["result"]) == (
        "invitation.created", "guest@example.com", "ok",
    )  # fmt: skip
    assert anna.get(f"{path}?target=guest%40example.com").body["items"] == [made]
    assert anna.get(f"{path}?result=refused").body["items"] == []
    assert anna.get(f"{path}?since=2100-01-01T00:00:00Z").body["items"] == []
    assert anna.get(f"{path}?until=2001-01-01T00:00:00Z").body["items"] == []
    assert made in anna.get(f"{path}?since=2001-01-01T00:00:00Z&until=2100-01-01T00:00:00Z").body["items"]


def test_operators_and_strangers_stay_unknown_also_to_who_asks_for_them(world: World) -> None:
    anna, olga = world.administrator(), somebody(world.app)
    origin = Origin(f"account:{olga.id}", "192.0.2.77")
    with UnitOfWork(world.app):
        people.set_operator(olga, SYSTEM, operator=True)
        directory.rename("acme", "By an operator", origin)
        directory.limit("acme", None, origin)
    path = f"{world.path}/audit"
    (renamed,) = anna.get(f"{path}?action=organization.renamed").body["items"]
    assert (renamed["actor"], renamed["source"]) == ("operator", "")
    everything = anna.get(f"{path}?limit=100").content.decode()
    assert olga.id not in everything
    assert "192.0.2.77" not in everything
    assert anna.get(f"{path}?actor=account:{olga.id}").body["items"] == []


def test_all_events_of_a_filter_are_sent_line_by_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, auditor = world.administrator(), world.member("member", AUDIT)
    for number in range(5):
        anna.patch(world.path, {"name": f"=Acme {number}"})
    query = f"action=organization.renamed&actor=account:{anna.id}"
    listed = auditor.get(f"{world.path}/audit?{query}").body["items"]
    monkeypatch.setattr(reading, "LONGEST_PAGE", 2)
    sent = auditor.get(f"{world.path}/audit/export?{query}")
    assert sent.headers["Content-Type"] == "application/jsonl"
    assert [json.loads(line) for line in sent.content.splitlines()] == listed
    assert len(listed) == 5
    table = auditor.get(f"{world.path}/audit/export?{query}&format=csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.content.decode())))
    assert [int(row["id"]) for row in rows] == [each["id"] for each in listed]
    for bad in ("format=xml", "limit=5", "cursor=x", "action=DROP%20TABLE"):
        assert auditor.get(f"{world.path}/audit/export?{bad}").refused(400), bad


def test_it_says_what_was_granted_and_which_application_acted(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/api-clients"
    wish = {"name": "Reports", "scopes": ["webapi"], "permissions": ["billing:read"]}
    made = anna.post(path, wish).body["api_client"]["id"]
    change = {"name": "Sums", "scopes": ["management"], "permissions": ["billing:read", "members:manage"]}
    anna.patch(f"{path}/{made}", change)
    anna.patch(world.path, {"name": "Other"})
    audit = f"{world.path}/audit"
    changed, created = anna.get(f"{audit}?target={made}").body["items"]
    assert created["details"] == {
        "name": "Reports", "scopes": "webapi", "permissions": "billing:read", "application": PRODUCT,
    }  # fmt: skip
    assert changed["details"] == {
        "before": "Reports", "after": "Sums", "scopes_added": "management", "scopes_removed": "webapi",
        "permissions_added": "members:manage", "application": PRODUCT,
    }  # fmt: skip
    (renamed,) = anna.get(f"{audit}?action=organization.renamed").body["items"]
    assert renamed["details"] == {"before": "Acme", "after": "Other", "application": PRODUCT}
    # Software acts by itself.
    robot = world.software("members:manage")
    robot.post(f"{world.path}/invitations", {"email": "guest@example.com"})
    (invited,) = anna.get(f"{audit}?actor=client:{robot.id}").body["items"]
    assert "application" not in invited["details"]


def test_what_somebody_may_not_is_told_once_a_minute_for_each_act(world: World) -> None:
    anna, bert = world.administrator(), world.member("member", "members:manage")
    refusals = f"{world.path}/audit?result=refused"
    for _ in range(3):
        assert bert.patch(world.path, {"name": "Mine"}).refused(403)
        assert bert.patch(f"{world.path}/members/{anna.id}", {"role": "member"}).refused(403)
    told = anna.get(refusals).body["items"]
    assert {(each["action"], each["actor"], each["details"]["attempt"]) for each in told} == {
        ("access.refused", f"account:{bert.id}", "change_organization"),
        ("access.refused", f"account:{bert.id}", "change_member"),
    }
    assert len(told) == 2
    with later(61):
        assert bert.patch(world.path, {"name": "Mine"}).refused(403)
    assert len(anna.get(refusals).body["items"]) == 3


def test_strangers_write_nothing_into_it(world: World) -> None:
    anna, stranger = world.administrator(), world.person(somebody(world.app))
    elsewhere = World(world.app, workspace(world.app, "other")).software()
    before = len(trail(world.app))
    assert stranger.patch(world.path, {"name": "Mine"}).refused(404)
    # Software is told that this is for people, before anybody asks where it belongs.
    assert elsewhere.post(f"{world.path}/leave").refused(403)
    assert len(trail(world.app)) == before
    assert anna.get(f"{world.path}/audit?result=refused").body["items"] == []


def test_what_can_not_be_asked_for_is_a_bad_request(world: World) -> None:
    anna = world.administrator()
    cursor = world.administrator().get(f"{world.path}/members?limit=1").body["next"]
    for query in ("action=DROP%20TABLE", "result=maybe", "since=soon", "since=1", "actor=%00", "cursor=1.1",
                  "until=0001-01-01T00:00:00Z", f"cursor={cursor}", "organization_id=x"):  # fmt: skip
        assert anna.get(f"{world.path}/audit?{query}").refused(400), query
