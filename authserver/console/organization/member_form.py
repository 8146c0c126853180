"""The form of a member's rights: filled with what is granted, and carried out. For every console."""

from dataclasses import dataclass

from authserver.accounts.forms import typed
from authserver.audit.log import Origin
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.console.organization import rights
from authserver.console.organization.forms import MemberForm
from authserver.organizations import membership, roster
from authserver.organizations.authority import Authority
from authserver.organizations.member import Membership
from authserver.organizations.versions import ChangedMeanwhile


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Why a form changed nothing, and the form to be shown instead."""

    status: int
    form: MemberForm
    problem: str | None = None


def filled(present: Membership) -> MemberForm:
    """Return the form of what is granted now."""
    facts = {"role": present.role, "permissions": sorted(present.permissions), "version": present.version}
    return MemberForm(formdata=None, data=facts)


def save(by: Authority, organization_id: str, account_id: str, origin: Origin) -> Unsaved | None:
    """Make a member's rights those of the form that was sent; None: done. Raises NotFound.

    When somebody else changed them after the form was made, nothing is changed, and the form is how it is
    now.
    """
    form = MemberForm()
    if not form.validate():
        return Unsaved(400, form)
    try:
        wanted = rights.wished(typed(form.role), form.permissions.data or ())
        membership.change(by, organization_id, account_id, wanted, origin, seen=typed(form.version))
    except NotFound:
        raise
    except ChangedMeanwhile as refusal:
        return Unsaved(409, filled(roster.get(by, organization_id, account_id)), str(refusal))
    except Forbidden as refusal:
        return Unsaved(403, form, str(refusal))
    except Refused as refusal:
        return Unsaved(409, form, str(refusal))
    return None
