"""A letter, the envelope it goes in, and the port that fills the envelope. No table, no SMTP."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal

State = Literal["waiting", "sending", "sent", "failed"]

LONGEST_ADDRESS = 254
"""Characters of an address at most (RFC 5321 section 4.5.3.1.3, less the angle brackets)."""

# RFC 5322 section 3.4.1: dot-atom on both sides.
_ADDRESS = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person reads: a subject of one line, plain text, and the same as HTML. It may hold a secret."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One line of the ledger: who is written to and why, and how far that is. It never holds a secret.

    Times are Unix seconds. `due_at` says when the next attempt may begin: of a letter that is being sent,
    when the claim on it is over; None once nothing is left to do. `attempts` counts the one under way.
    """

    id: str
    kind: str
    subject_id: str
    recipient: str
    language: str
    created_at: int
    attempts: int
    state: State
    due_at: int | None
    sent_at: int | None
    error: str


Compose = Callable[[Envelope], Letter | None]
"""Writes a letter, at each attempt to send it, inside the unit of work that claims the envelope.

It makes the secret that the letter carries afresh and writes its hash, so that the newest letter's secret is
the one that works. None: nobody is to be written to any more, and the envelope is dropped.
"""


def is_one_address(text: str) -> bool:
    """Return whether a text is one plain address that stays as it is on its way into the SMTP dialogue.

    No name, list, quotes, comment, control character or line break (ASVS 1.3.11).
    """
    return (
        len(text) <= LONGEST_ADDRESS
        and _ADDRESS.fullmatch(text) is not None
        and parseaddr(text) == ("", text)
    )
