"""Operators change who may do what in any organization, by the rules that hold for everybody."""

import csv
import io
import re

import pytest

from authserver.accounts import directory as people
from authserver.accounts.profile import Profile
from authserver.accounts.store import profiles
from authserver.audit.log import SYSTEM
from authserver.organizations import directory
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS, Rights
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import HOSTILE, Desk, desk, give_password, outsider, shows
from tests.organizations.inviting import invite, pending
from tests.organizations.workspace import Workspace
from tests.support.application import trail
from tests.support.people import PASSWORD, later


def path(acme: Workspace, who: Desk | None = None, rest: str = "") -> str:
    """Return the path of the members of an organization, or of one of them."""
    one = f"/{who.account.id}" if who else ""
    return f"/admin/organizations/{acme.id}/members{one}{rest}"


@pytest.fixture
def bert(acme: Workspace, anna: Desk) -> Desk:
    """A Member beside the Administrator."""
    return desk(acme, "member", AUDIT, email="bert@example.com")


def test_to_everybody_but_operators_there_is_no_such_page(acme: Workspace, anna: Desk, bert: Desk) -> None:
    for page in (path(acme), path(acme, bert), path(acme, bert, "/remove")):
        assert anna.browser.open(page).status == 404
    for act in (path(acme, bert), path(acme, bert, "/remove")):
        assert anna.send(act, form="/", role="administrator").status == 404
    assert bert.rights == Rights("member", frozenset({AUDIT}))


def test_the_list_tells_who_belongs_to_an_organization(acme: Workspace, bert: Desk, olga: Desk) -> None:
    shown = olga.browser.open(f"/admin/organizations/{acme.id}").text
    assert f'href="{path(acme)}"' in shown
    page = olga.browser.open(path(acme))
    for text in ("anna@example.com", "bert@example.com", "Administrator", "1 permission"):
        assert text in page.text
    found = olga.browser.open(f"{path(acme)}?search=BERT").text
    assert "bert@example.com" in found
    assert "anna@example.com" not in found
    assert "Nothing matches" in olga.browser.open(f"{path(acme)}?search=nobody").text
    assert olga.browser.open(f"{path(acme)}?search=%00").status == 400


def test_a_long_list_has_pages(acme: Workspace, anna: Desk, olga: Desk) -> None:
    for number in range(60):
        acme.put(email=f"person{number:02}@example.com")
    first = olga.browser.open(path(acme))
    assert "person48@" in first.text
    assert "person49@" not in first.text
    second = olga.browser.open(f"{path(acme)}?after=person48%40example.com")
    assert "person49@" in second.text
    assert "Next page" not in second.text


def test_an_organization_of_nobody_says_how_to_invite(acme: Workspace, olga: Desk) -> None:
    assert "authserver organizations invite" in olga.browser.open(path(acme)).text


def test_roles_and_permissions_are_changed_as_the_operators_act(
    acme: Workspace, anna: Desk, bert: Desk, olga: Desk
) -> None:
    page = olga.send(path(acme, bert), role="member", permissions=[MEMBERS])
    assert (page.status, page.location) == (303, f"{path(acme)}?said=changed")
    assert "The member&#39;s rights are changed." in olga.browser.open(page.location).text
    assert bert.rights == Rights("member", frozenset({MEMBERS}))
    olga.send(path(acme, bert), role="administrator")
    assert bert.rights == Rights("administrator")
    changes = [event for event in trail(acme.app) if event.action == "member.changed"]
    assert {(event.actor, event.organization_id, event.target) for event in changes} == {
        (f"account:{olga.account.id}", acme.id, bert.account.id)
    }
    # People of the organization are told that it was an operator, and not which.
    told = anna.open("/audit?kind=member.").text
    assert "by An operator" in told
    assert olga.account.email not in told


def test_who_was_an_operator_is_not_named_later_either(
    acme: Workspace, anna: Desk, bert: Desk, olga: Desk
) -> None:
    carla = desk(acme, "member", MEMBERS)
    invite(acme, carla.account)
    olga.send(path(acme, bert), role="member")
    olga.send(path(acme, carla, "/remove"))
    with UnitOfWork(acme.app):
        people.set_operator(olga.account, SYSTEM, operator=False)
    file = anna.open("/audit.csv").text
    assert olga.account.id not in file
    rows = {row["action"]: (row["actor"], row["source"]) for row in csv.DictReader(io.StringIO(file))}
    assert rows["member.changed"] == rows["member.removed"] == ("operator", "")
    assert rows["invitation.voided"] == ("system", "")


def test_a_form_from_before_somebody_elses_change_gives_nothing_back(
    acme: Workspace, anna: Desk, bert: Desk, olga: Desk
) -> None:
    old = olga.browser.open(path(acme, bert)).hidden
    assert anna.post(f"/members/{bert.account.id}", role="member", permissions=[MEMBERS]).status == 303
    for hidden in (old, {**old, "version": ""}):
        page = olga.browser.post(path(acme, bert), **{**hidden, "role": "administrator"})
        assert page.status == 409
        assert "Somebody changed this meanwhile." in page.text
        assert bert.rights == Rights("member", frozenset({MEMBERS}))
    # The page shows how it is now, and its form counts.
    boxes = {"audit-read": False, "members-manage": True}
    for name, checked in boxes.items():
        found = re.search(rf'<input[^>]*id="permission-{name}"[^>]*>', page.text)
        assert found
        assert (" checked" in found[0]) == checked
    assert olga.browser.post(path(acme, bert), **{**page.hidden, "role": "administrator"}).status == 303
    assert bert.rights == Rights("administrator")


def test_nothing_is_changed_without_the_token_of_a_form_or_a_fresh_sign_in(
    acme: Workspace, bert: Desk, olga: Desk
) -> None:
    give_password(olga)
    for act in (path(acme, bert), path(acme, bert, "/remove")):
        assert olga.browser.post(act, role="administrator").status in (400, 403)
    form = olga.browser.open(path(acme, bert)).hidden
    with later(901):
        asks = olga.browser.post(path(acme, bert), **form, role="administrator")
        assert asks.shows("confirm-page")
        assert bert.rights == Rights("member", frozenset({AUDIT}))
        sent = olga.browser.post(path(acme, bert), **asks.hidden, current_password=PASSWORD)
        assert sent.status == 303
    assert bert.rights == Rights("administrator")


def test_operators_give_no_more_than_the_organization_may_have(
    acme: Workspace, bert: Desk, olga: Desk
) -> None:
    with UnitOfWork(acme.app):
        directory.limit(acme.id, (AUDIT,), SYSTEM)
    page = olga.browser.open(path(acme, bert))
    assert page.shows("permission-audit-read")
    assert not page.shows("permission-api-clients-manage")
    refused = olga.send(path(acme, bert), role="member", permissions=[API_CLIENTS])
    assert refused.status == 403
    assert shows(refused, "Nobody can grant what they don't hold.")
    assert bert.rights == Rights("member", frozenset({AUDIT}))


def test_an_administrator_stays_whatever_operators_do(acme: Workspace, anna: Desk, olga: Desk) -> None:
    for act in (path(acme, anna), path(acme, anna, "/remove")):
        page = olga.send(act, role="member")
        assert page.status == 409
        assert "Acme would have no Administrator." in page.text
    assert anna.rights == Rights("administrator")


def test_an_organization_that_lost_its_administrator_gets_another(
    acme: Workspace, anna: Desk, bert: Desk, olga: Desk
) -> None:
    with UnitOfWork(acme.app):
        people.set_disabled(people.get(anna.account.id), SYSTEM, disabled=True)
        directory.set_disabled(acme.id, disabled=True, origin=SYSTEM)
    assert "Disabled" in olga.browser.open(path(acme, anna)).text
    assert olga.send(path(acme, bert), role="administrator").status == 303
    assert bert.rights == Rights("administrator")
    assert olga.send(path(acme, anna, "/remove")).status == 303
    assert anna.rights is None


def test_removing_asks_first_and_takes_everything(
    acme: Workspace, anna: Desk, bert: Desk, olga: Desk
) -> None:
    asks = olga.browser.open(path(acme, bert, "/remove"))
    assert "bert@example.com" in asks.text
    assert "loses at once" in asks.text
    assert bert.rights
    page = olga.send(path(acme, bert, "/remove"))
    assert (page.status, page.location) == (303, f"{path(acme)}?said=removed")
    assert "The member is removed." in olga.browser.open(page.location).text
    assert bert.rights is None
    (gone,) = [event for event in trail(acme.app) if event.action == "member.removed"]
    assert (gone.actor, gone.target) == (f"account:{olga.account.id}", bert.account.id)
    for rest in ("", "/remove"):
        assert olga.browser.open(path(acme, bert, rest)).status == 404
        assert olga.send(path(acme, bert, rest), form=path(acme, anna), role="member").status == 404


def test_invitations_of_who_is_removed_are_void(acme: Workspace, anna: Desk, olga: Desk) -> None:
    carla = desk(acme, "member", MEMBERS)
    invite(acme, carla.account)
    assert olga.send(path(acme, carla, "/remove")).status == 303
    assert not pending(acme, anna.account)


@pytest.mark.parametrize("fields", [{}, {"role": "owner"}, {"role": "member", "permissions": ["made:up"]}])
def test_rights_that_do_not_exist_are_refused(
    acme: Workspace, bert: Desk, olga: Desk, fields: dict[str, str]
) -> None:
    page = olga.send(path(acme, bert), **fields)
    assert page.status in (400, 409)
    assert bert.rights == Rights("member", frozenset({AUDIT}))


def test_who_does_not_belong_there_has_no_page(acme: Workspace, anna: Desk, olga: Desk) -> None:
    eve = outsider(acme)
    for rest in ("", "/remove"):
        assert olga.browser.open(path(acme, eve, rest)).status == 404
        assert olga.send(path(acme, eve, rest), form=path(acme, anna), role="member").status == 404
    for unknown in ("/admin/organizations/none/members", f"{path(acme)}/none", f"{path(acme)}/%00"):
        assert olga.browser.open(unknown).status == 404


def test_hostile_names_stay_text(acme: Workspace, bert: Desk, olga: Desk) -> None:
    with UnitOfWork(acme.app):
        directory.rename(acme.id, HOSTILE, SYSTEM)
        profiles.put(bert.account.id, Profile(name=HOSTILE, updated_at=1))
    for page in (path(acme), path(acme, bert), path(acme, bert, "/remove")):
        shown = olga.browser.open(page)
        assert shows(shown, HOSTILE)
        assert "<script>alert" not in shown.text
