"""What operators do with organizations: create, find, rename, limit, disable, enable, delete."""

from collections.abc import Collection
from dataclasses import replace

from flask_babel import gettext as _

from authserver.audit.log import Origin, Target, listed, record, record_all
from authserver.base.clock import now
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.base.handles import new_id
from authserver.organizations import catalogue, signals, voiding
from authserver.organizations.organization import (
    RESERVED,
    Organization,
    checked_name,
    checked_slug,
    slug_from,
)
from authserver.organizations.signals import OrganizationEvent, OrganizationsEvent
from authserver.organizations.store import organizations as store
from authserver.web.unit_of_work import all_or_nothing


def create(name: str, slug: str | None, origin: Origin) -> Organization:
    """Create an organization; without a slug, the name suggests one that is free.

    Raises Refused for a name or slug that can't be used, Conflict for a slug that is taken.
    """
    name = checked_name(name)
    slug = checked_slug(slug) if slug else _free_slug(slug_from(name))
    organization = Organization(new_id(), name, slug, now())
    if slug in RESERVED or not store.add(organization):
        raise slug_is_taken(slug)
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
        record(
            origin, "organization.renamed", target=organization.id, organization=organization.id,
            before=organization.name, after=checked_name(name),
        )  # fmt: skip
    return get(organization.id)


def set_disabled(slug_or_id: str, *, disabled: bool, origin: Origin) -> Organization:
    """Disable an organization, or enable it again. Its clients follow within a second. Raises NotFound.

    Its invitations are void from then on: who enables it invites anew whoever shall still come.
    """
    organization = get(slug_or_id)
    if store.set_disabled(organization.id, now() if disabled else None):
        action = "organization.disabled" if disabled else "organization.enabled"
        record(origin, action, target=organization.id, organization=organization.id)
        if disabled:
            voiding.void_all(organization, voiding.by_the_server(origin))
            signals.disabled.send(OrganizationEvent(organization, origin))
    return get(organization.id)


def set_slug(organization: Organization, slug: str, origin: Origin) -> None:
    """Give an organization another slug; the one before is free from here on. Raises Refused, Conflict."""
    if organization.slug == checked_slug(slug):
        return
    if slug in RESERVED or not store.set_slug(organization.id, slug):
        raise slug_is_taken(slug)
    record(
        origin, "organization.moved", target=organization.id, organization=organization.id,
        before=organization.slug, after=slug,
    )  # fmt: skip


def limit(slug_or_id: str, permissions: Collection[str] | None, origin: Origin) -> Organization:
    """Allow an organization some permissions and no others; None: all, also those registered later.

    It holds for Administrators too, and from the next request on. What was granted stays granted, and counts
    again when it is allowed again; invitations that can't be given any more are void for ever. Raises
    NotFound, Refused.
    """
    organization = store.lock(get(slug_or_id).id)
    if organization is None:
        raise NotFound(f"There is no organization {slug_or_id}.")
    unknown = sorted(set(permissions or ()) - catalogue.names(hold=True))
    if unknown:
        raise Refused(f"There is no permission {unknown[0]}.")
    limited_to = None if permissions is None else tuple(sorted(set(permissions)))
    if limited_to != organization.limited_to:
        store.limit_to(organization.id, limited_to)
        told = "everything" if limited_to is None else listed(limited_to)
        record(origin, "organization.limited", target=organization.id, organization=organization.id, to=told)
        voiding.void_lost_by_all(get(organization.id), voiding.by_the_server(origin))
        if organization.allows_more_than(limited_to):
            limited = replace(organization, limited_to=limited_to)
            signals.limited.send(OrganizationEvent(limited, origin))
    return get(organization.id)


def delete(organization: Organization, origin: Origin) -> None:
    """Delete one, as `delete_all` does several."""
    delete_all([organization], origin)


def delete_all(organizations: Collection[Organization], origin: Origin) -> None:
    """Delete locked organizations with all that belongs to them; their people live on.

    However many there are, the statements are the same. Raises what a listener vetoes with; everything is as
    it was then.
    """
    if organizations:
        with all_or_nothing():
            _delete(tuple(organizations), origin)


def _delete(organizations: tuple[Organization, ...], origin: Origin) -> None:
    ids = [each.id for each in organizations]
    store.close_to_newcomers(ids)
    signals.ending.send(OrganizationsEvent(organizations, origin))
    signals.deleting.send(OrganizationsEvent(organizations, origin))
    store.remove(ids)
    record_all(origin, "organization.deleted", [Target(each, each) for each in ids])


def slug_is_taken(slug: str) -> Conflict:
    """Return the refusal of a slug that another organization has, or the server itself."""
    return Conflict(_("The slug %(slug)s is taken.", slug=slug))


def _free_slug(wish: str) -> str:
    slug, number = wish, 1
    while slug in RESERVED or store.find_by_slug(slug):
        number += 1
        slug = f"{wish}-{number}"
    return slug
