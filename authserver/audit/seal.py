"""Seals of the audit trail: each vouches for a batch of rows, or tells of a cut, and names the one before.

What a seal says of its rows are their SHA-256 digests, so that a single row can be named. The seal itself is
an HMAC-SHA-256 under a key derived from the master key, over all that it says and over the digest of the
seal before: whoever can write to the database but has no key can change nothing unnoticed
(docs/decisions/0020-the-audit-trail-is-a-keyed-chain.md).
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, Self

from authserver.base.errors import Refused

Kind = Literal["rows", "cut"]

GENESIS = bytes(32)
"""What the first seal names as the one before it."""

_ID_BYTES = 8
_ENTRY_BYTES = _ID_BYTES + 32
_HEAD = re.compile(r"([0-9]{1,18})-([0-9a-f]{64})")

RawRow = Sequence[Any]
"""A row as it lies in the table: its number first, the details last and as text."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a seal says. Of kind `rows`, that these rows stood there; of kind `cut`, that they were deleted.

    `content` holds for each row its number and digest; for a cut, the link of the last seal (`cut`) that went
    with the rows. `checked` says that the seal before was found whole when this one was made.
    """

    number: int
    kind: Kind
    first_id: int
    last_id: int
    count: int
    cut: int
    content: bytes
    previous: bytes
    checked: bool
    key: str
    sealed_at: int

    def message(self) -> bytes:
        """Return all of it as bytes, unambiguously."""
        told = [
            self.number, self.kind, self.first_id, self.last_id, self.count, self.cut,
            self.previous.hex(), self.checked, self.key, self.sealed_at,
        ]  # fmt: skip
        return b"audit seal 1\n" + json.dumps(told).encode() + b"\n" + self.content

    def digests(self) -> dict[int, bytes]:
        """Return the digests of the rows by their numbers."""
        pieces = (
            self.content[start : start + _ENTRY_BYTES] for start in range(0, len(self.content), _ENTRY_BYTES)
        )
        return {int.from_bytes(piece[:_ID_BYTES], signed=True): piece[_ID_BYTES:] for piece in pieces}


@dataclass(frozen=True, slots=True)
class Seal:
    """What was said, and the HMAC over it."""

    said: Said
    mac: bytes

    def link(self) -> bytes:
        """Return the digest by which the next seal names this one."""
        return sha256(self.said.message() + self.mac).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends. Kept beside it, and by the operator elsewhere: what is cut off the end shows."""

    number: int
    link: bytes

    def __str__(self) -> str:
        """Return it as the text that operators keep."""
        return f"{self.number}-{self.link.hex()}"

    def message(self) -> bytes:
        """Return it as bytes."""
        return f"audit head 1\n{self}".encode()

    @classmethod
    def of(cls, seal: Seal) -> Self:
        """Return the head of a chain that ends with a seal."""
        return cls(seal.said.number, seal.link())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the head that an operator kept. Raises Refused for what is none."""
        match = _HEAD.fullmatch(text.strip())
        if match is None:
            raise Refused("That is no head of the audit trail; `authserver audit head` prints it.")
        return cls(int(match[1]), bytes.fromhex(match[2]))


@dataclass(frozen=True, slots=True)
class KeptHead:
    """The head as it lies in the database: with the name of its key, and its HMAC."""

    head: Head
    key: str
    mac: bytes


def content_of(rows: Iterable[RawRow]) -> bytes:
    """Return what a seal says of rows."""
    return b"".join(row[0].to_bytes(_ID_BYTES, signed=True) + digest_of(row) for row in rows)


def digest_of(row: RawRow) -> bytes:
    """Return the SHA-256 of a row; the same for the same facts, however the database spells its JSON."""
    *fields, details = row
    return sha256(json.dumps([*fields, _parsed(details)], sort_keys=True).encode()).digest()


def _parsed(details: str) -> object:
    try:
        return json.loads(details, object_pairs_hook=_each_once)
    except (ValueError, TypeError, RecursionError):
        # Never written so: as it stands it equals no object.
        return str(details)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice")
    return members
