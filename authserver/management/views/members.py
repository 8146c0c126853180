"""Members: reading, changing what they may do, removing them, and leaving."""

from authserver.management.call import Call
from authserver.management.conditions import require_unchanged
from authserver.management.messages.members import ChangeMember, MemberAnswer, MemberPage, MemberQuery
from authserver.management.paging import page
from authserver.management.route import Reply, Route, Routes
from authserver.management.views.organizations import ONE
from authserver.organizations import membership, roster
from authserver.organizations.authority import hold
from authserver.organizations.permissions import MEMBERS, Rights
from authserver.organizations.roster import Listed

TAG = "Members"
ALL = f"{ONE}/members"
MEMBER = f"{ALL}/<uuid:account_id>"


def list_members(call: Call) -> Reply:
    """List members by address."""
    search = call.search(MemberQuery).search

    def read(after: str, limit: int) -> list[Listed]:
        return roster.page(call.by, call.organization_id, search=search, after=after, limit=limit)

    shown, following = page(call, read, lambda each: each.account.email)
    return Reply(MemberPage(items=[MemberAnswer.of(each) for each in shown], next=following))


def get_member(call: Call) -> Reply:
    """Return a member."""
    return Reply(_told(call))


def change_member(call: Call) -> Reply:
    """Change the role or the permissions of a member; nobody grants what they don't hold."""
    wish = call.wish(ChangeMember)
    require_unchanged(call, lambda: _told(call))
    # What is left out stays as it is now: nobody else changes it until this is done.
    hold(call.by, call.organization_id, MEMBERS)
    present = roster.get(call.by, call.organization_id, call.ids["account_id"]).granted
    permissions = present.permissions if wish.permissions is None else frozenset(wish.permissions)
    wanted = Rights(wish.role or present.role, permissions)
    membership.change(call.by, call.organization_id, call.ids["account_id"], wanted, call.origin)
    return Reply(_told(call))


def remove_member(call: Call) -> Reply:
    """Take a member out of the organization."""
    require_unchanged(call, lambda: _told(call))
    membership.remove(call.by, call.organization_id, call.ids["account_id"], call.origin)
    return Reply()


def leave_organization(call: Call) -> Reply:
    """Go out of the organization, as the person who calls; others stay."""
    membership.leave(call.by.id, call.organization_id, call.origin)
    return Reply()


def _told(call: Call) -> MemberAnswer:
    return MemberAnswer.of(roster.find(call.by, call.organization_id, call.ids["account_id"]))


ROUTES: Routes = (
    Route("GET", ALL, MEMBERS, list_members, TAG, MemberPage, query=MemberQuery),
    Route("GET", MEMBER, MEMBERS, get_member, TAG, MemberAnswer, tagged=True),
    Route(
        "PATCH", MEMBER, MEMBERS, change_member, TAG, MemberAnswer, ChangeMember,
        refusals=(409,), conditional=True, tagged=True,
    ),
    Route("DELETE", MEMBER, MEMBERS, remove_member, TAG, status=204, refusals=(409,), conditional=True),
    Route("POST", f"{ONE}/leave", "person", leave_organization, TAG, status=204, refusals=(409,)),
)  # fmt: skip
