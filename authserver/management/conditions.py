"""Entity tags: whoever changes what somebody else changed meanwhile is told, and changes nothing."""

import hashlib
import re
from collections.abc import Callable

from authserver.management.call import Call
from authserver.management.messages.base import Answered
from authserver.management.problems import Problem
from authserver.organizations.authority import hold

_TAG = re.compile(r'\s*(?P<weak>W/)?"(?P<tag>[\x21\x23-\x7e]*)"\s*')


def tag_of(body: bytes) -> str:
    """Return the strong entity tag of an answer (RFC 9110 section 8.8.3), with its quotes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def written(body: Answered) -> bytes:
    """Return an answer as it is sent: the same facts are the same bytes."""
    return body.model_dump_json().encode()


def require_unchanged(call: Call, present: Callable[[], Answered]) -> None:
    """Hold the organization and compare, when the call names what it takes to be there.

    Until the end of this unit of work nobody else changes it. Raises Problem, NotFound, Forbidden.
    """
    if call.if_match is None:
        return
    hold(call.by, call.organization_id, call.needs)
    # RFC 9110 section 13.1.1: strong comparison; "*" is met by whatever exists.
    body = present()
    if call.if_match.strip() != "*" and tag_of(written(body)) not in _named(call.if_match):
        raise Problem(412, "It was changed meanwhile: read it again, and decide anew.")


def _named(header: str) -> set[str]:
    found = [_TAG.fullmatch(part) for part in header.split(",")]
    return {f'"{each["tag"]}"' for each in found if each and not each["weak"]}
