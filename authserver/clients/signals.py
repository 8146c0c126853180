"""What others may care about in the life of applications and API clients, in the same transaction."""

from dataclasses import dataclass

from authserver.audit.event import Origin
from authserver.base.signals import Signal
from authserver.clients.api_client import ApiClientRecord


@dataclass(frozen=True, slots=True)
class ApplicationEvent:
    """Something happened to an application, by somebody's act."""

    application_id: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class ApiClientEvent:
    """Something happened to an API client, which was like this before, by somebody's act."""

    client: ApiClientRecord
    origin: Origin


@dataclass(frozen=True, slots=True)
class ApiClientChange:
    """An API client was changed by somebody's act."""

    before: ApiClientRecord
    after: ApiClientRecord
    origin: Origin


disabled: Signal[ApplicationEvent] = Signal()

deleting: Signal[ApplicationEvent] = Signal()
"""The application is about to be deleted; a listener removes what belongs to it."""

api_client_disabled: Signal[ApiClientEvent] = Signal()

api_client_deleted: Signal[ApiClientEvent] = Signal()

api_client_narrowed: Signal[ApiClientChange] = Signal()
"""The API client has less scopes or less permissions than before."""
