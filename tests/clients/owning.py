"""API clients of an organization, made by its people."""

from dataclasses import dataclass

from flask import Flask

from authserver.accounts.account import Account
from authserver.audit.log import SYSTEM, Origin
from authserver.base.clock import now
from authserver.clients import administration, secret_administration
from authserver.clients.administration import Wish
from authserver.clients.api_client import ApiClient, ApiClientRecord
from authserver.clients.secret_administration import Listed
from authserver.clients.secrets import matching
from authserver.clients.store import api_clients
from authserver.organizations import catalogue, directory
from authserver.organizations.authority import Authority, member
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.workspace import Workspace, origin_of


@dataclass
class Place:
    """An organization with a resource, whose permissions are `billing:read` and `billing:manage`."""

    acme: Workspace

    @property
    def app(self) -> Flask:
        return self.acme.app

    def create(
        self, by: Account | Authority, *permissions: str, **facts: object
    ) -> tuple[ApiClientRecord, str]:
        """Make a client in a unit of work."""
        facts = {"name": "Reports", "scopes": ("webapi",)} | facts
        wish = Wish(permissions=frozenset(permissions), **facts)  # type: ignore[arg-type] # facts of a wish
        with UnitOfWork(self.app):
            return administration.create(who(by), self.acme.id, wish, origin(by))

    def change(self, by: Account | Authority, client: ApiClientRecord, **changes: object) -> ApiClientRecord:
        """Change a client in a unit of work."""
        with UnitOfWork(self.app):
            return administration.change(
                who(by),
                self.acme.id,
                client.id,
                origin(by),
                **changes,  # type: ignore[arg-type] # its options
            )

    def add(
        self,
        by: Account | Authority,
        client: ApiClientRecord,
        label: str = "next",
        seconds: int | None = None,
    ) -> str:
        """Add a secret in a unit of work and return it."""
        expires_at = None if seconds is None else now() + seconds
        with UnitOfWork(self.app):
            return secret_administration.add(who(by), self.acme.id, client.id, label, expires_at, origin(by))[
                1
            ]

    def secrets(self, by: Account | Authority, client: ApiClientRecord) -> list[Listed]:
        """Return the secrets of a client by label: those of one second have no order."""
        with UnitOfWork(self.app):
            listed = secret_administration.listed(who(by), self.acme.id, client.id)
        return sorted(listed, key=lambda each: each.secret.label)

    def revoke(
        self, by: Account | Authority, client: ApiClientRecord, secret_id: str, *, sure: bool = False
    ) -> None:
        """Revoke a secret in a unit of work."""
        with UnitOfWork(self.app):
            secret_administration.revoke(who(by), self.acme.id, client.id, secret_id, origin(by), sure=sure)

    def as_tokens_see(self, client: ApiClientRecord) -> ApiClient:
        """Return what the token endpoint knows of a client."""
        with UnitOfWork(self.app):
            found = api_clients.find_for_tokens(client.id)
            assert found
            return found

    def opens(self, client: ApiClientRecord, secret: str) -> bool:
        """Whether a client gets tokens by a secret."""
        found = self.as_tokens_see(client)
        return found.active and matching(secret, found.secrets, now()) is not None

    def limit(self, *permissions: str) -> None:
        """Let the operator allow these permissions, or (none named) all."""
        with UnitOfWork(self.app):
            directory.limit(self.acme.id, permissions or None, SYSTEM)


def place(app: Flask) -> Place:
    """Return the organization of the tests, without people."""
    with UnitOfWork(app):
        for name in ("billing:read", "billing:manage"):
            catalogue.register("webapi", name, "Does things with invoices", SYSTEM)
        return Place(Workspace(app, directory.get("acme")))


def who(by: Account | Authority) -> Authority:
    return by if isinstance(by, Authority) else member(by.id)


def origin(by: Account | Authority) -> Origin:
    return SYSTEM if isinstance(by, Authority) else origin_of(by)
