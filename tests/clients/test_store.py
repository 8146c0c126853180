import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from authserver.base.clock import now
from authserver.clients import registration, secret_issuing
from authserver.clients.last_used import LastUsed, Use
from authserver.clients.store import api_clients
from authserver.clients.store import secrets as store
from authserver.jobs import Jobs
from authserver.organizations import directory
from authserver.provider.logout_delivery import LogoutDelivery
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.conftest import ORIGIN, register
from tests.support.application import away, statements


def used(app: Flask, client_id: str) -> list[int | None]:
    with UnitOfWork(app):
        return [secret.last_used_at for secret in store.of(store.OF_CLIENTS, client_id)]


def secret_ids(app: Flask, client_id: str) -> list[str]:
    with UnitOfWork(app):
        return [secret.id for secret in store.of(store.OF_CLIENTS, client_id)]


def test_all_that_decides_about_tokens_comes_in_one_query(app: Flask) -> None:
    client, _ = register(app, scopes=("webapi", "webapi.read"))
    with UnitOfWork(app):
        for label in ("second", "third"):
            secret_issuing.issue(store.OF_CLIENTS, client.id, label, None, ORIGIN)
    with statements(app) as sent, UnitOfWork(app):
        found = api_clients.find_for_tokens(client.id)
    assert len(sent) == 1
    assert found is not None
    assert found.active
    assert found.scopes == ("webapi", "webapi.read")
    assert len({secret.id for secret in found.secrets}) == 3


def test_a_client_without_secrets_is_found_and_has_none(app: Flask) -> None:
    client, _ = register(app)
    (only,) = secret_ids(app, client.id)
    with UnitOfWork(app):
        secret_issuing.revoke(store.OF_CLIENTS, client.id, only, ORIGIN)
    with UnitOfWork(app):
        found = api_clients.find_for_tokens(client.id)
        assert found is not None
        assert found.secrets == ()


def test_looking_for_an_unknown_client_costs_one_query_too(app: Flask) -> None:
    with statements(app) as sent, UnitOfWork(app):
        assert api_clients.find_for_tokens("nobody") is None
    assert len(sent) == 1


def test_clients_come_in_pages_by_id_of_one_organization_or_of_all(app: Flask) -> None:
    with UnitOfWork(app):
        directory.create("Other", "other", ORIGIN)
    mine = sorted(register(app)[0].id for _ in range(5))
    theirs = register(app, organization="other")[0].id
    with UnitOfWork(app):
        acme = directory.get("acme").id
        assert [client.id for client in api_clients.page()] == sorted([*mine, theirs])
        assert [client.id for client in api_clients.page(acme)] == mine
        assert [client.id for client in api_clients.page(acme, limit=2)] == mine[:2]
        assert [client.id for client in api_clients.page(acme, after=mine[1], limit=2)] == mine[2:4]
        assert api_clients.page(acme, after=mine[-1]) == []


def test_the_newest_use_wins_whatever_the_order_of_writing(app: Flask) -> None:
    client, _ = register(app)
    (secret,) = secret_ids(app, client.id)
    assert used(app, client.id) == [None]
    for at, newest in ((100, 100), (300, 300), (200, 300), (300, 300)):
        with UnitOfWork(app):
            store.mark_used(store.OF_CLIENTS, {secret: Use(at), "revoked meanwhile": Use(at)})
        assert used(app, client.id) == [newest]


def test_many_uses_are_written_together(app: Flask) -> None:
    owners = [register(app)[0].id for _ in range(3)]
    ids = [secret_ids(app, owner)[0] for owner in owners]
    with UnitOfWork(app):
        store.mark_used(store.OF_CLIENTS, {secret: Use(100 + number) for number, secret in enumerate(ids)})
    assert [used(app, owner) for owner in owners] == [[100], [101], [102]]


def test_uses_are_collected_once_and_what_is_put_back_yields_to_what_is_newer() -> None:
    last_used = LastUsed()
    last_used.note("a", 100)
    last_used.note("a", 101)
    last_used.note("b", 102)
    taken = last_used.take()
    assert taken == {"a": Use(101), "b": Use(102)}
    assert last_used.take() == {}
    last_used.note("a", 200, "192.0.2.9")
    last_used.put_back(taken)
    assert last_used.take() == {"a": Use(200, "192.0.2.9"), "b": Use(102)}


def test_uses_survive_a_database_that_is_away_for_a_while(app: Flask) -> None:
    client, _ = register(app)
    (secret,) = secret_ids(app, client.id)
    last_used = LastUsed()
    settings = app.extensions["settings"]
    provider = app.extensions["provider"]
    logouts = LogoutDelivery(app, settings.issuer, provider.keys, provider.fetcher, now)
    jobs = Jobs(app, settings, last_used, rotation(settings), logouts)
    last_used.note(secret, 100)
    with away(app), pytest.raises(OperationalError):
        jobs.write_last_used()
    last_used.note(secret, 200)
    jobs.write_last_used()
    assert used(app, client.id) == [200]
    with statements(app) as sent:
        jobs.write_last_used()
    assert sent == []


def test_what_administrators_see_is_what_was_registered(app: Flask) -> None:
    client, secret = register(app, auth_methods=("client_secret_post",))
    with UnitOfWork(app):
        assert api_clients.find(client.id) == client
        assert api_clients.page() == [client]
        assert secret not in repr(registration.get(client.id))
