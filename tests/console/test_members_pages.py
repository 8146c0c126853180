"""Members on pages: found, changed, removed; only by who may, and only what they may."""

import re
from typing import Any

import pytest

from authserver.accounts import directory as people
from authserver.accounts.profile import Profile
from authserver.accounts.store import profiles
from authserver.audit.log import SYSTEM
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS, ORGANIZATION, Rights
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import HOSTILE, Desk, desk, shows
from tests.organizations.workspace import Workspace
from tests.support.application import statements, trail


def test_the_list_tells_who_belongs_here_and_as_what(acme: Workspace, anna: Desk) -> None:
    desk(acme, "member", AUDIT, MEMBERS, email="bert@example.com")
    page = anna.open("/members")
    for text in ("anna@example.com", "bert@example.com", "Administrator", "2 permissions"):
        assert text in page.text


def test_members_are_found_by_a_part_of_name_or_address(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, email="bert@example.com")
    desk(acme, email="carla@example.com")
    with UnitOfWork(acme.app):
        profiles.put(bert.account.id, Profile(name="Bertram <Lang>", updated_at=1))
    for search in ("ert@ex", "RAM%20%3CL"):
        page = anna.open(f"/members?search={search}")
        assert "Bertram &lt;Lang&gt;" in page.text
        assert "carla@example.com" not in page.text
    nothing = anna.open("/members?search=%25")
    assert "Nothing matches %." in nothing.text


@pytest.mark.parametrize("query", ["search=%00", "after=%00", "search=" + "x" * 300, "after=a%0Ab"])
def test_what_no_list_can_hold_is_refused(anna: Desk, query: str) -> None:
    assert anna.open(f"/members?{query}").status == 400
    assert anna.open(f"/invitations?{query}").status == 400


def test_a_long_list_has_pages_and_each_costs_the_same(acme: Workspace, anna: Desk) -> None:
    with statements(acme.app) as few:
        anna.open("/members")
    for number in range(120):
        acme.put(email=f"person{number:03}@example.com")
    with statements(acme.app) as many:
        first = anna.open("/members")
    assert len(few) == len(many)
    assert "person000@" in first.text
    assert "person049@" not in first.text
    assert "/members?after=person048%40example.com" in first.text
    second = anna.open("/members?after=person048%40example.com")
    assert "person049@" in second.text
    assert "First page" in second.text
    last = anna.open("/members?after=person100%40example.com")
    assert "Next page" not in last.text
    found = anna.open("/members?search=person01")
    # Ten of them, and what was searched for.
    assert found.text.count("person01") == 11
    assert "search=person01" not in found.text


def test_an_administrator_changes_role_and_permissions(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "member", AUDIT)
    page = anna.post(f"/members/{bert.account.id}", role="member", permissions=[MEMBERS, API_CLIENTS])
    assert (page.status, page.location) == (303, "/organizations/acme/members?said=changed")
    assert bert.rights == Rights("member", frozenset({MEMBERS, API_CLIENTS}))
    anna.post(f"/members/{bert.account.id}", role="administrator", permissions=[MEMBERS])
    assert bert.rights == Rights("administrator")
    anna.post(f"/members/{bert.account.id}", role="member")
    assert bert.rights == Rights("member")
    assert [event.actor for event in trail(acme.app) if event.action == "member.changed"] == [
        f"account:{anna.account.id}"
    ] * 3


def test_a_form_from_before_somebody_elses_change_gives_nothing_back(acme: Workspace, anna: Desk) -> None:
    bea, bert = desk(acme, "administrator"), desk(acme, "member", AUDIT, MEMBERS)
    path = f"/members/{bert.account.id}"
    old = bea.open(path).hidden
    assert anna.post(path, role="member", permissions=[AUDIT]).status == 303
    wish: dict[str, Any] = {"role": "member", "permissions": [AUDIT, MEMBERS]}
    for hidden in (old, {**old, "version": ""}):
        page = bea.browser.post(bea.path(path), **{**hidden, **wish})
        assert page.status == 409
        assert "Somebody changed this meanwhile." in page.text
        assert bert.rights == Rights("member", frozenset({AUDIT}))
    # The page shows how it is now, and its form counts.
    boxes = {"audit-read": True, "members-manage": False}
    for name, checked in boxes.items():
        found = re.search(rf'<input[^>]*id="permission-{name}"[^>]*>', page.text)
        assert found
        assert (" checked" in found[0]) == checked
    assert bea.browser.post(bea.path(path), **{**page.hidden, **wish}).status == 303
    assert bert.rights == Rights("member", frozenset({AUDIT, MEMBERS}))


def test_who_manages_members_is_offered_what_they_hold_and_can_give_no_more(acme: Workspace) -> None:
    bert, carla = desk(acme, "member", MEMBERS, AUDIT), desk(acme, "member", ORGANIZATION)
    page = bert.open(f"/members/{carla.account.id}")
    assert page.shows("permission-audit-read")
    assert page.shows("permission-organization-manage")
    assert not page.shows("permission-api-clients-manage")
    assert not page.shows("role-administrator")
    for wish in ({"permissions": [API_CLIENTS]}, {"role": "administrator"}):
        refused = bert.post(f"/members/{carla.account.id}", **({"role": "member"} | wish))
        assert refused.status == 403
        assert shows(refused, "Nobody can grant what they don't hold.")
    assert carla.rights == Rights("member", frozenset({ORGANIZATION}))


def test_who_manages_members_leaves_administrators_alone(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "member", MEMBERS)
    page = bert.open(f"/members/{anna.account.id}")
    assert "Only an Administrator can change or remove an Administrator." in page.text
    assert not page.shows("member-submit")
    assert bert.post(f"/members/{anna.account.id}", form="/leave", role="member").status == 403
    assert bert.post(f"/members/{anna.account.id}/remove").status == 403
    assert anna.rights == Rights("administrator")


def test_the_last_administrator_stays_one(acme: Workspace, anna: Desk) -> None:
    page = anna.post(f"/members/{anna.account.id}", role="member")
    assert page.status == 409
    assert "Acme would have no Administrator." in page.text


def test_removing_asks_first_and_takes_everything(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "member", MEMBERS, email="bert@example.com")
    asks = anna.open(f"/members/{bert.account.id}/remove")
    assert "Remove bert@example.com?" in asks.text
    assert bert.rights
    page = anna.post(f"/members/{bert.account.id}/remove")
    assert (page.status, page.location) == (303, "/organizations/acme/members?said=removed")
    assert bert.rights is None
    assert bert.open("/members").status == 404
    assert anna.open(f"/members/{bert.account.id}").status == 404
    assert anna.post(f"/members/{bert.account.id}/remove", form="/members").status == 404


def test_without_the_right_nobody_is_seen_changed_or_removed(acme: Workspace, anna: Desk) -> None:
    bert, carla = desk(acme, "member", API_CLIENTS, ORGANIZATION, AUDIT), desk(acme)
    for rest in ("/members", f"/members/{carla.account.id}", f"/members/{carla.account.id}/remove"):
        assert bert.open(rest).status == 403
    assert bert.post(f"/members/{carla.account.id}", form="/leave", role="administrator").status == 403
    assert bert.post(f"/members/{carla.account.id}/remove", form="/leave").status == 403
    assert carla.rights == Rights("member")


def test_people_of_other_organizations_can_not_be_named(acme: Workspace, anna: Desk) -> None:
    others = desk(acme)
    anna.post(f"/members/{others.account.id}/remove")
    for rest in ("", "/remove"):
        answer = anna.post(f"/members/{others.account.id}{rest}", form="/members", role="member")
        assert answer.status == 404


@pytest.mark.parametrize("fields", [{}, {"role": "owner"}, {"role": "member", "permissions": ["a\x00b"]}])
def test_rights_that_do_not_exist_are_refused(acme: Workspace, anna: Desk, fields: dict[str, str]) -> None:
    bert = desk(acme, "member", AUDIT)
    page = anna.post(f"/members/{bert.account.id}", **fields)
    assert page.status in (400, 409)
    assert bert.rights == Rights("member", frozenset({AUDIT}))


def test_names_and_disabled_accounts_are_shown_as_they_are(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "member", AUDIT)
    with UnitOfWork(acme.app):
        profiles.put(bert.account.id, Profile(name=HOSTILE, updated_at=1))
        people.set_disabled(people.get(bert.account.id), SYSTEM, disabled=True)
    for page in (anna.open("/members"), anna.open(f"/members/{bert.account.id}")):
        assert shows(page, HOSTILE)
        assert "<script>alert" not in page.text
        assert "Disabled" in page.text
