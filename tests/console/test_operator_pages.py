"""The operator's console: who may open it, what it shows, and the acts of operators."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from authserver.accounts import directory as people
from authserver.accounts import signals
from authserver.accounts.account import Account
from authserver.accounts.signals import AccountEvent
from authserver.audit.log import SYSTEM
from authserver.base.errors import NotFound, Refused
from authserver.clients import application_registration
from authserver.clients.application import Application
from authserver.mail import outbox
from authserver.mail import store as letters
from authserver.organizations import directory
from authserver.organizations.permissions import AUDIT
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import HOSTILE, Desk, desk, give_password, shows
from tests.organizations.workspace import Workspace, workspace
from tests.support.application import engine_of, statements, trail
from tests.support.people import PASSWORD, later, stranger

LISTS = (
    "/admin",
    "/admin/accounts",
    "/admin/accounts/new",
    "/admin/organizations",
    "/admin/applications",
    "/admin/resources",
    "/admin/resources/webapi",
    "/admin/keys",
    "/admin/keys/all/rotate",
    "/admin/mail",
    "/admin/audit",
)


@pytest.fixture
def toolbox(acme: Workspace) -> Application:
    """An application."""
    with UnitOfWork(acme.app):
        wanted = Application("toolbox", "Toolbox", "none", ("https://toolbox.test/cb",), ("openid",))
        return application_registration.register(wanted, SYSTEM)[0]


def account(app: Flask, its_id: str) -> Account:
    with UnitOfWork(app):
        return people.get(its_id)


def test_to_everybody_but_operators_there_is_no_such_page(
    acme: Workspace, anna: Desk, toolbox: Application
) -> None:
    ids = (
        f"/admin/accounts/{anna.account.id}",
        f"/admin/organizations/{acme.id}",
        f"/admin/applications/{toolbox.id}",
    )
    files = ("/admin/audit.csv", "/admin/audit.jsonl")
    acts = [f"{path}/{act}" for path in ids for act in ("disable", "delete")]
    for path in (*LISTS, *files, *ids, *acts):
        assert anna.browser.open(path).status == 404, path
        assert stranger(acme.app).open(path).location == f"/login?next={path}"
    for path in (*acts, "/admin/accounts/new", "/admin/keys/all/rotate", f"{ids[1]}/permissions"):
        sent = anna.send(path, form="/", confirm="Acme", email="x@example.com", everything="y")
        assert sent.status == 404, path
    assert not account(acme.app, anna.account.id).disabled


def test_every_list_and_page_opens(acme: Workspace, anna: Desk, olga: Desk, toolbox: Application) -> None:
    ids = (
        f"/admin/accounts/{anna.account.id}",
        f"/admin/organizations/{acme.id}",
        f"/admin/applications/{toolbox.id}",
    )
    for path in (*LISTS, *ids):
        page = olga.browser.open(path)
        assert page.status == 200, path
        assert page.headers["Cache-Control"] == "no-store"
    for path in ("/admin/accounts/none", "/admin/organizations/none", "/admin/applications/none"):
        assert olga.browser.open(path).status == 404
        assert olga.browser.open(f"{path}/disable").status == 404
    for path in ("/admin/accounts/%00", "/admin/resources/%00", "/admin/mail/%00/retry"):
        assert olga.browser.open(path).status == 404


def test_only_operators_are_shown_the_way_there(anna: Desk, olga: Desk) -> None:
    assert 'href="/admin"' in olga.browser.open("/").text
    assert 'href="/admin"' not in anna.browser.open("/").text


def test_nothing_is_done_without_the_token_of_a_form(acme: Workspace, anna: Desk, olga: Desk) -> None:
    for act in ("disable", "delete", "grant-operator"):
        path = f"/admin/accounts/{anna.account.id}/{act}"
        assert olga.browser.post(path, confirm="anna@example.com").status == 403
    now = account(acme.app, anna.account.id)
    assert not now.disabled
    assert not now.operator


def test_acts_ask_for_a_fresh_sign_in(acme: Workspace, anna: Desk, olga: Desk) -> None:
    give_password(olga)
    path = f"/admin/accounts/{anna.account.id}/disable"
    form = olga.browser.open(path).hidden
    with later(901):
        asks = olga.browser.post(path, **form)
        assert asks.shows("confirm-page")
        assert not account(acme.app, anna.account.id).disabled
        assert olga.browser.post(path, **asks.hidden, current_password=PASSWORD).status == 303
    assert account(acme.app, anna.account.id).disabled


def test_accounts_are_found_disabled_and_enabled(acme: Workspace, anna: Desk, olga: Desk) -> None:
    bert = desk(acme, email="bert@example.com")
    found = olga.browser.open("/admin/accounts?search=ANNA").text
    assert "anna@example.com" in found
    assert bert.account.email not in found
    path = f"/admin/accounts/{anna.account.id}"
    page = olga.send(f"{path}/disable")
    assert (page.status, page.location) == (303, f"{path}?said=disable")
    assert "The account is disabled." in olga.browser.open(page.location).text
    assert anna.open().status == 303
    assert olga.browser.open(f"{path}/disable").status == 404
    olga.send(f"{path}/enable")
    assert not account(acme.app, anna.account.id).disabled
    acts = [(event.action, event.actor) for event in trail(acme.app) if event.target == anna.account.id]
    for action in ("account.disabled", "account.enabled"):
        assert (action, f"account:{olga.account.id}") in acts


def test_the_page_names_organizations_that_lost_their_last_administrator(
    acme: Workspace, anna: Desk, olga: Desk
) -> None:
    alone, others = workspace(acme.app, "alone"), workspace(acme.app, "globex")
    for place in (alone, others):
        place.place(anna.account, "administrator")
    desk(acme)
    others.put("administrator")
    path = f"/admin/accounts/{anna.account.id}"
    assert "Without an Administrator" not in olga.browser.open(path).text
    page = olga.browser.open(olga.send(f"{path}/disable").location).text
    told = re.search(r"Without an Administrator who can sign in</dt><dd[^>]*>([^<]*)<", page)
    assert told
    assert told[1] == "Acme"
    acme.put("administrator")
    assert "Without an Administrator" not in olga.browser.open(path).text


def test_letters_sign_outs_and_rights(acme: Workspace, anna: Desk, olga: Desk) -> None:
    path = f"/admin/accounts/{anna.account.id}"
    olga.send(f"{path}/reset")
    with UnitOfWork(acme.app):
        assert [each.kind for each in letters.page()] == ["forgotten_password"]
    olga.send(f"{path}/sign-out")
    assert anna.open().status == 303
    olga.send(f"{path}/grant-operator")
    assert account(acme.app, anna.account.id).operator
    olga.send(f"{path}/revoke-operator")
    assert not account(acme.app, anna.account.id).operator


def test_an_operator_is_not_offered_to_lock_themselves_out(acme: Workspace, olga: Desk) -> None:
    path = f"/admin/accounts/{olga.account.id}"
    page = olga.browser.open(path)
    assert page.shows("act-sign-out")
    for act in ("disable", "delete", "revoke-operator"):
        assert not page.shows(f"act-{act}")
        assert olga.send(f"{path}/{act}", form=path).status == 404
    assert account(acme.app, olga.account.id).operator


def test_deleting_an_account_asks_for_its_address(acme: Workspace, anna: Desk, olga: Desk) -> None:
    bert = desk(acme, email="bert@example.com")
    path = f"/admin/accounts/{bert.account.id}/delete"
    assert olga.send(path, confirm="bert").status == 400
    page = olga.send(path, confirm="bert@example.com")
    assert (page.status, page.location) == (303, "/admin/accounts?said=delete")
    with pytest.raises(NotFound):
        account(acme.app, bert.account.id)


def test_the_last_administrator_of_others_is_not_deleted(acme: Workspace, anna: Desk, olga: Desk) -> None:
    desk(acme)
    page = olga.send(f"/admin/accounts/{anna.account.id}/delete", confirm="anna@example.com")
    assert page.status == 409
    assert "would have no Administrator" in page.text


def test_an_act_that_is_refused_leaves_nothing_behind(acme: Workspace, anna: Desk, olga: Desk) -> None:
    def veto(_event: AccountEvent) -> None:
        raise Refused("Not this one.")

    signals.disabled.connect(veto)
    try:
        page = olga.send(f"/admin/accounts/{anna.account.id}/disable")
    finally:
        signals.disabled._listeners.remove(veto)
    assert (page.status, "Not this one." in page.text) == (409, True)
    assert not account(acme.app, anna.account.id).disabled
    assert anna.open().status == 200
    assert "account.disabled" not in [event.action for event in trail(acme.app)]


def test_accounts_are_made_and_get_their_letter(acme: Workspace, olga: Desk) -> None:
    page = olga.send("/admin/accounts/new", email="New@Example.com")
    assert page.status == 303
    assert "new@example.com" in olga.browser.open(page.location).text
    with UnitOfWork(acme.app):
        assert [each.kind for each in letters.page()] == ["welcome"]
    assert olga.send("/admin/accounts/new", email="new@example.com").status == 409
    assert olga.send("/admin/accounts/new", email="nothing").status == 400


def test_organizations_are_disabled_limited_and_deleted(acme: Workspace, anna: Desk, olga: Desk) -> None:
    workspace(acme.app, "globex")
    found = olga.browser.open("/admin/organizations?search=CM").text
    assert "Acme" in found
    assert "Globex" not in found
    path = f"/admin/organizations/{acme.id}"
    olga.send(f"{path}/disable")
    assert anna.open().status == 404
    olga.send(f"{path}/enable")
    assert anna.open().status == 200
    assert olga.send(f"{path}/permissions", permissions=[AUDIT]).status == 303
    assert anna.open("/members").status == 403
    assert AUDIT in olga.browser.open(path).text
    assert olga.send(f"{path}/permissions", permissions=["made:up"]).status == 409
    olga.send(f"{path}/permissions", everything="y")
    assert anna.open("/members").status == 200
    assert olga.send(f"{path}/delete", confirm="Globex").status == 400
    assert olga.send(f"{path}/delete", confirm="Acme").location == "/admin/organizations?said=delete"
    with UnitOfWork(acme.app), pytest.raises(NotFound):
        directory.get("acme")


def test_an_organization_that_was_limited_can_still_be_deleted(acme: Workspace, olga: Desk) -> None:
    path = f"/admin/organizations/{acme.id}"
    assert olga.send(f"{path}/permissions", permissions=[AUDIT]).status == 303
    assert olga.send(f"{path}/delete", confirm="Acme").location == "/admin/organizations?said=delete"


def test_applications_are_disabled_and_deleted(acme: Workspace, olga: Desk, toolbox: Application) -> None:
    path = f"/admin/applications/{toolbox.id}"
    assert "https://toolbox.test/cb" in olga.browser.open(path).text
    assert "Toolbox" in olga.browser.open("/admin/applications?search=tool").text
    assert "Nothing matches" in olga.browser.open("/admin/applications?search=nothing").text
    olga.send(f"{path}/disable")
    assert "Disabled" in olga.browser.open("/admin/applications").text
    olga.send(f"{path}/enable")
    assert olga.send(f"{path}/delete", confirm="Toolbox").status == 303
    assert olga.browser.open(path).status == 404


def test_keys_are_rotated_once_and_then_wait(acme: Workspace, olga: Desk) -> None:
    with UnitOfWork(acme.app):
        acme.app.extensions["provider"].rotation.ensure(SYSTEM)
    before = olga.browser.open("/admin/keys").text
    assert before.count('class="tag good"') == 3
    page = olga.send("/admin/keys/all/rotate")
    assert (page.status, page.location) == (303, "/admin/keys?said=rotate")
    after = olga.browser.open(page.location).text
    assert "Successors are published; they sign later." in after
    assert after.count('class="tag wait"') == 3


def test_letters_are_listed_by_state_and_sent_again(acme: Workspace, olga: Desk) -> None:
    with UnitOfWork(acme.app):
        letter_id = outbox.enqueue("welcome", "nobody", "lost@example.com")
    page = olga.browser.open("/admin/mail?state=waiting")
    assert "lost@example.com" in page.text
    assert "lost@example.com" not in olga.browser.open("/admin/mail?state=failed").text
    assert olga.browser.open("/admin/mail?state=nothing").status == 400
    assert olga.send(f"/admin/mail/{letter_id}/retry").location == "/admin/mail?said=retry"
    assert "letter.retried" in [event.action for event in trail(acme.app)]
    assert olga.browser.open("/admin/mail/none/retry").status == 404


def test_long_lists_have_pages_and_cost_the_same(acme: Workspace, olga: Desk) -> None:
    for path in ("/admin/accounts", "/admin/organizations", "/admin/mail"):
        olga.browser.open(path)
    with statements(acme.app) as few:
        for path in ("/admin/accounts", "/admin/organizations", "/admin/mail"):
            olga.browser.open(path)
    for number in range(60):
        acme.put(email=f"person{number:02}@example.com")
        workspace(acme.app, f"place-{number:02}")
        with UnitOfWork(acme.app):
            outbox.enqueue("welcome", "nobody", f"person{number:02}@example.com")
    with statements(acme.app) as many:
        for path in ("/admin/accounts", "/admin/organizations", "/admin/mail"):
            page = olga.browser.open(path)
            following = page.text.partition('rel="next" href="')[2].partition('"')[0]
            assert following, path
    assert len(few) == len(many)
    # The last letter of the page before leaves the ledger; the next page begins where that one ended.
    gone = {"id": following.partition(".")[2]}
    with engine_of(acme.app).begin() as connection:
        assert connection.execute(text("DELETE FROM outbox WHERE id = :id"), gone).rowcount == 1
    assert "person" in olga.browser.open("/admin/mail?after=" + following.partition("after=")[2]).text
    for cursor in ("nothing", "now.nothing", "1."):
        assert olga.browser.open(f"/admin/mail?after={cursor}").status == 400


def test_hostile_names_stay_text(acme: Workspace, olga: Desk, toolbox: Application) -> None:
    with UnitOfWork(acme.app):
        directory.rename("acme", HOSTILE, SYSTEM)
        application_registration.update(toolbox.id, SYSTEM, name=HOSTILE)
    for path in (f"/admin/organizations/{acme.id}", f"/admin/applications/{toolbox.id}"):
        for shown in (path, f"{path}/delete", path.rpartition("/")[0]):
            page = olga.browser.open(shown)
            assert shows(page, HOSTILE), shown
            assert "<script>alert" not in page.text
