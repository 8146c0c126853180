"""For each route a request that would succeed, and for each kind of caller somebody of it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from authserver.accounts import directory as people
from authserver.audit.log import SYSTEM
from authserver.clients import registration
from authserver.clients.registration import Registration
from authserver.clients.store import secrets
from authserver.extensions import db
from authserver.management.route import Route
from authserver.management.views.site import ROUTES
from authserver.organizations import catalogue
from authserver.organizations.authority import OPERATOR
from authserver.organizations.permissions import OWN, Rights
from authserver.schema import metadata
from authserver.web.unit_of_work import UnitOfWork
from tests.management.world import Answer, Hand, World
from tests.organizations.inviting import invite
from tests.organizations.workspace import somebody, workspace
from tests.support.people import later

_numbers = itertools.count(1)
BY_NAME = {route.name: route for route in ROUTES}

BODIES: dict[str, Callable[[], dict[str, Any]]] = {
    "create_organization": lambda: {"name": "Fresh"},
    "change_organization": lambda: {"name": f"Renamed {next(_numbers)}"},
    "change_member": lambda: {"role": "member", "permissions": []},
    "create_invitation": lambda: {"email": f"guest{next(_numbers)}@example.com"},
    "create_api_client": lambda: {"name": "Reports", "scopes": ["webapi"]},
    "change_api_client": lambda: {"name": f"Reports {next(_numbers)}"},
    "add_secret": lambda: {"label": "next"},
}


@dataclass(frozen=True)
class Things:
    """What a route may be about, in one organization."""

    ids: dict[str, str]

    def path(self, route: Route, **others: str) -> str:
        """Return the path of a route with these ids."""
        path = route.path
        for name, value in (self.ids | others).items():
            path = path.replace(f"<uuid:{name}>", value)
        return path


def things(world: World) -> Things:
    """Make a member, an invitation, an API client and a secret of the organization."""
    account = world.acme.put("member", "billing:read")
    invitation = invite(world.acme, OPERATOR, Rights("member"), f"invited{next(_numbers)}@example.com")
    with UnitOfWork(world.app):
        client, _secret = registration.register(Registration(world.acme.id, "Thing", ("webapi",)), SYSTEM)
        (secret,) = secrets.of(secrets.OF_CLIENTS, client.id)
    return Things(
        {
            "organization_id": world.acme.id,
            "account_id": account.id,
            "invitation_id": invitation.id,
            "client_id": client.id,
            "secret_id": secret.id,
        }
    )


def send(hand: Hand, route: Route, found: Things, **others: str) -> Answer:
    """Send the request of a route that would succeed."""
    body = BODIES[route.name]() if route.body else None
    return hand.ask(route.method, found.path(route, **others), body)


def _operator(world: World, _route: Route) -> Hand:
    account = somebody(world.app)
    with UnitOfWork(world.app):
        people.set_operator(account, SYSTEM, operator=True)
    return world.person(account)


def _permitted(world: World, route: Route) -> Hand:
    names = {permission.name for permission in OWN}
    return world.member("member", *({route.needs} & names))


def _wide(world: World, _route: Route) -> Hand:
    with UnitOfWork(world.app):
        everything = catalogue.names()
    return world.software(*everything, scopes=("management", "webapi"), scope="management")


def _of_another(world: World, _route: Route) -> Hand:
    other = workspace(world.app, f"other-{next(_numbers)}")
    return world.person(other.put("administrator"))


CALLERS: dict[str, Callable[[World, Route], Hand]] = {
    "anonymous": lambda world, _route: world.nobody(),
    "stranger": lambda world, _route: world.person(somebody(world.app)),
    "member": lambda world, _route: world.member(),
    "permitted member": _permitted,
    "administrator": lambda world, _route: world.administrator(),
    "administrator of another": _of_another,
    "narrow software": lambda world, _route: world.software(),
    "wide software": _wide,
    "operator": _operator,
}
STRANGERS = ("stranger", "administrator of another", "operator")
SOFTWARE = ("narrow software", "wide software")
WITHOUT = ("member", "narrow software")


def expected(route: Route, caller: str) -> int:
    """Return the status that a caller gets at a route: what is not allowed here is refused."""
    if caller == "anonymous":
        return 401
    if route.needs == "person" and caller in SOFTWARE:
        return 403
    if "<uuid:organization_id>" in route.path and caller in STRANGERS:
        return 404
    if ":" in route.needs and caller in WITHOUT:
        return 403
    return route.status


def content(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables."""
    with UnitOfWork(world.app):
        return {
            table.name: sorted(map(tuple, db.session.execute(text(f"SELECT * FROM {table.name}"))), key=str)  # noqa: S608 - our own names
            for table in metadata.sorted_tables
        }


__all__ = ["BODIES", "BY_NAME", "CALLERS", "ROUTES", "content", "expected", "later", "send", "things"]
