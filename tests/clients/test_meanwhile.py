"""The terminal changes a client while its organization does: neither undoes what the other did."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.clients import registration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.store import api_clients
from authserver.organizations import catalogue
from authserver.organizations.authority import OPERATOR
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.owning import Place, place

READ, MANAGE = "billing:read", "billing:manage"
PATIENCE = 0.5
"""Seconds for the other act: it ends in them, or waits until this one has ended."""


@pytest.fixture
def here(app: Flask) -> Place:
    return place(app)


def rename_while(
    here: Place, client: ApiClientRecord, other: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rename a client at the terminal; between its reading and its writing another act begins."""
    save, began, done = api_clients.save, threading.Event(), threading.Thread(target=other)

    def saving(*what: ApiClientRecord) -> None:
        if not began.is_set():
            began.set()
            done.start()
            done.join(PATIENCE)
        save(*what)

    monkeypatch.setattr(api_clients, "save", saving)
    with UnitOfWork(here.app):
        registration.update(client.id, SYSTEM, name="Renamed")
    done.join()


def test_a_permission_that_is_taken_meanwhile_stays_taken(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = here.acme.put("administrator")
    client, _secret = here.create(boss, READ, MANAGE)

    def take() -> None:
        here.change(boss, client, permissions=frozenset({READ}))

    rename_while(here, client, take, monkeypatch)
    with UnitOfWork(here.app):
        after = registration.get(client.id)
    assert (after.name, after.permissions) == ("Renamed", (READ,))


def test_a_permission_that_is_withdrawn_meanwhile_does_not_come_back(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _secret = here.create(OPERATOR, READ, MANAGE)

    def withdraw() -> None:
        with UnitOfWork(here.app):
            catalogue.withdraw("webapi", MANAGE, SYSTEM)

    rename_while(here, client, withdraw, monkeypatch)
    with UnitOfWork(here.app):
        after = registration.get(client.id)
    assert (after.name, after.permissions) == ("Renamed", (READ,))


def test_what_is_changed_twice_at_once_is_changed_one_after_the_other(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _secret = here.create(OPERATOR)

    def widen() -> None:
        with UnitOfWork(here.app):
            registration.update(client.id, SYSTEM, name="Other", scopes=("webapi", "webapi.read"))

    rename_while(here, client, widen, monkeypatch)
    with UnitOfWork(here.app):
        after = registration.get(client.id)
    # The second one waited, and its name is the last word.
    assert (after.name, after.scopes) == ("Other", ("webapi", "webapi.read"))
