"""Creating, finding, disabling and enabling organizations."""

from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.base.errors import Conflict, NotFound
from authserver.base.handles import new_id
from authserver.organizations.organization import Organization, checked_name, checked_slug, slug_from
from authserver.organizations.store import organizations as store


def create(name: str, slug: str | None, origin: Origin) -> Organization:
    """Create an organization; without a slug, the name suggests one that is free.

    Raises Refused for a name or slug that can't be used, Conflict for a slug that is taken.
    """
    name = checked_name(name)
    slug = checked_slug(slug) if slug else _free_slug(slug_from(name))
    if store.find_by_slug(slug):
        raise Conflict(f"The slug {slug} is taken.")
    organization = Organization(new_id(), name, slug, now())
    store.add(organization)
    record(origin, "organization.created", target=organization.id, organization=organization.id)
    return organization


def get(slug_or_id: str) -> Organization:
    """Return an organization by its slug or its id. Raises NotFound."""
    # The id first: a slug may look like the id of another organization, and must not stand in its place.
    found = store.find(slug_or_id) or store.find_by_slug(slug_or_id)
    if found is None:
        raise NotFound(f"There is no organization {slug_or_id}.")
    return found


def rename(slug_or_id: str, name: str, origin: Origin) -> Organization:
    """Give an organization another name; its slug stays. Raises NotFound, Refused."""
    organization = get(slug_or_id)
    if store.rename(organization.id, checked_name(name)):
        record(origin, "organization.renamed", target=organization.id, organization=organization.id)
    return get(organization.id)


def set_disabled(slug_or_id: str, *, disabled: bool, origin: Origin) -> Organization:
    """Disable an organization, or enable it again. Its clients follow within a second. Raises NotFound."""
    organization = get(slug_or_id)
    if store.set_disabled(organization.id, now() if disabled else None):
        action = "organization.disabled" if disabled else "organization.enabled"
        record(origin, action, target=organization.id, organization=organization.id)
    return get(organization.id)


def _free_slug(wish: str) -> str:
    slug, number = wish, 1
    while store.find_by_slug(slug):
        number += 1
        slug = f"{wish}-{number}"
    return slug
