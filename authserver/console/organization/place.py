"""Which organization a page is about, and what whoever is in front of it holds there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, abort, g, request
from flask_babel import gettext as _

from authserver.accounts.account import Account
from authserver.accounts.services import services
from authserver.accounts.views import visitor
from authserver.audit.log import Origin
from authserver.base.errors import Forbidden, NotFound
from authserver.organizations import authority, refusals
from authserver.organizations.authority import Authority
from authserver.organizations.organization import SLUG, Organization
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS, ORGANIZATION, Rights
from authserver.organizations.store import organizations
from authserver.web.pages import error_page, page

FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class Place:
    """An organization, and a person in it."""

    organization: Organization
    person: Account
    rights: Rights
    """What the person holds here."""

    @property
    def id(self) -> str:
        """The id of the organization."""
        return self.organization.id

    @property
    def by(self) -> Authority:
        """Whose acts these are."""
        return authority.member(self.person.id)

    @property
    def origin(self) -> Origin:
        """What is recorded of the acts."""
        return visitor.origin(self.person)

    @property
    def path(self) -> str:
        """Where its pages begin."""
        return f"/organizations/{self.organization.slug}"

    def may(self, permission: str) -> bool:
        """Return whether the person holds a permission here."""
        return permission in self.rights.permissions


def within(view: Callable[..., Response], permission: str = "") -> Callable[..., Response]:
    """Return a view that gets the place that the slug of its address names.

    To whoever does not belong to it an organization is as if it did not exist (404); who belongs to it, and
    lacks the permission, is told so (403).
    """

    @wraps(view)
    def answered(slug: str, **named: Any) -> Response:
        place = _of(slug)
        answer = _answer(place, named)
        if answer.status_code == FORBIDDEN:
            # As a page of its own, or above the form that was sent: for lack of rights either way.
            act = (request.endpoint or "").rpartition(".")[2]
            refusals.note(services().refusals, place.by, place.id, act, place.origin)
        return answer

    def _answer(place: Place, named: dict[str, Any]) -> Response:
        if permission and not place.may(permission):
            return refused(_("This needs the permission %(permission)s.", permission=permission))
        try:
            return view(place, **named)
        except Forbidden as refusal:
            return refused(str(refusal))
        except NotFound:
            abort(404)

    return answered


def refused(why: str) -> Response:
    """Return the page that says why something may not be done."""
    help_ = _("An Administrator of the organization can give you more rights.")
    return error_page(FORBIDDEN, _("Not allowed"), f"{why} {help_}", g.request_id)


def shown(template: str, place: Place, status: int = 200, **facts: Any) -> Response:
    """Return a page of an organization; its frame offers what the person may open."""
    open_to = {
        "members": place.may(MEMBERS),
        "invitations": place.may(MEMBERS),
        "api-clients": place.may(API_CLIENTS),
        "audit": place.may(AUDIT),
        "settings": place.may(ORGANIZATION),
    }
    return page(f"organization/{template}.html", status, place=place, open_to=open_to, **facts)


def _of(slug: str) -> Place:
    person = visitor.person().account
    found = organizations.find_by_slug(slug) if SLUG.fullmatch(slug) else None
    if found is None:
        abort(404)
    try:
        organization, rights = authority.visit(authority.member(person.id), found.id)
    except NotFound:
        abort(404)
    g.organization_id = organization.id
    return Place(organization, person, rights)
