"""Calling out over HTTP: the only way in which this server does so."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Whom this server may call."""


class Unreachable(Exception):  # noqa: N818 - it says what happened
    """There was no answer."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer."""

    status: int
    content_type: str
    body: bytes


class Fetcher:
    """Calls out."""

    def __init__(self, policy: FetchPolicy) -> None:
        """Take whom it may call."""
        self._policy = policy

    def get(self, url: str, accept: str = "*/*") -> Fetched:
        """Return an answer. Raises Unreachable."""
        raise Unreachable(url, accept)

    def post_form(self, url: str, fields: Mapping[str, str]) -> int:
        """Send a form and return the status. Raises Unreachable."""
        raise Unreachable(url, len(fields))
