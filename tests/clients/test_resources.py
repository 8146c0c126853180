from dataclasses import replace

import pytest
from flask import Flask

from authserver.base.errors import Conflict, NotFound, Refused
from authserver.clients import registration, resource_registration
from authserver.clients.registration import Registration
from authserver.clients.resource import RESERVED_SCOPES, Resource
from authserver.clients.store import resources
from authserver.organizations import directory
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.conftest import ORIGIN
from tests.support.application import trail

TILES = Resource(
    "tiles", "https://tiles.example.com", ("tiles", "tiles.write"), "RS256", "identityserver", 300
)


UNFIT: list[tuple[dict[str, object], type[Refused]]] = [
    ({"name": "webapi", "scopes": ("new",)}, Conflict),
    ({"audience": "webapi"}, Conflict),
    ({"scopes": ("tiles", "webapi.read")}, Conflict),
    ({"scopes": ()}, Refused),
    ({"scopes": ("two words",)}, Refused),
    ({"scopes": ('quo"te',)}, Refused),
    ({"scopes": ("back\\slash",)}, Refused),
    ({"scopes": ("ümlaut",)}, Refused),
    ({"scopes": ("x" * 101,)}, Refused),
    *(({"scopes": (scope,)}, Refused) for scope in RESERVED_SCOPES),
    ({"name": ""}, Refused),
    ({"name": "Upper"}, Refused),
    ({"name": "a/b"}, Refused),
    ({"name": "x" * 101}, Refused),
    ({"audience": ""}, Refused),
    ({"audience": "two words"}, Refused),
    ({"lifetime": 59}, Refused),
    ({"lifetime": 3601}, Refused),
]


def told(app: Flask) -> list[tuple[str, str]]:
    return [(event.action, event.target) for event in trail(app) if event.action.startswith("resource.")][1:]


def test_a_resource_is_registered_and_found_by_its_scopes(app: Flask) -> None:
    with UnitOfWork(app):
        resource_registration.register(replace(TILES, scopes=("tiles.write", "tiles", "tiles")), ORIGIN)
    with UnitOfWork(app):
        assert resource_registration.get("tiles") == TILES
        assert [resource.name for resource in resources.everything()] == ["tiles", "webapi"]
        assert resources.owner_of_scope("tiles.write") == "tiles"
    assert told(app) == [("resource.created", "tiles")]


def test_what_can_not_be_a_resource_is_refused_and_leaves_nothing(app: Flask) -> None:
    for changes, error in UNFIT:
        with UnitOfWork(app), pytest.raises(error):
            resource_registration.register(replace(TILES, **changes), ORIGIN)
    with UnitOfWork(app):
        assert [resource.name for resource in resources.everything()] == ["webapi"]
    assert told(app) == []


def test_what_is_named_is_changed_and_the_rest_stays(app: Flask) -> None:
    with UnitOfWork(app):
        resource_registration.register(TILES, ORIGIN)
    with UnitOfWork(app):
        changed = resource_registration.update("tiles", ORIGIN, scopes=("maps", "tiles"), lifetime=600)
    assert changed == replace(TILES, scopes=("maps", "tiles"), lifetime=600)
    with UnitOfWork(app):
        assert resource_registration.get("tiles") == changed
        assert resources.owner_of_scope("tiles.write") is None
        assert resource_registration.update("tiles", ORIGIN, lifetime=600) == changed
    assert told(app) == [("resource.created", "tiles"), ("resource.updated", "tiles")]
    assert trail(app)[-1].details == {"changed": "lifetime scopes"}


def test_a_change_that_would_take_from_another_resource_is_refused(app: Flask) -> None:
    with UnitOfWork(app):
        resource_registration.register(TILES, ORIGIN)
    with UnitOfWork(app):
        with pytest.raises(Conflict):
            resource_registration.update("tiles", ORIGIN, scopes=("webapi",))
        with pytest.raises(Conflict):
            resource_registration.update("tiles", ORIGIN, audience="webapi")
        with pytest.raises(Refused):
            resource_registration.update("tiles", ORIGIN, lifetime=1)
        with pytest.raises(NotFound):
            resource_registration.update("nothing", ORIGIN, lifetime=600)
        assert resource_registration.get("tiles") == TILES
    assert told(app) == [("resource.created", "tiles")]


def test_a_scope_that_clients_hold_is_not_dropped_so_that_its_name_never_carries_rights_over(
    app: Flask,
) -> None:
    with UnitOfWork(app):
        resource_registration.register(TILES, ORIGIN)
        directory.create("Holder", "holder", ORIGIN)
        client, _ = registration.register(Registration("holder", "Test", ("tiles",)), ORIGIN)
        with pytest.raises(Conflict):
            resource_registration.update("tiles", ORIGIN, scopes=("tiles.write",))
        registration.update(client.id, ORIGIN, scopes=("tiles.write",))
        changed = resource_registration.update("tiles", ORIGIN, scopes=("tiles.write",))
    assert changed.scopes == ("tiles.write",)
