"""Refusals of the management API as problem details (RFC 9457), each with the id of its request."""

from collections.abc import Sequence
from http import HTTPStatus

from pydantic import ValidationError

from authserver.base.errors import Conflict, Forbidden, Full, NotFound, Refused
from authserver.management.messages.problem import Fault
from authserver.organizations.invitations import TooManyLetters

Headers = tuple[tuple[str, str], ...]

NOWHERE = "There is no such thing, or it is none of your business."
"""What a stranger to an organization reads is what everybody reads about one that does not exist."""


class Problem(Exception):  # noqa: N818 - it says what it is called on the wire
    """A request is refused."""

    def __init__(
        self, status: int, detail: str, headers: Headers = (), *, faults: Sequence[Fault] = ()
    ) -> None:
        """Take the HTTP status, what the caller reads, and what is wrong with which part of the request."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.faults = tuple(faults)

    @property
    def title(self) -> str:
        """The phrase of the status."""
        return HTTPStatus(self.status).phrase


def problem_of(refusal: Refused) -> Problem:
    """Return how the refusal of a use case is told."""
    if isinstance(refusal, NotFound):
        # Never the refusal's own words: they name what was asked for, or what it belongs to.
        return Problem(404, NOWHERE)
    if isinstance(refusal, TooManyLetters):
        return Problem(429, str(refusal), (("Retry-After", str(refusal.retry_after)),))
    if isinstance(refusal, Forbidden):
        return Problem(403, str(refusal))
    return Problem(409 if isinstance(refusal, (Conflict, Full)) else 422, str(refusal))


def invalid(error: ValidationError, status: int, place: str) -> Problem:
    """Return what is wrong with a part of a request: `place` is body, query or header."""
    faults = [
        Fault(place=place, pointer="".join(f"/{step}" for step in each["loc"]), detail=each["msg"])
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return Problem(status, f"The {place} is not as it should be.", faults=faults)
