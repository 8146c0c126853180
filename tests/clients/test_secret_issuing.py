import pytest
from flask import Flask

from authserver.base.clock import now
from authserver.base.errors import NotFound, Refused
from authserver.clients import secret_issuing, secrets
from authserver.clients.secret_issuing import MOST_SECRETS
from authserver.clients.store import api_clients
from authserver.clients.store import secrets as store
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.conftest import ORIGIN, acts, register
from tests.support.application import engine_of


def dump(app: Flask) -> str:
    """Return every row of the tables of secrets."""
    with engine_of(app).connect() as connection:
        rows = [
            connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 - names of ours
            for table in ("client_secrets", "resource_secrets", "audit_events")
        ]
    return str(rows)


def test_secrets_overlap_so_that_a_client_can_change_over(app: Flask) -> None:
    client, first = register(app)
    with UnitOfWork(app):
        made, second = secret_issuing.issue(store.OF_CLIENTS, client.id, " next ", None, ORIGIN)
        assert made.label == "next"
    with UnitOfWork(app):
        found = api_clients.find_for_tokens(client.id)
        assert found is not None
        assert secrets.matching(first, found.secrets, now())
        assert secrets.matching(second, found.secrets, now())
        oldest = store.of(store.OF_CLIENTS, client.id)[0]
        secret_issuing.revoke(store.OF_CLIENTS, client.id, oldest.id, ORIGIN)
    with UnitOfWork(app):
        found = api_clients.find_for_tokens(client.id)
        assert found is not None
        assert len(found.secrets) == 1
    assert acts(app)[2:] == ["secret.created", "secret.revoked"]


def test_an_eleventh_secret_is_refused_until_one_is_revoked(app: Flask) -> None:
    client, _ = register(app)
    with UnitOfWork(app):
        for number in range(MOST_SECRETS - 1):
            made, _ = secret_issuing.issue(store.OF_CLIENTS, client.id, f"secret {number}", None, ORIGIN)
    before = acts(app)
    with UnitOfWork(app), pytest.raises(Refused, match="revoke one first"):
        secret_issuing.issue(store.OF_CLIENTS, client.id, "one too many", None, ORIGIN)
    assert acts(app) == before
    with UnitOfWork(app):
        secret_issuing.revoke(store.OF_CLIENTS, client.id, made.id, ORIGIN)
        secret_issuing.issue(store.OF_CLIENTS, client.id, "fits again", None, ORIGIN)
        assert len(store.of(store.OF_CLIENTS, client.id)) == MOST_SECRETS


def test_a_secret_that_would_be_expired_already_is_refused(app: Flask) -> None:
    client, _ = register(app)
    for seconds in (0, -1, -(10**9)):
        with UnitOfWork(app), pytest.raises(Refused, match="future"):
            secret_issuing.issue(store.OF_CLIENTS, client.id, "late", now() + seconds, ORIGIN)
    assert acts(app) == ["api_client.created", "secret.created"]


def test_a_label_is_a_name_that_people_can_read(app: Flask) -> None:
    client, _ = register(app)
    for label in ("", "  ", "x" * 101, "col\x1bour", "turn\u202e"):
        with UnitOfWork(app), pytest.raises(Refused):
            secret_issuing.issue(store.OF_CLIENTS, client.id, label, None, ORIGIN)


def test_nobody_revokes_the_secret_of_another(app: Flask) -> None:
    client, _ = register(app)
    other, _ = register(app)
    with UnitOfWork(app):
        theirs = store.of(store.OF_CLIENTS, other.id)[0]
        for owner, secret in ((client.id, theirs.id), (client.id, "nonsense"), ("webapi", theirs.id)):
            with pytest.raises(NotFound):
                secret_issuing.revoke(store.OF_CLIENTS, owner, secret, ORIGIN)
        with pytest.raises(NotFound):
            secret_issuing.revoke(store.OF_RESOURCES, other.id, theirs.id, ORIGIN)
    with UnitOfWork(app):
        assert len(store.of(store.OF_CLIENTS, other.id)) == 1
    assert "secret.revoked" not in acts(app)


def test_a_resource_has_secrets_of_its_own(app: Flask) -> None:
    with UnitOfWork(app):
        made, secret = secret_issuing.issue(store.OF_RESOURCES, "webapi", "introspection", None, ORIGIN)
        assert secrets.is_well_formed(secret)
        assert store.of(store.OF_RESOURCES, "webapi") == [made]
        assert store.of(store.OF_CLIENTS, "webapi") == []
        secret_issuing.revoke(store.OF_RESOURCES, "webapi", made.id, ORIGIN)
        assert store.of(store.OF_RESOURCES, "webapi") == []


def test_no_secret_rests_anywhere_in_the_database(app: Flask) -> None:
    client, first = register(app)
    with UnitOfWork(app):
        _, second = secret_issuing.issue(store.OF_CLIENTS, client.id, "next", None, ORIGIN)
    everything = dump(app)
    assert client.id in everything
    for secret in (first, second):
        assert secret not in everything
        assert secret[5:25] not in everything


def test_records_for_people_hold_no_digest(app: Flask) -> None:
    client, secret = register(app)
    with UnitOfWork(app):
        told = repr(store.of(store.OF_CLIENTS, client.id))
    assert repr(secrets.digest(secret)) not in told
    assert "digest" not in told
