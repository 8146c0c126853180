"""Events of the audit trail in answers, and what of them may be asked for."""

from typing import Literal, Self

from pydantic import Field

from authserver.audit.event import Entry
from authserver.audit.exporting import Format
from authserver.audit.filter import Filter
from authserver.management.messages.base import UUID, Answered, Searched, Time, WantedTime
from authserver.management.messages.paging import Page, PageQuery


class EventsQuery(Searched):
    """Which events."""

    actor: str = Field("", max_length=300, description="account:ID, client:ID, system")
    action: str = Field("", max_length=60, description="How it begins, such as member or secret.created")
    target: str = Field("", max_length=300)
    result: Literal["", "ok", "refused"] = ""
    since: WantedTime | None = Field(None, description="From this moment on")
    until: WantedTime | None = Field(None, description="Before this moment")

    def of(self, organization_id: str) -> Filter:
        """Return the filter of an organization's trail. Raises Refused."""
        return Filter(
            organization_id, self.actor, self.action, self.target, self.result, self.since, self.until
        )


class AuditQuery(EventsQuery, PageQuery):
    """Which events, and which part of their list."""


class ExportQuery(EventsQuery):
    """Which events, and as what."""

    format: Format = Field("jsonl", description="A JSON object on each line, or lines for spreadsheets")


class EventAnswer(Answered):
    """One act in an organization."""

    id: int
    at: Time
    action: str = Field(description="noun.verb")
    actor: str = Field(description="account:ID, client:ID, operator, stranger, anonymous, system")
    source: str = Field(description="The address that it came from; empty for operators and strangers")
    request_id: str
    target: str
    result: str = Field(description="ok or refused")
    details: dict[str, str]
    organization_id: UUID

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return how an event is told."""
        event = entry.event
        return cls(
            id=entry.id,
            at=event.at,
            action=event.action,
            actor=event.actor,
            source=event.source,
            request_id=event.request_id,
            target=event.target,
            result=event.result,
            details=event.details,
            organization_id=event.organization_id or "",
        )


class EventPage(Page):
    """Events, newest first. A page may hold few, even none, and go on all the same: follow `next`."""

    items: list[EventAnswer]
