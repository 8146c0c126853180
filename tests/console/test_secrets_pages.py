"""Secrets of API clients on pages: added once, listed with their use, revoked after a warning."""

import re

import pytest

from authserver.audit.log import SYSTEM
from authserver.base.clock import LATEST, now
from authserver.base.errors import Refused
from authserver.clients import secret_issuing
from authserver.clients.last_used import Use
from authserver.clients.secret_record import SecretRecord
from authserver.clients.store import secrets as store
from authserver.organizations.permissions import API_CLIENTS, AUDIT
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import HOSTILE, Desk, desk, shows
from tests.console.test_api_clients_pages import create, opens, text_of
from tests.organizations.workspace import Workspace
from tests.support.people import later

DAY = 86_400


@pytest.fixture
def client_id(anna: Desk) -> str:
    """An API client that Anna made, with the permission to read the trail."""
    return text_of(create(anna, permissions=[AUDIT]), "client-id")


def path_of(client_id: str, rest: str = "") -> str:
    return f"/api-clients/{client_id}{rest}"


def records(acme: Workspace, client_id: str) -> dict[str, SecretRecord]:
    with UnitOfWork(acme.app):
        return {secret.label: secret for secret in store.of(store.OF_CLIENTS, client_id)}


def use(acme: Workspace, secret: SecretRecord, seconds_ago: int) -> None:
    with UnitOfWork(acme.app):
        store.mark_used(store.OF_CLIENTS, {secret.id: Use(now() - seconds_ago, "192.0.2.44")})


def test_a_secret_that_nobody_could_read_the_end_of_is_refused_and_the_last_one_is_shown(
    acme: Workspace, anna: Desk, client_id: str
) -> None:
    def add(label: str, expires_at: int) -> None:
        with UnitOfWork(acme.app):
            secret_issuing.issue(store.OF_CLIENTS, client_id, label, expires_at, SYSTEM, acme.id)

    with pytest.raises(Refused, match="9999"):
        add("too far", LATEST + 1)
    add("far", LATEST)
    page = anna.open(path_of(client_id))
    assert page.status == 200
    assert "9999-12-31T23:59:59Z" in page.text


def test_a_further_secret_is_shown_once_and_works(acme: Workspace, anna: Desk, client_id: str) -> None:
    page = anna.post(path_of(client_id, "/secrets/new"), label="2027", expires="30")
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    secret = text_of(page, "client-secret")
    assert opens(acme, client_id, secret)
    assert secret in text_of(page, "curl")
    listed = anna.open(path_of(client_id))
    for text in ("2027", "first", "never used", "by anna@example.com"):
        assert text in listed.text
    assert secret not in listed.text
    made = records(acme, client_id)["2027"]
    assert made.expires_at
    assert 29 * DAY < made.expires_at - now() <= 30 * DAY


def test_a_reload_makes_no_second_secret(acme: Workspace, anna: Desk, client_id: str) -> None:
    path = anna.path(path_of(client_id, "/secrets/new"))
    sent = {**anna.browser.open(path).hidden, "label": "2027", "expires": "never"}
    first, second = (anna.browser.post(path, **sent) for _ in range(2))
    assert (first.status, second.status) == (200, 409)
    assert second.shows("made-already-page")
    assert set(records(acme, client_id)) == {"first", "2027"}


@pytest.mark.parametrize("fields", [{"label": ""}, {"label": "a\x00b"}, {"expires": "tomorrow"}])
def test_what_can_not_be_used_makes_no_secret(
    acme: Workspace, anna: Desk, client_id: str, fields: dict[str, str]
) -> None:
    sent = {"label": "2027", "expires": "30"} | fields
    assert anna.post(path_of(client_id, "/secrets/new"), **sent).status == 400
    assert set(records(acme, client_id)) == {"first"}


def test_too_many_are_refused_with_a_reason(acme: Workspace, anna: Desk, client_id: str) -> None:
    path = path_of(client_id, "/secrets/new")
    answers = [anna.post(path, label=f"number {number}", expires="30") for number in range(10)]
    assert [answer.status for answer in answers] == [200] * 9 + [409]
    assert "There are 10 secrets already; revoke one first." in answers[-1].text


def test_an_unused_secret_is_revoked_after_one_question(acme: Workspace, anna: Desk, client_id: str) -> None:
    secret = records(acme, client_id)["first"]
    path = path_of(client_id, f"/secrets/{secret.id}/revoke")
    asks = anna.open(path)
    assert not asks.shows("still-used")
    assert "It is the only secret that counts" in asks.text
    page = anna.post(path)
    assert (page.status, page.location) == (303, f"{anna.path(path_of(client_id))}?said=revoked")
    assert records(acme, client_id) == {}
    assert "No secret: it can get no token." in anna.open(path_of(client_id)).text
    assert anna.open(path).status == 404


def test_a_secret_in_use_warns_and_says_from_where(acme: Workspace, anna: Desk, client_id: str) -> None:
    secret = records(acme, client_id)["first"]
    use(acme, secret, 3600)
    path = path_of(client_id, f"/secrets/{secret.id}/revoke")
    asks = anna.open(path)
    assert asks.shows("still-used")
    assert "192.0.2.44" in asks.text
    assert anna.post(path).status == 303
    assert records(acme, client_id) == {}


def test_a_secret_that_came_into_use_meanwhile_warns_as_well(
    acme: Workspace, anna: Desk, client_id: str
) -> None:
    secret = records(acme, client_id)["first"]
    path = path_of(client_id, f"/secrets/{secret.id}/revoke")
    asked = anna.open(path).hidden
    use(acme, secret, 0)
    warned = anna.browser.post(anna.path(path), **asked)
    assert warned.status == 409
    assert warned.shows("still-used")
    assert records(acme, client_id)
    assert anna.browser.post(anna.path(path), **warned.hidden).status == 303


def test_a_secret_that_was_not_used_for_long_does_not_warn(
    acme: Workspace, anna: Desk, client_id: str
) -> None:
    secret = records(acme, client_id)["first"]
    use(acme, secret, 2 * DAY)
    assert not anna.open(path_of(client_id, f"/secrets/{secret.id}/revoke")).shows("still-used")


def test_the_list_marks_what_expires_soon_or_has_expired(acme: Workspace, anna: Desk, client_id: str) -> None:
    assert "Expires soon" not in anna.open(path_of(client_id)).text
    for days, text in ((80, "Expires soon"), (91, "Expired")):
        with later(days * DAY):
            assert text in Desk(acme, anna.account).open(path_of(client_id)).text


def test_who_holds_less_than_the_client_gets_no_secret_of_it(
    acme: Workspace, anna: Desk, client_id: str
) -> None:
    bert = desk(acme, "member", API_CLIENTS)
    page = bert.open(path_of(client_id))
    assert not page.shows("secret-new")
    assert "You can't add a secret or enable it." in page.text
    refused = bert.post(path_of(client_id, "/secrets/new"), label="mine", expires="30")
    assert refused.status == 403
    anna.post(path_of(client_id, "/disable"), form=path_of(client_id))
    assert bert.post(path_of(client_id, "/enable"), form=path_of(client_id)).status == 403
    assert set(records(acme, client_id)) == {"first"}


def test_without_the_right_nothing_is_added_or_revoked(acme: Workspace, anna: Desk, client_id: str) -> None:
    bert = desk(acme, "member", AUDIT)
    secret = records(acme, client_id)["first"]
    for rest in ("/secrets/new", f"/secrets/{secret.id}/revoke"):
        assert bert.open(path_of(client_id, rest)).status == 403
        sent = {"label": "mine", "expires": "30", "sure": "yes"}
        assert bert.post(path_of(client_id, rest), form="/leave", **sent).status == 403
        assert anna.browser.post(anna.path(path_of(client_id, rest)), label="forged").status == 403
    assert set(records(acme, client_id)) == {"first"}


def test_a_secret_of_another_client_is_not_found(acme: Workspace, anna: Desk, client_id: str) -> None:
    other = text_of(create(anna, "Other"), "client-id")
    secret = records(acme, client_id)["first"]
    path = path_of(other, f"/secrets/{secret.id}/revoke")
    assert anna.open(path).status == 404
    assert anna.post(path, form=path_of(other)).status == 404
    assert records(acme, client_id)


def test_hostile_labels_stay_text(acme: Workspace, anna: Desk, client_id: str) -> None:
    anna.post(path_of(client_id, "/secrets/new"), label=HOSTILE, expires="30")
    secret = records(acme, client_id)[HOSTILE]
    for rest in ("", f"/secrets/{secret.id}/revoke"):
        page = anna.open(path_of(client_id, rest))
        assert shows(page, HOSTILE)
        assert not re.search("<script>alert", page.text)
