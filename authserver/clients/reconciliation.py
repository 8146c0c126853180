"""Making the database agree with a declaration: what is missing is made, what differs is changed.

Nothing that is not named is touched, except by `prune`, and then only what an earlier declaration made. Done
again, it changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal

from authserver.audit.log import Origin
from authserver.clients import (
    application_registration,
    declared_organizations,
    registration,
    resource_permissions,
    resource_registration,
    secret_issuing,
)
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.application import Application
from authserver.clients.declaration import (
    Declaration,
    DeclaredApiClient,
    DeclaredApplication,
    DeclaredOrganization,
    DeclaredResource,
)
from authserver.clients.registration import Registration
from authserver.clients.resource import Resource
from authserver.clients.store import api_clients, applications, applied, resources, secrets
from authserver.organizations import directory

Act = Literal["create", "update", "delete"]
Kept = Resource | Application | ApiClientRecord


@dataclass(frozen=True, slots=True)
class Change:
    """One difference that was mended."""

    act: Act
    kind: str
    key: str
    what: tuple[str, ...] = ()


class Rehearsed(Exception):  # noqa: N818 - it ends a rehearsal, nothing went wrong
    """Everything was tried, and nothing shall be kept; carries what would have changed."""

    def __init__(self, changes: list[Change]) -> None:
        """Take the changes."""
        super().__init__()
        self.changes = changes


class Reconciliation:
    """One run. Everything happens in the caller's unit of work: all of it is kept, or nothing."""

    def __init__(self, declared: Declaration, origin: Origin) -> None:
        """Take what is to be, and who says so."""
        self._declared = declared
        self._origin = origin
        self.changes: list[Change] = []
        self._ids: dict[str, str] = {}

    def run(self, *, prune: bool, rehearse: bool = False) -> list[Change]:
        """Mend every difference and return them. Raises Refused, NotFound, Conflict.

        A rehearsal raises Rehearsed at the end, so that the caller's unit of work keeps nothing of it.
        """
        # Two at once would make the same twice, or wait for each other in a circle.
        applied.alone()
        declared_organizations.lock(self._declared, prune=prune)
        for slug, organization in self._declared.organizations.items():
            self._organization(slug, organization)
        for name, resource in self._declared.resources.items():
            self._resource(name, resource)
        for client_id, application in self._declared.applications.items():
            self._application(client_id, application)
        for client_id, client in self._declared.api_clients.items():
            self._api_client(client_id.lower(), client)
        if prune:
            self._prune("api_client", {key.lower() for key in self._declared.api_clients}, _remove_client)
            self._prune("application", set(self._declared.applications), _remove_application)
            self._prune("resource", set(self._declared.resources), _remove_resource)
        if rehearse:
            raise Rehearsed(self.changes)
        return self.changes

    def _organization(self, slug: str, wanted: DeclaredOrganization) -> None:
        present = declared_organizations.find(slug, wanted)
        if present is None:
            # Organizations hold people: what a declaration made it never removes.
            present = declared_organizations.create(slug, wanted, self._origin)
            self._note("create", "organization", slug)
        elif directory.rename(present.id, wanted.name, self._origin) != present:
            self._note("update", "organization", slug, "name")
        self._ids[slug] = present.id

    def _resource(self, name: str, wanted: DeclaredResource) -> None:
        self._resource_itself(name, wanted)
        permissions = wanted.permissions
        if permissions is not None and resource_permissions.declare(name, permissions, self._origin):
            self._note("update", "resource", name, "permissions")

    def _resource_itself(self, name: str, wanted: DeclaredResource) -> None:
        audience = wanted.audience or name
        if resources.find(name) is None:
            made = Resource(
                name,
                audience,
                wanted.scopes,
                wanted.algorithm,
                wanted.claim_style,
                wanted.lifetime,
                wanted.internal,
            )
            resource_registration.register(made, self._origin)
            self._made("resource", name)
            return
        before = resource_registration.get(name)
        after = resource_registration.update(
            name,
            self._origin,
            audience=audience,
            scopes=wanted.scopes,
            algorithm=wanted.algorithm,
            claim_style=wanted.claim_style,
            lifetime=wanted.lifetime,
            internal=wanted.internal,
        )
        self._compare("resource", name, before, after)

    def _application(self, client_id: str, wanted: DeclaredApplication) -> None:
        facts = wanted.model_dump(
            exclude={"secret", "secret_file", "secret_sha256", "public", "auth_method", "jwks_file"}
        )
        facts |= {"auth_method": wanted.method, "jwks": wanted.keys()}
        if applications.find(client_id) is None:
            application_registration.declare(Application(id=client_id, **facts), self._origin)
            self._made("application", client_id)
        else:
            before = application_registration.get(client_id)
            after = application_registration.update(client_id, self._origin, **facts)
            self._compare("application", client_id, before, after)
        self._secret(secrets.OF_APPLICATIONS, "application", client_id, wanted.secret_digest())

    def _api_client(self, client_id: str, wanted: DeclaredApiClient) -> None:
        organization = directory.get(self._ids.get(wanted.organization, wanted.organization))
        if api_clients.find(client_id) is None:
            made = Registration(
                organization.id, wanted.name, wanted.scopes, client_id, permissions=wanted.permissions or ()
            )
            registration.declare(made, self._origin)
            self._made("api_client", client_id)
        else:
            before = registration.get(client_id)
            registration.require_owner(before, organization)
            after = registration.update(
                client_id,
                self._origin,
                name=wanted.name,
                scopes=wanted.scopes,
                permissions=wanted.permissions,
            )
            self._compare("api_client", client_id, before, after)
        self._secret(secrets.OF_CLIENTS, "api_client", client_id, wanted.secret_digest(), organization.id)

    def _secret(
        self, rows: secrets.Rows, kind: str, owner: str, digest: bytes | None, organization: str | None = None
    ) -> None:
        if digest and secret_issuing.declare(rows, owner, digest, self._origin, organization):
            self._note("update", kind, owner, "secret")

    def _prune(self, kind: str, named: set[str], remove: Callable[[str, Origin], None]) -> None:
        for key in applied.marked(kind):
            if key not in named:
                remove(key, self._origin)
                applied.unmark(kind, key)
                self._note("delete", kind, key)

    def _compare(self, kind: str, key: str, before: Kept, after: Kept) -> None:
        names = [field.name for field in fields(before)]
        changed = [name for name in names if getattr(before, name) != getattr(after, name)]
        if changed:
            self._note("update", kind, key, *changed)

    def _made(self, kind: str, key: str) -> None:
        applied.mark(kind, key)
        self._note("create", kind, key)

    def _note(self, act: Act, kind: str, key: str, *what: str) -> None:
        self.changes.append(Change(act, kind, key, what))


def _remove_client(client_id: str, origin: Origin) -> None:
    if api_clients.find(client_id):
        registration.delete(client_id, origin)


def _remove_application(client_id: str, origin: Origin) -> None:
    if applications.find(client_id):
        application_registration.delete(client_id, origin)


def _remove_resource(name: str, origin: Origin) -> None:
    if resources.find(name):
        resource_registration.delete(name, origin)
