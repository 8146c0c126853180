"""Creating once, however often it is asked for: idempotency keys, for a day, of each caller.

The key is entered first, in the transaction of what it creates: of two at once the second waits, and finds
what the first one made. A refusal forgets the key, because nothing was made.
"""

import hashlib

from flask import request

from authserver.base.clock import now
from authserver.base.errors import Refused
from authserver.management.answers import Sent
from authserver.management.call import Call
from authserver.management.conditions import written
from authserver.management.problems import Problem
from authserver.management.route import Act, Reply
from authserver.management.store import creations
from authserver.management.store.creations import Creation

HEADER = "Idempotency-Key"
KEPT = 86_400
"""Seconds."""

TRIES = 3
"""How often a key is entered that somebody else gave up meanwhile."""


def sent(reply: Reply) -> Sent:
    """Return an answer as it is sent the first time."""
    body = written(reply.body) if reply.body else b""
    return Sent(body, reply.location, stream=reply.stream, media=reply.media)


def create_once(call: Call, act: Act) -> Sent:
    """Do it, or return what was answered when it was done. Raises Problem for a key of something else."""
    key = request.headers.get(HEADER)
    if key is None:
        return sent(act(call))
    digest, asked = _digest(str(call.by), key), _digest(call.path, written_wish(call))
    for _ in range(TRIES):
        if creations.claim(digest, asked, now(), now() + KEPT):
            return _create(call, act, digest)
        kept = creations.find(digest)
        if kept:
            return _again(kept, asked)
    raise Problem(409, "The same request is under way. Try again in a moment.")


def written_wish(call: Call) -> str:
    """Return the body of a request in one form."""
    return call.body.model_dump_json() if call.body else ""


def _create(call: Call, act: Act, digest: bytes) -> Sent:
    try:
        reply = act(call)
    except (Refused, Problem):
        creations.forget(digest)
        raise
    again = reply.again or reply.body
    creations.keep(digest, Creation(b"", written(again).decode() if again else "", reply.location))
    return sent(reply)


def _again(kept: Creation, asked: bytes) -> Sent:
    # Digests of what was asked for, not of a secret.
    if kept.asked != asked:
        raise Problem(422, f"This {HEADER} was used for another request.")
    return Sent(kept.body.encode(), kept.location, replayed=True)


def _digest(*parts: str) -> bytes:
    # As a tuple is written no part can run into the next, whatever stands in it.
    return hashlib.sha256(ascii(parts).encode()).digest()
