"""The audit trail of an organization."""

from collections.abc import Iterable, Iterator, Sequence

from authserver.audit import exporting, reading
from authserver.audit.event import Entry
from authserver.audit.filter import Filter
from authserver.base.errors import Refused
from authserver.management.call import Call
from authserver.management.messages.audit import AuditQuery, EventAnswer, EventPage, EventsQuery, ExportQuery
from authserver.management.problems import Problem
from authserver.management.route import Reply, Route, Routes
from authserver.management.views.organizations import ONE
from authserver.organizations.authority import look
from authserver.organizations.disclosure import disclosed
from authserver.organizations.permissions import AUDIT
from authserver.web.unit_of_work import further_units


def list_audit_events(call: Call) -> Reply:
    """List what happened in the organization, newest first."""
    asked = call.search(AuditQuery)
    after = call.cursors.open(call.path, asked.cursor)
    try:
        found = reading.page(_wanted(call, asked), after=after, limit=asked.limit)
    except Refused as refusal:
        raise Problem(400, str(refusal)) from refusal
    following = call.cursors.seal(call.path, found.next) if found.next else None
    shown = _shown(call, asked, found.entries)
    return Reply(EventPage(items=[EventAnswer.of(each) for each in shown], next=following))


def export_audit_events(call: Call) -> Reply:
    """Send all that happened in the organization, newest first, as JSON lines or CSV.

    Each line of JSON is an item of the list. In CSV a cell that a spreadsheet would calculate begins with an
    apostrophe. The answer is sent while it is read: one that breaks off has no proper end.
    """
    asked = call.search(ExportQuery)
    entries = reading.everything(
        _wanted(call, asked), further_units(), lambda page: _shown(call, asked, page)
    )
    lines = _lines(entries) if asked.format == "jsonl" else exporting.export(entries, "csv")
    return Reply(stream=lines, media=exporting.MEDIA_TYPES[asked.format])


def _wanted(call: Call, asked: EventsQuery) -> Filter:
    organization, _rights = look(call.by, call.organization_id, AUDIT)
    try:
        return asked.of(organization.id)
    except Refused as refusal:
        raise Problem(400, str(refusal)) from refusal


def _shown(call: Call, asked: EventsQuery, entries: Sequence[Entry]) -> list[Entry]:
    """Return events as the people of the organization may see them."""
    shown = disclosed(call.organization_id, entries)
    # Who asks for somebody must not learn from the answer whom an event hides.
    return [each for each in shown if asked.actor in ("", each.event.actor)]


def _lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    return (EventAnswer.of(each).model_dump_json().encode() + b"\n" for each in entries)


TAG = "Audit"
FORMATS = tuple(media.partition(";")[0] for media in exporting.MEDIA_TYPES.values())

ROUTES: Routes = (
    Route("GET", f"{ONE}/audit", AUDIT, list_audit_events, TAG, EventPage, query=AuditQuery),
    Route(
        "GET", f"{ONE}/audit/export", AUDIT, export_audit_events, TAG, query=ExportQuery, media=FORMATS
    ),
)  # fmt: skip
