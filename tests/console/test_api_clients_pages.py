"""API clients on pages: made, with a secret that is shown once; changed, disabled, deleted."""

import html
import re
from typing import Any
from urllib.parse import unquote

import pytest

from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.handles import new_id
from authserver.clients import administration, own_resource, registration, resource_registration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.registration import Registration
from authserver.clients.resource import Resource
from authserver.clients.secrets import is_well_formed, matching
from authserver.clients.store import api_clients
from authserver.oidc.vocabulary import TOKEN
from authserver.organizations import catalogue, directory
from authserver.organizations.authority import member
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import HOSTILE, Desk, desk, give_password, outsider, shows
from tests.front_channel.party import call
from tests.organizations.workspace import Workspace
from tests.support.application import statements, trail
from tests.support.browser import Page
from tests.support.people import PASSWORD, later


def create(by: Desk, name: str = "Reports", **fields: object) -> Page:
    """Make a client by the page."""
    usual: dict[str, object] = {"name": name, "scopes": ["webapi"], "expires": "90"}
    return by.post("/api-clients/new", **(usual | fields))


def text_of(page: Page, identity: str) -> str:
    """Return what stands in an element."""
    found = re.search(rf'id="{identity}"[^>]*>([^<]*)<', page.text)
    assert found, page.text
    return html.unescape(found[1])


def clients(acme: Workspace) -> list[ApiClientRecord]:
    with UnitOfWork(acme.app):
        return api_clients.page(acme.id)


def opens(acme: Workspace, client_id: str, secret: str) -> bool:
    with UnitOfWork(acme.app):
        found = api_clients.find_for_tokens(client_id)
    return bool(found and found.active and matching(secret, found.secrets, now()))


def test_an_empty_list_says_what_an_api_client_is_for(anna: Desk) -> None:
    page = anna.open("/api-clients")
    assert "No API client yet." in page.text
    assert page.shows("api-client-new")


def test_a_new_client_is_shown_with_its_secret_a_command_and_the_sdks(acme: Workspace, anna: Desk) -> None:
    page = create(anna, permissions=[AUDIT])
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert not page.location
    client_id, secret = text_of(page, "client-id"), text_of(page, "client-secret")
    assert is_well_formed(secret)
    assert opens(acme, client_id, secret)
    (made,) = clients(acme)
    assert (made.name, made.scopes, made.permissions) == ("Reports", ("webapi",), (AUDIT,))
    assert f"-u '{client_id}:{secret}'" in text_of(page, "curl")
    for language in ("javascript", "python", "dotnet", "powershell"):
        snippet = text_of(page, f"snippet-{language}")
        assert client_id in snippet
        assert secret not in snippet
        assert "WEBAPI_CLIENT_SECRET" in snippet
    # The secret stands in the body alone: in no header, no cookie, no address.
    assert not [value for value in page.headers.values() if secret in value]


def test_a_command_for_each_token_is_shown_where_one_does_not_hold_everything(
    acme: Workspace, anna: Desk
) -> None:
    with UnitOfWork(acme.app):
        rotation(acme.app.extensions["settings"]).ensure(SYSTEM)
        own_resource.ensure(str(acme.app.config["ISSUER"]), SYSTEM)
        old = Resource("old", "old", ("old:read", "old:write"), "RS256", "identityserver", 600)
        resource_registration.register(old, SYSTEM)
    assert "-d scope" not in text_of(create(anna), "curl")
    two = create(anna, scopes=["webapi", "management"])
    # The SDKs name no scope, and get a token for the other API by that.
    assert "scopes" not in text_of(two, "snippet-python")
    many = create(anna, scopes=["webapi", "management", "old:read", "old:write"])
    assert "scopes: ['webapi']," in text_of(many, "snippet-javascript")
    assert 'scopes=["webapi"],' in text_of(many, "snippet-python")
    assert "with the scope webapi alone" in many.text
    for page, curls in ((create(anna), 1), (two, 2), (many, 3)):
        ready = [text_of(page, f"curl-{number}" if number > 1 else "curl") for number in range(1, curls + 1)]
        got = [token_by(acme, page, command) for command in ready]
        assert "".join(got).count("management") == (curls > 1)
        assert not shows(page, f"curl-{curls + 1}")


def token_by(acme: Workspace, page: Page, command: str) -> str:
    """Do what a command of the page would do, and return which scopes came of it."""
    fields = dict(part.split("=") for part in re.findall(r"-d (\S+)", command))
    scope = {"scope": unquote(fields["scope"])} if "scope" in fields else {}
    who = {"client_id": text_of(page, "client-id"), "client_secret": text_of(page, "client-secret")}
    reply = call(acme.app, TOKEN, fields | scope | who)
    assert reply.status == 200, reply.body
    return str(reply.body["scope"])


def test_the_secret_is_shown_nowhere_else(acme: Workspace, anna: Desk) -> None:
    page = create(anna)
    client_id, secret = text_of(page, "client-id"), text_of(page, "client-secret")
    for rest in ("/api-clients", f"/api-clients/{client_id}", f"/api-clients/{client_id}/edit", "/members"):
        assert secret not in anna.open(rest).text
    assert not [event for event in trail(acme.app) if secret in str(event)]


def test_a_reload_makes_no_second_client(acme: Workspace, anna: Desk) -> None:
    form = anna.open("/api-clients/new").hidden
    sent = {**form, "name": "Reports", "scopes": "webapi", "expires": "never"}
    first, second = (anna.browser.post(anna.path("/api-clients/new"), **sent) for _ in range(2))
    assert (first.status, second.status) == (200, 409)
    assert second.shows("made-already-page")
    assert text_of(first, "client-secret") not in second.text
    assert len(clients(acme)) == 1


def test_a_form_of_somebody_else_or_for_something_else_makes_nothing(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "member", API_CLIENTS)
    theirs = bert.open("/api-clients/new").hidden["once"]
    client_id = text_of(create(anna), "client-id")
    other = anna.open(f"/api-clients/{client_id}/secrets/new").hidden["once"]
    for once in (theirs, other, "", "made.up"):
        page = create(anna, "Second", once=once)
        assert page.status == 400
        assert "This form is out of date." in page.text
        assert 'value="Second"' in page.text
    assert len(clients(acme)) == 1


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": ""}, "name-error"),
        ({"name": "a\x00b"}, "name-error"),
        ({"name": "x" * 101}, "name-error"),
        ({"scopes": []}, "scopes-error"),
        ({"expires": "1"}, None),
    ],
)
def test_what_can_not_be_used_makes_nothing(
    acme: Workspace, anna: Desk, fields: dict[str, object], fault: str | None
) -> None:
    page = create(anna, **fields)
    assert page.status == 400
    assert fault is None or page.shows(fault)
    assert clients(acme) == []


def test_nobody_gives_a_client_what_they_do_not_hold(acme: Workspace) -> None:
    bert = desk(acme, "member", API_CLIENTS)
    page = bert.open("/api-clients/new")
    assert page.shows("permission-api-clients-manage")
    assert not page.shows("permission-members-manage")
    refused = create(bert, permissions=[MEMBERS])
    assert refused.status == 403
    assert shows(refused, "Nobody can grant what they don't hold.")
    assert clients(acme) == []


def test_scopes_of_the_operator_are_not_offered_and_can_not_be_had(acme: Workspace, anna: Desk) -> None:
    with UnitOfWork(acme.app):
        inner = Resource("inner", "inner", ("inner",), "ES256", "rfc9068", 600, internal=True)
        resource_registration.register(inner, SYSTEM)
    assert 'value="inner"' not in anna.open("/api-clients/new").text
    assert create(anna, scopes=["inner"]).status == 409
    assert clients(acme) == []


def test_clients_are_changed(acme: Workspace, anna: Desk) -> None:
    with UnitOfWork(acme.app):
        catalogue.register("webapi", "billing:read", "Reads invoices", SYSTEM)
    client_id = text_of(create(anna, permissions=[AUDIT]), "client-id")
    path = f"/api-clients/{client_id}"
    assert "Reads invoices" in anna.open(f"{path}/edit").text
    page = anna.post(f"{path}/edit", name="Invoices", scopes=["webapi"], permissions=["billing:read"])
    assert (page.status, page.location) == (303, f"/organizations/acme{path}?said=changed")
    (changed,) = clients(acme)
    assert (changed.name, changed.permissions) == ("Invoices", ("billing:read",))
    assert "Reads invoices" in anna.browser.open(page.location).text
    assert anna.post(f"{path}/edit", name="Invoices", scopes=[]).status == 409


def test_a_form_from_before_somebody_elses_change_gives_nothing_back(acme: Workspace, anna: Desk) -> None:
    bea = desk(acme, "administrator")
    path = f"/api-clients/{text_of(create(anna, permissions=[AUDIT]), 'client-id')}/edit"
    old = bea.open(path).hidden
    assert anna.post(path, name="Reports", scopes=["webapi"]).status == 303
    wish: dict[str, Any] = {"name": "Invoices", "scopes": ["webapi"], "permissions": [AUDIT]}
    page = bea.browser.post(bea.path(path), **{**old, **wish})
    assert (page.status, "Somebody changed this meanwhile." in page.text) == (409, True)
    assert 'value="Reports"' in page.text
    assert [(client.name, client.permissions) for client in clients(acme)] == [("Reports", ())]
    assert bea.browser.post(bea.path(path), **{**page.hidden, **wish}).status == 303
    assert [(client.name, client.permissions) for client in clients(acme)] == [("Invoices", (AUDIT,))]


def test_disabling_stops_a_client_and_enabling_starts_it_again(acme: Workspace, anna: Desk) -> None:
    page = create(anna)
    client_id, secret = text_of(page, "client-id"), text_of(page, "client-secret")
    path = f"/api-clients/{client_id}"
    assert anna.post(f"{path}/disable", form=path).status == 303
    assert not opens(acme, client_id, secret)
    assert "Disabled" in anna.open("/api-clients").text
    assert anna.post(f"{path}/enable", form=path).status == 303
    assert opens(acme, client_id, secret)


def test_deleting_asks_for_the_name(acme: Workspace, anna: Desk) -> None:
    client_id = text_of(create(anna), "client-id")
    path = f"/api-clients/{client_id}/delete"
    assert anna.post(path, confirm="reports").status == 400
    assert len(clients(acme)) == 1
    page = anna.post(path, confirm="Reports")
    assert (page.status, page.location) == (303, "/organizations/acme/api-clients?said=deleted")
    assert clients(acme) == []
    assert anna.open(f"/api-clients/{client_id}").status == 404


def test_without_the_right_nothing_is_shown_or_changed(acme: Workspace, anna: Desk) -> None:
    bert, stranger = desk(acme, "member", MEMBERS, AUDIT), outsider(acme)
    client_id = text_of(create(anna), "client-id")
    path = f"/api-clients/{client_id}"
    for rest in ("/api-clients", "/api-clients/new", path, *(f"{path}/{it}" for it in ("edit", "delete"))):
        assert bert.open(rest).status == 403, rest
        assert stranger.open(rest).status == 404, rest
    for act in ("new", *(f"{client_id}/{it}" for it in ("edit", "disable", "enable", "delete"))):
        sent = {"name": "Taken", "confirm": "Reports", "scopes": ["webapi"], "expires": "30"}
        assert bert.post(f"/api-clients/{act}", form="/leave", **sent).status == 403, act
        answer = stranger.send(f"/organizations/acme/api-clients/{act}", form="/", **sent)
        assert answer.status == 404, act
        assert anna.browser.post(anna.path(f"/api-clients/{act}"), name="Forged").status == 403, act
    assert [(client.name, client.disabled_at) for client in clients(acme)] == [("Reports", None)]


def test_a_client_of_another_organization_is_not_found(acme: Workspace, anna: Desk) -> None:
    client_id = text_of(create(anna), "client-id")
    bert = outsider(acme)
    bert.send("/organizations/new", name="Globex", slug="globex")
    for rest in ("", "/edit", "/delete", "/secrets/new"):
        assert bert.browser.open(f"/organizations/globex/api-clients/{client_id}{rest}").status == 404
    for rest in ("/edit", "/disable", "/delete", "/secrets/new"):
        answer = bert.send(
            f"/organizations/globex/api-clients/{client_id}{rest}",
            form="/organizations/globex/settings",
            name="Taken",
            label="mine",
            scopes=["webapi"],
            expires="30",
        )
        assert answer.status == 404, rest
    assert clients(acme)[0].name == "Reports"


def test_a_client_is_made_with_a_fresh_sign_in_alone(acme: Workspace, anna: Desk) -> None:
    give_password(anna)
    with later(901):
        assert anna.open("/api-clients/new").shows("confirm-page")
    form = anna.open("/api-clients/new").hidden
    with later(901):
        path = anna.path("/api-clients/new")
        asks = anna.browser.post(path, **form, name="Reports", scopes="webapi", expires="30")
        assert asks.shows("confirm-page")
        assert clients(acme) == []
        made = anna.browser.post(path, **asks.hidden, current_password=PASSWORD)
        assert made.shows("client-secret")
        # A reload of that page makes nothing more.
        assert anna.browser.post(path, **asks.hidden, current_password=PASSWORD).status == 409
    assert len(clients(acme)) == 1


def test_a_long_list_is_sorted_searched_and_costs_the_same(acme: Workspace, anna: Desk) -> None:
    create(anna, "aaa")
    with statements(acme.app) as few:
        anna.open("/api-clients")
    with UnitOfWork(acme.app):
        for number in range(60):
            wish = administration.Wish(f"Client {number:02}", ("webapi",))
            administration.create(member(anna.account.id), acme.id, wish, SYSTEM)
    with statements(acme.app) as many:
        page = anna.open("/api-clients")
    assert len(few) == len(many)
    names = re.findall(r">(Client \d\d|aaa)<", page.text)
    assert names == ["aaa", *(f"Client {number:02}" for number in range(49))]
    following = re.search(r"/api-clients(\?after=[0-9a-f-]{36}\.Client\+48)", page.text)
    assert following
    # The next page begins where this one ended, also when the last client of this one is gone.
    with UnitOfWork(acme.app):
        administration.delete(member(anna.account.id), acme.id, following[1][7:43], SYSTEM)
    assert re.findall(r"Client \d\d", anna.open(f"/api-clients{following[1]}").text)[0] == "Client 49"
    assert re.findall(r"Client \d\d", anna.open("/api-clients?search=ENT%2059").text) == ["Client 59"]
    one = clients(acme)[0]
    assert one.name in anna.open(f"/api-clients?search={one.id}").text
    assert "There is no more." in anna.open("/api-clients?after=0.zzz").text
    for cursor in ("nothing", ".zzz", "0."):
        assert anna.open(f"/api-clients?after={cursor}").status == 400


def test_a_cursor_tells_nothing_of_another_organizations_clients(acme: Workspace, anna: Desk) -> None:
    with UnitOfWork(acme.app):
        wanted = Registration(directory.create("Globex", None, SYSTEM).id, "Nightingale", ("webapi",))
        theirs, _secret = registration.register(wanted, SYSTEM)
    create(anna, "Zebra")
    # Whether there is such a client, and how it is called, must not decide what stands behind it.
    for client_id in (theirs.id, new_id()):
        for name, behind in (("A", True), ("zz", False)):
            page = anna.open(f"/api-clients?after={client_id}.{name}")
            assert ("Zebra" in page.text) == behind


def test_hostile_names_stay_text(acme: Workspace, anna: Desk) -> None:
    page = create(anna, HOSTILE)
    client_id = text_of(page, "client-id")
    path = f"/api-clients/{client_id}"
    pages = [page, *(anna.open(rest) for rest in ("/api-clients", path, f"{path}/edit", f"{path}/delete"))]
    for shown in pages:
        assert shows(shown, HOSTILE)
        assert "<script>alert" not in shown.text
