"""The organization switcher in the head of every page, and choosing an organization by it."""

from dataclasses import dataclass

from flask import Blueprint, Response, g

from authserver.accounts.views import visitor
from authserver.base.clock import now
from authserver.console.organization.place import Place, within
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.store import memberships

SHOWN = 8
"""Organizations in the switcher; a page lists all of them."""


@dataclass(frozen=True, slots=True)
class Switcher:
    """Where a person is, and where else they may go."""

    current: Organization | None
    others: tuple[Organization, ...]


def add_to(views: Blueprint) -> None:
    """Route the choice."""
    views.add_url_rule(
        "/organizations/<slug>/switch",
        view_func=within(switch),
        methods=["POST"],
        endpoint="organization_switch",
    )


def present() -> dict[str, object]:
    """Return what templates call for the switcher: nothing is read for pages that show none."""
    return {"switcher": _switcher}


def switch(place: Place) -> Response:
    """Go to an organization; it is the active one for applications too, unless these name another."""
    memberships.used(place.id, place.person.id, now())
    return visitor.see_other(place.path)


def mine() -> list[Membership]:
    """Return where the person belongs to, read once in a request; nothing for a stranger."""
    if "memberships" not in g:
        found = g.get("visitor")
        g.memberships = memberships.of_account(found.account.id) if found and found.session.full else []
    return g.memberships  # type: ignore[no-any-return] # flask.g has no types


def _switcher() -> Switcher:
    able = [each for each in mine() if not each.organization.disabled]
    # Those used last come first, then in the order in which the person came to them.
    able.sort(key=lambda each: -each.last_used_at)
    current = _current(able)
    others = [each.organization for each in able if each.organization != current]
    return Switcher(current, tuple(others[:SHOWN]))


def _current(able: list[Membership]) -> Organization | None:
    here = [each for each in able if each.organization.id == g.get("organization_id")]
    return (here or able)[0].organization if able else None
