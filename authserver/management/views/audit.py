"""The audit trail of an organization."""

from authserver.audit import reading
from authserver.base.errors import Refused
from authserver.management.call import Call
from authserver.management.messages.audit import AuditQuery, EventAnswer, EventPage
from authserver.management.problems import Problem
from authserver.management.route import Reply, Route, Routes
from authserver.management.views.organizations import ONE
from authserver.organizations.authority import look
from authserver.organizations.disclosure import disclosed
from authserver.organizations.permissions import AUDIT


def list_audit_events(call: Call) -> Reply:
    """List what happened in the organization, newest first."""
    organization, _rights = look(call.by, call.organization_id, AUDIT)
    asked = call.search(AuditQuery)
    after = call.cursors.open(call.path, asked.cursor)
    try:
        found = reading.page(asked.of(organization.id), after=after, limit=asked.limit)
    except Refused as refusal:
        raise Problem(400, str(refusal)) from refusal
    following = call.cursors.seal(call.path, found.next) if found.next else None
    shown = disclosed(organization.id, found.entries)
    # Who asks for somebody must not learn from the answer whom an event hides.
    shown = [each for each in shown if asked.actor in ("", each.event.actor)]
    return Reply(EventPage(items=[EventAnswer.of(each) for each in shown], next=following))


ROUTES: Routes = (
    Route("GET", f"{ONE}/audit", AUDIT, list_audit_events, "Audit", EventPage, query=AuditQuery),
)
