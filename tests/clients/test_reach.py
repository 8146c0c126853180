"""Nobody gives a scope that is not theirs to give, or gets the secret of a client that has one."""

from collections.abc import Callable

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.base.errors import Forbidden
from authserver.clients import administration, resource_registration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.resource import Resource
from authserver.organizations.authority import OPERATOR, Authority, api_client
from authserver.organizations.permissions import API_CLIENTS
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.owning import Place, place


@pytest.fixture
def here(app: Flask) -> Place:
    with UnitOfWork(app):
        inner = Resource("ledger", "ledger", ("ledger",), "ES256", "rfc9068", 600, internal=True)
        resource_registration.register(inner, SYSTEM)
    return place(app)


def enable(here: Place, by: Authority, client: ApiClientRecord) -> None:
    with UnitOfWork(here.app):
        administration.set_disabled(by, here.acme.id, client.id, SYSTEM, disabled=False)


def test_an_api_client_gives_only_scopes_that_it_holds(here: Place) -> None:
    boss = here.acme.put("administrator")
    robot, _secret = here.create(boss, API_CLIENTS, scopes=("webapi",))
    by = api_client(robot.id)
    made, _secret = here.create(by, scopes=("webapi",))
    given: list[Callable[[], object]] = [
        lambda: here.create(by, scopes=("webapi.read",)),
        lambda: here.create(by, scopes=("webapi", "webapi.read")),
        lambda: here.change(by, robot, scopes=("webapi", "webapi.read")),
        lambda: here.change(by, made, scopes=("webapi.read",)),
    ]
    for give in given:
        with pytest.raises(Forbidden, match="a scope that it doesn't hold"):
            give()
    # What somebody else gave may stay, as permissions may.
    wide, _secret = here.create(boss, scopes=("webapi", "webapi.read"))
    assert here.change(by, wide, name="Other", scopes=("webapi.read",)).scopes == ("webapi.read",)


def test_an_api_client_gets_no_secret_of_one_with_more_scopes(here: Place) -> None:
    boss = here.acme.put("administrator")
    robot, _secret = here.create(boss, API_CLIENTS, scopes=("webapi",))
    wide, _secret = here.create(boss, scopes=("webapi", "webapi.read"))
    by = api_client(robot.id)
    with pytest.raises(Forbidden, match="scopes that you don't hold"):
        here.add(by, wide)
    with pytest.raises(Forbidden, match="scopes that you don't hold"):
        enable(here, by, wide)
    assert here.add(by, robot)
    assert here.add(boss, wide)


def test_what_an_operator_gave_beyond_the_offer_only_operators_give_again(here: Place) -> None:
    client, _secret = here.create(OPERATOR, scopes=("ledger",))
    boss, bert = here.acme.put("administrator"), here.acme.put("member", API_CLIENTS)
    for person in (boss, bert):
        with pytest.raises(Forbidden, match="operators alone"):
            here.add(person, client)
        with pytest.raises(Forbidden, match="operators alone"):
            enable(here, Authority("member", person.id), client)
    assert here.add(OPERATOR, client)
