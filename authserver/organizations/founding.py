"""Organizations that people found: the empty one of the first sign-in, and further ones."""

from flask_babel import gettext as _

from authserver.accounts.account import Account
from authserver.accounts.store import accounts
from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.base.errors import Full, Refused
from authserver.base.handles import new_id
from authserver.organizations import directory
from authserver.organizations.member import Membership
from authserver.organizations.organization import LONGEST_NAME, Organization, slug_from
from authserver.organizations.store import memberships, organizations

MOST = 200
"""Organizations that a person belongs to at most when founding another one."""


def found_for(account: Account, origin: Origin) -> Organization:
    """Make an empty organization for a person who signed in for the first time, as its Administrator."""
    person = account.email.partition("@")[0]
    organization_id = new_id()
    # The id makes the slug one that nobody else can have at the same moment.
    slug = f"{slug_from(person)[:40].strip('-')}-{organization_id[:8]}"
    name = str(_("%(name)s's organization", name=person[: LONGEST_NAME - 30]))
    organization = Organization(organization_id, name, slug, now())
    organizations.add(organization)
    record(origin, "organization.created", target=organization.id, organization=organization.id)
    _begin(organization, account.id)
    return organization


def found(account_id: str, name: str, slug: str | None, origin: Origin) -> Organization:
    """Make a further organization; whoever founds it is its Administrator.

    Without a slug, the name suggests one that is free. Raises Refused, Full, Conflict for a taken slug.
    """
    credentials = accounts.lock(account_id)
    if credentials is None or credentials.account.disabled or not credentials.account.proven:
        raise Refused(_("This account can't be used."))
    if len(memberships.of_account(account_id)) >= MOST:
        raise Full(_("You belong to %(count)s organizations, and can't found another one.", count=MOST))
    organization = directory.create(name, slug, origin)
    _begin(organization, account_id)
    return organization


def _begin(organization: Organization, account_id: str) -> None:
    memberships.add(Membership(organization, account_id, "administrator", now()))
