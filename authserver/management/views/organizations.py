"""Organizations: those of the caller, founding, renaming and moving, deleting."""

from authserver.management.call import Call
from authserver.management.conditions import require_unchanged
from authserver.management.messages.organizations import (
    ChangeOrganization,
    CreateOrganization,
    OrganizationAnswer,
    OrganizationPage,
)
from authserver.management.messages.paging import PageQuery
from authserver.management.paging import page
from authserver.management.route import PREFIX, Reply, Route, Routes
from authserver.organizations import administration, founding
from authserver.organizations.authority import everywhere, visit
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import ORGANIZATION, Rights
from authserver.web.unit_of_work import all_or_nothing

TAG = "Organizations"
ONE = "/organizations/<uuid:organization_id>"


def list_organizations(call: Call) -> Reply:
    """List the organizations of the caller: of a person all they belong to, of an API client its own."""

    def read(after: str, limit: int) -> list[OrganizationAnswer]:
        mine = [OrganizationAnswer.of(*place) for place in _places(call) if place[0].id > after]
        return mine[:limit]

    shown, following = page(call, read, lambda each: each.id)
    return Reply(OrganizationPage(items=list(shown), next=following))


def create_organization(call: Call) -> Reply:
    """Found an organization; the caller is its Administrator."""
    wish = call.wish(CreateOrganization)
    made = founding.found(call.by.id, wish.name, wish.slug, call.origin)
    return Reply(_told(call, made.id), location=f"{PREFIX}/organizations/{made.id}")


def get_organization(call: Call) -> Reply:
    """Return an organization, and what the caller holds in it."""
    return Reply(_told(call, call.organization_id))


def change_organization(call: Call) -> Reply:
    """Rename an organization, move it to another slug, or both."""
    wish = call.wish(ChangeOrganization)
    require_unchanged(call, lambda: _told(call, call.organization_id))
    with all_or_nothing():
        if wish.name is not None:
            administration.rename(call.by, call.organization_id, wish.name, call.origin)
        if wish.slug is not None:
            administration.set_slug(call.by, call.organization_id, wish.slug, call.origin)
    return Reply(_told(call, call.organization_id))


def delete_organization(call: Call) -> Reply:
    """Delete an organization with its API clients and invitations; its people live on."""
    require_unchanged(call, lambda: _told(call, call.organization_id))
    # Whoever vetoes it may be asked after others have begun.
    with all_or_nothing():
        administration.delete(call.by, call.organization_id, call.origin)
    return Reply()


def _places(call: Call) -> list[tuple[Organization, Rights]]:
    """Return where the caller acts, by id."""
    if call.caller.is_person:
        return everywhere(call.by.id)
    return [visit(call.by, call.caller.organization_id)]


def _told(call: Call, organization_id: str) -> OrganizationAnswer:
    return OrganizationAnswer.of(*visit(call.by, organization_id))


ROUTES: Routes = (
    Route(
        "GET", "/organizations", "signed in", list_organizations, TAG, OrganizationPage, query=PageQuery
    ),
    Route(
        "POST", "/organizations", "person", create_organization, TAG, OrganizationAnswer, CreateOrganization,
        status=201, creates=True, tagged=True,
    ),
    Route("GET", ONE, "belongs", get_organization, TAG, OrganizationAnswer, tagged=True),
    Route(
        "PATCH", ONE, ORGANIZATION, change_organization, TAG, OrganizationAnswer, ChangeOrganization,
        refusals=(409,), conditional=True, tagged=True,
    ),
    Route(
        "DELETE", ONE, ORGANIZATION, delete_organization, TAG, status=204, refusals=(409,), conditional=True
    ),
)  # fmt: skip
