"""What others may care about in the life of an application. Listeners run in the same transaction."""

from dataclasses import dataclass

from authserver.audit.event import Origin
from authserver.base.signals import Signal


@dataclass(frozen=True, slots=True)
class ApplicationEvent:
    """Something happened to an application, by somebody's act."""

    application_id: str
    origin: Origin


disabled: Signal[ApplicationEvent] = Signal()

deleting: Signal[ApplicationEvent] = Signal()
"""The application is about to be deleted; a listener removes what belongs to it."""
