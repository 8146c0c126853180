"""Problem details (RFC 9457 section 3)."""

from pydantic import Field

from authserver.management.messages.base import Answered


class Fault(Answered):
    """One thing that is wrong with a request."""

    place: str = Field(description="body, query or header")
    pointer: str = Field(description="JSON Pointer to it (RFC 6901)")
    detail: str


class ProblemDetails(Answered):
    """Why a request was refused; nothing of what it asked for was done."""

    title: str
    status: int
    detail: str
    request_id: str = Field(description="Name it when you ask about this answer")
    errors: list[Fault] = Field(default_factory=list)
