"""People in organizations: what they may do, and what happens when they go."""

from flask_babel import gettext as _

from authserver.accounts.account import Account
from authserver.audit.log import Origin, record
from authserver.base.errors import Conflict, Forbidden, NotFound
from authserver.organizations import catalogue, directory, signals, voiding
from authserver.organizations.authority import Authority, hold, member, require_grant
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import MEMBERS, Rights, held, may_touch
from authserver.organizations.signals import MemberEvent
from authserver.organizations.store import memberships, organizations
from authserver.organizations.versions import require_seen


def change(
    by: Authority,
    organization_id: str,
    account_id: str,
    wanted: Rights,
    origin: Origin,
    *,
    seen: str | None = None,
) -> Membership:
    """Make a member's role and permissions those that are wanted; return what is granted then.

    What the member was granted before may stay, whoever granted it; what is added, the actor must hold.
    `seen` is the version of the membership that was decided about, None when that does not matter. Raises
    NotFound, Refused, Forbidden, ChangedMeanwhile.
    """
    organization, actor = hold(by, organization_id, MEMBERS)
    present = _place(organization, account_id)
    wanted = Rights("administrator") if wanted.administrator else wanted
    if wanted == present.granted:
        return present
    _require_touch(actor, present)
    require_seen(present.version, seen)
    require_grant(actor, Rights(wanted.role, wanted.permissions - present.permissions))
    if not wanted.administrator:
        _keep_an_administrator(organization, present)
    memberships.grant(organization.id, account_id, wanted)
    record(
        origin, "member.changed", target=account_id, organization=organization.id,
        role=wanted.role, permissions=" ".join(sorted(wanted.permissions)), **_as(by),
    )  # fmt: skip
    if _loses(organization, present.granted, wanted):
        voiding.void_lost(organization, member(account_id), _following(by, origin))
        signals.rights_lost.send(MemberEvent(organization, account_id, origin))
    return _place(organization, account_id)


def remove(by: Authority, organization_id: str, account_id: str, origin: Origin) -> None:
    """Take a member out of an organization. Raises NotFound, Refused, Forbidden."""
    organization, actor = hold(by, organization_id, MEMBERS)
    present = _place(organization, account_id)
    _require_touch(actor, present)
    _go(organization, present, origin, "member.removed", by)


def leave(account_id: str, organization_id: str, origin: Origin) -> None:
    """Let a person go out of an organization; others stay. Raises NotFound, Refused."""
    organization = organizations.lock(organization_id)
    present = memberships.find(organization_id, account_id)
    if organization is None or present is None:
        raise NotFound(f"There is no organization {organization_id}.")
    if memberships.count(organization.id) == 1:
        raise Conflict(_("Nobody else belongs to %(name)s. Delete it instead.", name=organization.name))
    _go(organization, present, origin, "member.left")


def ends_with(account_id: str) -> list[Organization]:
    """Return the organizations that nobody else belongs to: they end when the account is closed."""
    return memberships.alone(account_id)


def unattended(account_id: str) -> list[Organization]:
    """Return organizations of a person with others in them, but no Administrator who may sign in.

    Members can't bring that about; operators who disable an account can, for security comes first.
    """
    return [
        mine.organization
        for mine in memberships.of_account(account_id)
        if mine.granted.administrator
        and memberships.count(mine.organization.id) > 1
        and not memberships.has_administrator(mine.organization.id, but="")
    ]


def leave_all(account: Account, origin: Origin) -> None:
    """Take a person, whose account is locked, out of all organizations; those without others are deleted.

    Raises Refused when others would be left without an Administrator.
    """
    held_places = _locked_places(account.id)
    shared = [place for place in held_places if memberships.count(place.organization.id) > 1]
    # All vetoes before the first deletion: a refused act must not end anything.
    for place in shared:
        _keep_an_administrator(place.organization, place)
    for place in held_places:
        if place in shared:
            _go(place.organization, place, origin, "member.left")
        else:
            directory.delete(place.organization, origin)


def _locked_places(account_id: str) -> list[Membership]:
    """Lock all organizations of a person; return their places there as they are then."""
    # One order for everybody, so that two who leave at once don't wait for each other.
    ids = sorted(mine.organization.id for mine in memberships.of_account(account_id))
    locked = [organizations.lock(organization_id) for organization_id in ids]
    found = [memberships.find(organization.id, account_id) for organization in locked if organization]
    return [place for place in found if place]


def _place(organization: Organization, account_id: str) -> Membership:
    found = memberships.find(organization.id, account_id)
    if found is None:
        raise NotFound(f"There is no member {account_id}.")
    return found


def _require_touch(actor: Rights, present: Membership) -> None:
    if not may_touch(actor, present.granted):
        raise Forbidden(_("Only an Administrator can change or remove an Administrator."))


def _keep_an_administrator(organization: Organization, leaving: Membership) -> None:
    """Refuse what would leave a locked organization without an Administrator who may sign in."""
    if leaving.granted.administrator and not memberships.has_administrator(
        organization.id, but=leaving.account_id
    ):
        raise Conflict(
            _(
                "%(name)s would have no Administrator. Make another member Administrator first.",
                name=organization.name,
            )
        )


def _go(
    organization: Organization, leaving: Membership, origin: Origin, action: str, by: Authority | None = None
) -> None:
    """Take somebody out of a locked organization. Raises Refused for its last Administrator."""
    _keep_an_administrator(organization, leaving)
    memberships.remove(organization.id, leaving.account_id)
    record(origin, action, target=leaving.account_id, organization=organization.id, **_as(by))
    voiding.void_lost(organization, member(leaving.account_id), _following(by, origin))
    signals.member_left.send(MemberEvent(organization, leaving.account_id, origin))


def _as(by: Authority | None) -> dict[str, str]:
    """Return what the trail says of an operator's act, so that members are never told who that was."""
    return {"by": by.kind} if by and by.kind == "operator" else {}


def _following(by: Authority | None, origin: Origin) -> Origin:
    """Return the origin of what follows from an act."""
    return voiding.by_the_server(origin) if _as(by) else origin


def _loses(organization: Organization, before: Rights, after: Rights) -> bool:
    """Return whether somebody holds less after a change of what was granted."""
    known = catalogue.names()
    had, has = (held(each, known, organization.limited_to) for each in (before, after))
    return bool(had.permissions - has.permissions) or (had.administrator and not has.administrator)
