"""No sequence of allowed acts gives a client, or who gets its secret, a right that the actor did not hold.

Acts are drawn at random, by people and by clients, most of whom may not do them; what everybody holds is
worked out from the rows, without the code that is tested.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authserver.accounts.account import Account
from authserver.audit.log import SYSTEM
from authserver.base.errors import Refused
from authserver.clients import administration, registration, secret_administration
from authserver.clients.administration import Wish
from authserver.clients.store import api_clients
from authserver.organizations import catalogue, directory, membership
from authserver.organizations.authority import Authority, api_client, member
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS, OWN, Rights
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.owning import Place, place

NAMES = (API_CLIENTS, MEMBERS, AUDIT, "billing:read", "billing:manage")
PEOPLE, CLIENTS = 4, 5
Held = tuple[bool, frozenset[str]]
"""Whether somebody is an Administrator, and what they hold."""

actors = st.integers(0, PEOPLE + CLIENTS - 1)
permissions = st.frozensets(st.sampled_from(NAMES), max_size=3)


class Act(NamedTuple):
    """Something that somebody tries."""

    name: str
    by: int
    on: int
    permissions: frozenset[str]


acts = st.builds(
    Act,
    st.sampled_from(
        ["create"] * 4
        + ["change"] * 4
        + ["add"] * 3
        + ["enable", "disable", "delete", "grant", "limit", "forget"]
    ),
    actors,
    st.integers(0, max(PEOPLE, CLIENTS) - 1),
    permissions,
)


@dataclass
class World:
    """An organization, its people, and its clients."""

    here: Place
    people: list[Account]
    clients: list[str] = field(default_factory=list)

    def actor(self, number: int) -> Authority | None:
        """Return who acts; None for a client that was not made yet."""
        if number < PEOPLE:
            return member(self.people[number].id)
        number -= PEOPLE
        return api_client(self.clients[number]) if number < len(self.clients) else None

    def given(self) -> dict[str, frozenset[str]]:
        """Return what was granted to each client."""
        with UnitOfWork(self.here.app):
            rows = api_clients.page(self.here.acme.id, limit=1000)
            return {row.id: frozenset(row.permissions) for row in rows}

    def held(self, by: Authority) -> Held:
        """Return what somebody holds by the rules."""
        with UnitOfWork(self.here.app):
            limited = directory.get(self.here.acme.id).limited_to
            known = {permission.name for permission in catalogue.everything()}
            place = memberships.find(self.here.acme.id, by.id)
            client = api_clients.find(by.id)
        allowed = known if limited is None else known & set(limited)
        if place:
            return place.role == "administrator", frozenset(
                allowed if place.role == "administrator" else place.permissions & allowed
            )
        active = client is not None and client.disabled_at is None
        return False, frozenset(allowed & set(client.permissions)) if client and active else frozenset()

    def try_(self, act: Act, by: Authority) -> str:
        """Try an act; return the id of the client whose secret or use came of it, empty for none."""
        try:
            with UnitOfWork(self.here.app):
                return self._do(act, by)
        except Refused:
            return ""

    def _do(self, act: Act, by: Authority) -> str:
        acme = self.here.acme.id
        match act.name:
            case "create":
                made, _secret = administration.create(
                    by, acme, Wish("x", ("webapi",), act.permissions), SYSTEM
                )
                self.clients.append(made.id)
                return made.id
            case "grant":
                on = self.people[act.on % PEOPLE].id
                membership.change(by, acme, on, Rights("member", act.permissions), SYSTEM)
            case "limit":
                directory.limit(acme, None if act.on % 2 else act.permissions | {API_CLIENTS}, SYSTEM)
            case "forget":
                catalogue.withdraw("webapi", "billing:manage", SYSTEM)
                catalogue.register("webapi", "billing:manage", "Another thing", SYSTEM)
            case _ if self.clients:
                return self._do_with(self.clients[act.on % len(self.clients)], act, by)
        return ""

    def _do_with(self, client: str, act: Act, by: Authority) -> str:
        acme = self.here.acme.id
        match act.name:
            case "change":
                administration.change(by, acme, client, SYSTEM, permissions=act.permissions)
            case "add":
                secret_administration.add(by, acme, client, "more", None, SYSTEM)
                return client
            case "enable" | "disable":
                administration.set_disabled(by, acme, client, SYSTEM, disabled=act.name == "disable")
                return client if act.name == "enable" else ""
            case "delete":
                administration.delete(by, acme, client, SYSTEM)
        return ""


def check(world: World, act: Act, held: Held, before: dict[str, frozenset[str]], got: str) -> None:
    """Compare what clients were granted before and after an act by somebody who held so much."""
    administrator, holds = held
    after = world.given()
    for client, granted in after.items():
        gained = granted - before.get(client, frozenset())
        if gained or client not in before:
            assert gained <= holds, act
            assert API_CLIENTS in holds, act
        with UnitOfWork(world.here.app):
            limited = directory.get(world.here.acme.id).limited_to
            found = api_clients.find_for_tokens(client)
        assert found
        assert set(found.permissions) == (granted if limited is None else granted & set(limited)), act
    if got:
        assert API_CLIENTS in holds, act
        assert administrator or after[got] <= holds, act


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(acts, min_size=10, max_size=30))
def play(here: Place, cast: list[Account], sequence: list[Act]) -> None:
    _begin_anew(here, cast)
    world = World(here, cast)
    for act in sequence:
        by = world.actor(act.by)
        if by is None:
            continue
        before, held = world.given(), world.held(by)
        check(world, act, held, before, world.try_(act, by))


def _begin_anew(here: Place, cast: list[Account]) -> None:
    """Begin with an Administrator, two members who may manage clients, and one who may not."""
    with UnitOfWork(here.app):
        for client in api_clients.page(here.acme.id, limit=1000):
            registration.delete(client.id, SYSTEM)
        for person in cast:
            memberships.remove([here.acme.id], person.id)
        directory.limit(here.acme.id, None, SYSTEM)
    here.acme.place(cast[0], "administrator")
    here.acme.place(cast[1], "member", API_CLIENTS, "billing:read")
    here.acme.place(cast[2], "member", API_CLIENTS, MEMBERS)
    here.acme.place(cast[3], "member", AUDIT)


def test_nobody_reaches_by_a_client_what_they_do_not_hold(app: Flask) -> None:
    here = place(app)
    assert {permission.name for permission in OWN} >= {API_CLIENTS, MEMBERS, AUDIT}
    cast = [here.acme.put() for _ in range(PEOPLE)]
    play(here, cast)
