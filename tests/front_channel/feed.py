"""An API that follows the feed: for the tests of who is told what."""

from dataclasses import dataclass

from flask import Flask

from authserver.accounts.directory import get as person
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.clients import registration, resource_registration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.registration import Registration
from authserver.clients.resource import Resource
from authserver.oidc.messages.security_event import Published
from authserver.oidc.store import security_events
from authserver.oidc.vocabulary import TOKEN
from authserver.organizations import catalogue, directory
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.store import memberships
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork
from examples.ended_tokens import Ended
from tests.front_channel.party import SCOPES, Party, call, claims_of, new_party
from tests.front_channel.visit import Visitor

PERMISSIONS = ("paper:load", "paper:read")


@dataclass(frozen=True)
class Api:
    """One API resource, asked at one instance."""

    app: Flask
    name: str

    @property
    def scope(self) -> str:
        """Its one scope."""
        return f"{self.name}.all"

    def told(self) -> list[Published]:
        """Return all that the feed says to it."""
        with UnitOfWork(self.app):
            return security_events.page(self.name, 0, 1000).events

    def kinds(self) -> list[str]:
        """Return the last word of each event's type."""
        return [each.event.type.rpartition("/")[2] for each in self.told()]

    def refuses(self, token: str) -> bool:
        """Return whether a token is refused by whoever follows the feed."""
        ended = Ended()
        ended.add(each.said() for each in self.told())
        return ended.refuses(claims_of(token)) is not None

    def party(self, name: str = "Product", **choices: object) -> Party:
        """Register an application that may call it and knows organizations."""
        return new_party(self.app, name, scopes=(*SCOPES, "organization", self.scope), **choices)


def api(app: Flask, name: str, *permissions: str) -> Api:
    """Register an API."""
    with UnitOfWork(app):
        made = Resource(name, f"https://{name}.test", (f"{name}.all",), "ES256", "rfc9068", 600)
        resource_registration.register(made, SYSTEM)
        for permission in permissions:
            catalogue.register(name, permission, "Does things", SYSTEM)
    return Api(app, name)


def organization(app: Flask, anna: Visitor, *permissions: str, name: str = "Acme") -> Organization:
    """Make an organization and somebody a member of it with some permissions."""
    with UnitOfWork(app):
        made = directory.create(name, None, SYSTEM)
        subject = person(anna.email).id
        memberships.add(Membership(made, subject, "member", now() + 1, frozenset(permissions)))
    return made


def client(app: Flask, owner: Organization, *scopes: str, **facts: object) -> tuple[ApiClientRecord, str]:
    """Make an API client of an organization; return it with its secret."""
    with UnitOfWork(app):
        rotation(app.extensions["settings"]).ensure(SYSTEM)
        wanted = Registration(owner.id, "Reports", scopes, **facts)  # type: ignore[arg-type] # its fields
        return registration.register(wanted, SYSTEM)


def machine_token(app: Flask, made: tuple[ApiClientRecord, str], **more: str) -> str:
    """Return an access token of an API client."""
    proof = {"client_id": made[0].id, "client_secret": made[1], "grant_type": "client_credentials"}
    reply = call(app, TOKEN, proof | more)
    assert reply.status == 200, reply.body
    return str(reply.body["access_token"])
