import contextlib
import uuid

import pytest
from flask import Flask

from authserver.base.clock import now
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.clients import registration
from authserver.clients.api_client import AUTH_METHODS, checked_client_id
from authserver.clients.registration import Registration
from authserver.clients.secrets import is_well_formed
from authserver.clients.store import api_clients, secrets
from authserver.organizations import directory
from authserver.subjects import store as subjects
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.conftest import ORIGIN, acts, register
from tests.support.application import race, trail

UNFIT: list[tuple[dict[str, object], type[Refused]]] = [
    ({"scopes": ()}, Refused),
    ({"scopes": ("webapi", "unknown")}, Refused),
    ({"scopes": ("openid",)}, Refused),
    ({"name": " "}, Refused),
    ({"name": "x" * 101}, Refused),
    ({"name": "hid\u202eden"}, Refused),
    ({"name": "nul\x00"}, Refused),
    ({"organization": "nobody"}, NotFound),
    ({"auth_methods": ("none",)}, Refused),
    ({"secret_expires_at": 1}, Refused),
    ({"client_id": "no UUID"}, Refused),
]

CHOSEN = "0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54"


def test_a_new_client_gets_a_uuid_its_first_secret_and_every_method(app: Flask) -> None:
    client, secret = register(app, name="  Monthly \t reports ", scopes=("webapi.read", "webapi", "webapi"))
    assert str(uuid.UUID(client.id)) == client.id
    assert is_well_formed(secret)
    assert client.name == "Monthly reports"
    assert client.scopes == ("webapi", "webapi.read")
    assert client.auth_methods == AUTH_METHODS
    assert acts(app) == ["api_client.created", "secret.created"]
    with UnitOfWork(app):
        assert registration.get(client.id) == client
        assert [kept.label for kept in secrets.of(secrets.OF_CLIENTS, client.id)] == ["first"]


def test_a_first_secret_that_would_be_expired_leaves_no_client_behind(app: Flask) -> None:
    with UnitOfWork(app):
        wanted = Registration("acme", "Reports", ("webapi",), client_id=CHOSEN, secret_expires_at=1)
        # A refusal is an answer, and what was done before it is kept.
        with contextlib.suppress(Refused):
            registration.register(wanted, ORIGIN)
    with UnitOfWork(app), pytest.raises(NotFound):
        registration.get(CHOSEN)


def test_the_trail_tells_who_made_it_from_where_and_never_the_secret(app: Flask) -> None:
    client, secret = register(app)
    event = next(event for event in trail(app) if event.action == "api_client.created")
    assert (event.actor, event.source, event.request_id) == ("cli:tester", "192.0.2.1", "request-1")
    assert (event.target, event.organization_id) == (client.id, client.organization_id)
    assert secret not in str(trail(app))


def test_a_chosen_id_is_kept_in_its_canonical_form(app: Flask) -> None:
    assert register(app, client_id=CHOSEN.upper())[0].id == CHOSEN
    with UnitOfWork(app):
        assert registration.get(CHOSEN.upper()).id == CHOSEN


@pytest.mark.parametrize(
    "given",
    [
        "",
        "reports",
        "{" + CHOSEN + "}",
        "urn:uuid:" + CHOSEN,
        CHOSEN.replace("-", ""),
        CHOSEN + " ",
        "\N{ARABIC-INDIC DIGIT ZERO}" * 32,
    ],
)
def test_an_id_that_is_no_canonical_uuid_is_refused(given: str) -> None:
    with pytest.raises(Refused, match="UUID"):
        checked_client_id(given)


def test_the_id_of_a_person_is_refused_so_that_no_client_passes_for_one(app: Flask) -> None:
    with UnitOfWork(app):
        subjects.claim(CHOSEN, "account", now())
    with pytest.raises(Conflict):
        register(app, client_id=CHOSEN.upper())
    assert acts(app) == []
    with UnitOfWork(app):
        assert subjects.kind_of(CHOSEN) == "account"
        assert api_clients.find(CHOSEN) is None


def test_the_id_of_a_deleted_client_never_comes_back(app: Flask) -> None:
    register(app, client_id=CHOSEN)
    with UnitOfWork(app):
        registration.delete(CHOSEN, ORIGIN)
    with pytest.raises(Conflict):
        register(app, client_id=CHOSEN)
    with UnitOfWork(app), pytest.raises(NotFound):
        registration.get(CHOSEN)


def test_sixteen_that_choose_one_id_at_once_yield_one_client(app: Flask) -> None:
    made = race(16, lambda _: register(app, client_id=CHOSEN))
    assert sum(isinstance(one, tuple) for one in made) == 1
    assert sum(isinstance(one, Conflict) for one in made) == 15
    assert acts(app) == ["api_client.created", "secret.created"]


def test_what_can_not_be_registered_is_refused_and_leaves_nothing(app: Flask) -> None:
    for changes, error in UNFIT:
        with pytest.raises(error):
            register(app, **{"client_id": CHOSEN} | changes)
    assert acts(app) == []
    with UnitOfWork(app):
        assert api_clients.page() == []
        assert subjects.kind_of(CHOSEN) is None


def test_a_change_is_written_once_and_told_once(app: Flask) -> None:
    client, _ = register(app)
    with UnitOfWork(app):
        changed = registration.update(
            client.id, ORIGIN, name="New", scopes=("webapi.read",), auth_methods=("client_secret_post",)
        )
    with UnitOfWork(app):
        assert registration.get(client.id) == changed
        assert registration.update(client.id, ORIGIN, name="New") == changed
        assert registration.update(client.id, ORIGIN) == changed
        for bad in ({"name": ""}, {"scopes": ("unknown",)}, {"auth_methods": ("none",)}):
            with pytest.raises(Refused):
                registration.update(client.id, ORIGIN, **bad)
    assert changed.scopes == ("webapi.read",)
    assert changed.auth_methods == ("client_secret_post",)
    assert acts(app)[2:] == ["api_client.updated"]


def test_a_client_is_disabled_and_enabled_and_each_change_is_told_once(app: Flask) -> None:
    client, _ = register(app)
    with UnitOfWork(app):
        assert registration.set_disabled(client.id, disabled=True, origin=ORIGIN).disabled_at is not None
        assert registration.set_disabled(client.id, disabled=True, origin=ORIGIN).disabled_at is not None
    with UnitOfWork(app):
        assert (found := api_clients.find_for_tokens(client.id)) is not None
        assert not found.active
        assert registration.set_disabled(client.id, disabled=False, origin=ORIGIN).disabled_at is None
        assert registration.set_disabled(client.id, disabled=False, origin=ORIGIN).disabled_at is None
    assert acts(app)[2:] == ["api_client.disabled", "api_client.enabled"]


def test_a_disabled_organization_disables_its_clients(app: Flask) -> None:
    client, _ = register(app)
    with UnitOfWork(app):
        directory.set_disabled("acme", disabled=True, origin=ORIGIN)
    with UnitOfWork(app):
        assert (found := api_clients.find_for_tokens(client.id)) is not None
        assert not found.active


def test_deleting_a_client_deletes_its_secrets_and_no_others(app: Flask) -> None:
    client, _ = register(app)
    other, _ = register(app)
    with UnitOfWork(app):
        registration.delete(client.id, ORIGIN)
    with UnitOfWork(app):
        assert api_clients.find_for_tokens(client.id) is None
        assert secrets.of(secrets.OF_CLIENTS, client.id) == []
        assert len(secrets.of(secrets.OF_CLIENTS, other.id)) == 1
        with pytest.raises(NotFound):
            registration.delete(client.id, ORIGIN)
    assert acts(app)[4:] == ["api_client.deleted"]


def test_a_client_that_does_not_exist_is_told_so(app: Flask) -> None:
    with UnitOfWork(app):
        for unknown in (CHOSEN, "nonsense", "", "x" * 5000):
            with pytest.raises(NotFound):
                registration.get(unknown)
