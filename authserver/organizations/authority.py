"""Who acts on an organization, and what they hold there at this moment.

Every act asks anew, holding the organization: what a page or a token said before may not be true any more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self, cast

from flask_babel import gettext as _

from authserver.accounts.account import Account
from authserver.accounts.store import accounts
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.organizations import catalogue
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Rights, held, may_grant, still_given
from authserver.organizations.store import memberships, organizations

Kind = Literal["member", "api_client", "operator"]

Machines = Callable[[Organization, str], Rights | None]
"""From an organization and the id of an API client to what was granted to it; None: it is not theirs."""

_machines: list[Machines] = []


def know_machines(granted: Machines) -> None:
    """Hear from the room of API clients what they were granted: it stands above this one."""
    _machines[:] = [granted]


@dataclass(frozen=True, slots=True)
class Authority:
    """A member of the organization or one of its API clients, or an operator of the server.

    The id is that of the account or of the client. An operator without one is whoever sits at the server's
    own terminal.
    """

    kind: Kind
    id: str = ""

    def __str__(self) -> str:
        """Return what stands in a row."""
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what stood in a row."""
        kind, _colon, its_id = text.partition(":")
        return cls(cast("Kind", kind), its_id)

    def rights(self, organization: Organization, *, hold: bool = False) -> Rights | None:
        """Return what is held in an organization; None: it is none of their business.

        In a disabled organization nobody holds anything, but the operators who may enable it again. With
        `hold` no permission is withdrawn before this unit of work ends: for whoever passes some on.
        """
        granted = self._granted(organization)
        return held(granted, catalogue.names(hold=hold), organization.limited_to) if granted else None

    def may(self, permission: str, rights: Rights) -> bool:
        """Return whether acts that need a permission are open to who holds these rights.

        What an operator allows an organization binds its people and its software, not operators: else they
        could not help, nor end, what they limited. What may be granted there, it limits for them as well.
        """
        return self.kind == "operator" or permission in rights.permissions

    def gives(self, wanted: Rights, rights: Rights | None) -> Rights | None:
        """Return what remains of an invitation of this authority, which holds these rights; None: void."""
        return still_given(wanted, rights, bound=self.kind != "operator")

    def _granted(self, organization: Organization) -> Rights | None:
        if self.kind == "operator":
            return self._operators()
        if organization.disabled:
            return None
        if self.kind == "api_client":
            return next((machines(organization, self.id) for machines in _machines), None)
        return self._members(organization)

    def _members(self, organization: Organization) -> Rights | None:
        if not accounts.is_enabled(self.id):
            return None
        membership = memberships.find(organization.id, self.id)
        return membership.granted if membership else None

    def _operators(self) -> Rights | None:
        account = accounts.find(self.id) if self.id else None
        is_one = account.operator and not account.disabled if account else not self.id
        return Rights("administrator") if is_one else None


OPERATOR = Authority("operator")
"""Whoever sits at the server's own terminal."""


def member(account_id: str) -> Authority:
    """Return the authority of a person as a member."""
    return Authority("member", account_id)


def api_client(client_id: str) -> Authority:
    """Return the authority of an API client, within the organization that owns it."""
    return Authority("api_client", client_id)


def hold(by: Authority, organization_id: str, permission: str) -> tuple[Organization, Rights]:
    """Lock an organization for an act that needs a permission, and return it with what the actor holds.

    Raises NotFound for whoever does not belong to it, as if there were none, and Forbidden for who lacks the
    permission.
    """
    organization = organizations.lock(organization_id)
    rights = by.rights(organization, hold=True) if organization else None
    return _checked(by, organization, rights, organization_id, permission)


def look(by: Authority, organization_id: str, permission: str) -> tuple[Organization, Rights]:
    """Return the same without a lock: for what only reads. Raises NotFound, Forbidden."""
    organization = organizations.find(organization_id)
    rights = by.rights(organization) if organization else None
    return _checked(by, organization, rights, organization_id, permission)


def visit(by: Authority, organization_id: str) -> tuple[Organization, Rights]:
    """Return an organization with what the actor holds in it, whatever that is. Raises NotFound."""
    organization = organizations.find(organization_id)
    rights = by.rights(organization) if organization else None
    return _known(organization, rights, organization_id)


def everywhere(account_id: str) -> list[tuple[Organization, Rights]]:
    """Return the organizations in which a person acts, by their ids, with what they hold in each.

    What is read does not depend on how many there are.
    """
    if not accounts.is_enabled(account_id):
        return []
    known = catalogue.names()
    mine = [each for each in memberships.of_account(account_id) if not each.organization.disabled]
    mine.sort(key=lambda each: each.organization.id)
    return [(each.organization, held(each.granted, known, each.organization.limited_to)) for each in mine]


def who_hold(organization: Organization, permission: str, limit: int) -> list[Account]:
    """Return people who hold a permission in an organization: Administrators first, then by when they came.

    Nobody does while the organization is disabled, or the operator does not allow it the permission.
    """
    allowed = organization.limited_to is None or permission in organization.limited_to
    if organization.disabled or not allowed or permission not in catalogue.names():
        return []
    found = [accounts.find(each) for each in memberships.holders(organization.id, permission, limit)]
    return [account for account in found if account]


def require_grant(actor: Rights, wanted: Rights) -> None:
    """Refuse to grant what the actor does not hold, or what does not exist. Raises Refused, Forbidden."""
    unknown = sorted(wanted.permissions - catalogue.names())
    if unknown:
        raise Refused(_("There is no permission %(permission)s.", permission=unknown[0]))
    if not may_grant(actor, wanted):
        raise Forbidden(_("Nobody can grant what they don't hold."))


def _checked(
    by: Authority,
    organization: Organization | None,
    rights: Rights | None,
    organization_id: str,
    permission: str,
) -> tuple[Organization, Rights]:
    known, held_here = _known(organization, rights, organization_id)
    if not by.may(permission, held_here):
        raise Forbidden(_("This needs the permission %(permission)s.", permission=permission))
    return known, held_here


def _known(
    organization: Organization | None, rights: Rights | None, organization_id: str
) -> tuple[Organization, Rights]:
    if organization is None or rights is None:
        raise NotFound(f"There is no organization {organization_id}.")
    return organization, rights
