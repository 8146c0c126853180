"""People in organizations: what they may do, and what happens when they go."""

from collections.abc import Sequence

from flask_babel import gettext as _

from authserver.accounts.account import Account
from authserver.audit.log import Origin, Target, record, record_all
from authserver.base.errors import Conflict, Forbidden, NotFound
from authserver.organizations import catalogue, directory, signals, voiding
from authserver.organizations.authority import Authority, hold, member, require_grant
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import MEMBERS, Rights, held, may_touch
from authserver.organizations.signals import DepartureEvent, MemberEvent
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
        _keep_administrators([present])
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
    _keep_administrators([present])
    _go([present], origin, "member.removed", by)


def leave(account_id: str, organization_id: str, origin: Origin) -> None:
    """Let a person go out of an organization; others stay. Raises NotFound, Refused."""
    organization = organizations.lock(organization_id)
    present = memberships.find(organization_id, account_id)
    if organization is None or present is None:
        raise NotFound(f"There is no organization {organization_id}.")
    if memberships.count(organization.id) == 1:
        raise Conflict(_("Nobody else belongs to %(name)s. Delete it instead.", name=organization.name))
    _keep_administrators([present])
    _go([present], origin, "member.left")


def ends_with(account_id: str) -> list[Organization]:
    """Return the organizations that nobody else belongs to: they end when the account is closed."""
    return memberships.alone(account_id)


def unattended(account_id: str) -> list[Organization]:
    """Return organizations of a person with others in them, but no Administrator who may sign in.

    Members can't bring that about; operators who disable an account can, for security comes first.
    """
    alone = {each.id for each in memberships.alone(account_id)}
    led = [each.organization for each in memberships.of_account(account_id) if each.granted.administrator]
    attended = memberships.with_administrator([each.id for each in led])
    return [each for each in led if each.id not in alone | attended]


def leave_all(account: Account, origin: Origin) -> None:
    """Take a person, whose account is locked, out of all organizations; those without others are deleted.

    The statements are the same, however many there are. Raises Refused when others would be left without an
    Administrator.
    """
    places = _locked_places(account.id)
    ending = {each.id for each in memberships.alone(account.id)}
    shared = [place for place in places if place.organization.id not in ending]
    # All vetoes before the first deletion: a refused act must not end anything.
    _keep_administrators(shared)
    _go(shared, origin, "member.left")
    directory.delete_all([each.organization for each in places if each.organization.id in ending], origin)


def _locked_places(account_id: str) -> list[Membership]:
    """Lock all organizations of a person; return their places there as they are then."""
    # One order for everybody, so that two who leave at once don't wait for each other.
    ids = [mine.organization.id for mine in memberships.of_account(account_id)]
    locked = {organization.id for organization in organizations.lock_all(ids)}
    return [mine for mine in memberships.of_account(account_id) if mine.organization.id in locked]


def _place(organization: Organization, account_id: str) -> Membership:
    found = memberships.find(organization.id, account_id)
    if found is None:
        raise NotFound(f"There is no member {account_id}.")
    return found


def _require_touch(actor: Rights, present: Membership) -> None:
    if not may_touch(actor, present.granted):
        raise Forbidden(_("Only an Administrator can change or remove an Administrator."))


def _keep_administrators(leaving: Sequence[Membership]) -> None:
    """Refuse what would leave one of locked organizations without an Administrator who may sign in.

    The places are of one person, who gives them up.
    """
    led = [place for place in leaving if place.granted.administrator]
    if not led:
        return
    kept = memberships.with_administrator([each.organization.id for each in led], but=led[0].account_id)
    for place in led:
        if place.organization.id not in kept:
            raise Conflict(
                _(
                    "%(name)s would have no Administrator. Make another member Administrator first.",
                    name=place.organization.name,
                )
            )


def _go(leaving: Sequence[Membership], origin: Origin, action: str, by: Authority | None = None) -> None:
    """Take one person out of locked organizations, where Administrators stay."""
    if not leaving:
        return
    account_id, places = leaving[0].account_id, tuple(place.organization for place in leaving)
    ids = [organization.id for organization in places]
    memberships.remove(ids, account_id)
    record_all(origin, action, [Target(account_id, each, _as(by)) for each in ids])
    voiding.void_of_departed(account_id, ids, _following(by, origin))
    signals.member_left.send(DepartureEvent(places, account_id, origin))


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
