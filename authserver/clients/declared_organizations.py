"""Which organization a declaration means by a slug: slugs move, and are taken by others, ids never."""

from collections.abc import Mapping

from authserver.audit.log import Origin
from authserver.base.errors import Conflict, NotFound
from authserver.clients.declaration import Declaration, DeclaredOrganization
from authserver.clients.store import api_clients, applied
from authserver.organizations import catalogue, directory
from authserver.organizations.organization import Organization
from authserver.organizations.store import organizations, permissions

KIND = "organization"


def find(slug: str, wanted: DeclaredOrganization) -> Organization | None:
    """Return the organization that a declaration means, wherever it moved; None: it is to be made.

    People give organizations names and slugs themselves. One that has the slug, and that neither an earlier
    declaration made nor this one names by its id, may be anybody's: it must not get what was meant for
    another. Raises NotFound, Conflict.
    """
    if wanted.id:
        named = organizations.find(wanted.id)
        if named is None:
            raise NotFound(f"There is no organization {wanted.id}.")
        return named
    made = _marked(slug)
    present = organizations.find(made) if made else None
    if present is None and (other := organizations.find_by_slug(slug)):
        raise Conflict(
            f"There is an organization {slug} that no declaration made. When it is the one you mean, name "
            f'its id in [organizations.{slug}]: id = "{other.id}"'
        )
    return present


def lock(declared: Declaration, *, prune: bool) -> None:
    """Lock all organizations that a declaration changes, gives or takes something, in the order of their ids.

    Before anything else is locked: whoever changes who belongs to several, or what these may do, locks them
    first and in that order, then permissions, and nobody waits in a circle. What the declaration names may
    not exist.
    """
    named = {each.id for each in declared.organizations.values()}
    made = {key.partition(":")[2] for key in applied.marked(KIND)}
    owners = (_present(each.organization) for each in declared.api_clients.values())
    clients = {each.lower() for each in declared.api_clients}
    clients |= set(applied.marked("api_client") if prune else ())
    owning = {each.id for each in owners if each} | api_clients.owners(clients)
    differing = catalogue.differing(_permissions(declared, prune=prune))
    limited = permissions.organizations_with(differing.withdrawn)
    organizations.lock_all(named | made | owning | limited)
    permissions.hold(differing.withdrawn | differing.described)


def _permissions(declared: Declaration, *, prune: bool) -> dict[str, Mapping[str, str]]:
    """Return what permissions resources shall have, of those whose permissions may change."""
    wanted: dict[str, Mapping[str, str]] = {
        name: each.permissions for name, each in declared.resources.items() if each.permissions is not None
    }
    if prune:
        wanted |= {name: {} for name in applied.marked("resource") if name not in declared.resources}
    return wanted


def create(slug: str, wanted: DeclaredOrganization, origin: Origin) -> Organization:
    """Make a declared organization and remember which it is. Raises Refused, Conflict."""
    made = directory.create(wanted.name, slug, origin)
    before = _marked(slug)
    if before:
        applied.unmark(KIND, f"{slug}:{before}")
    applied.mark(KIND, f"{slug}:{made.id}")
    return made


def _present(slug_or_id: str) -> Organization | None:
    return organizations.find(slug_or_id) or organizations.find_by_slug(slug_or_id)


def _marked(slug: str) -> str | None:
    keys = (key.partition(":") for key in applied.marked(KIND))
    return next((its_id for named, _colon, its_id in keys if named == slug), None)
