"""The only way in which this server calls out over HTTP: to checked addresses, in bounded time and size.

What is called was named by somebody else (keys, logos, logout endpoints of applications), so it must not
become a way into the networks that only this server reaches (ASVS 13.2.4 and 13.2.5).
"""

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException, HTTPResponse
from typing import TypeVar
from urllib.parse import urlencode

from authserver.base.calling import Target, call, target_of
from authserver.base.deadline import Deadline
from authserver.base.fetch_policy import FetchPolicy
from authserver.base.resolving import Lookups

__all__ = ["Crowded", "FetchPolicy", "Fetched", "Fetcher", "Unreachable"]

T = TypeVar("T")

USER_AGENT = "authserver"


class Unreachable(Exception):  # noqa: N818 - what a caller meets, not a fault of ours
    """There is no answer. The reason is for the log only: told to a caller it would map our networks."""

    def __init__(self, reason: str) -> None:
        """Take what happened."""
        super().__init__(reason)
        self.reason = reason


class Crowded(Unreachable):
    """Nobody was asked: this server has too many calls under way."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. The body of anything but success is not read and empty."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


class Fetcher:
    """Calls out under a policy. Never call it inside a unit of work: no transaction waits for a stranger."""

    def __init__(self, policy: FetchPolicy) -> None:
        """Take the policy. Opens nothing."""
        self._policy = policy
        self._slots = threading.BoundedSemaphore(policy.at_once)
        # Names that hang for one purpose must not keep another one from looking up its own.
        self._lookups = Lookups()

    def get(self, url: str, accept: str = "*/*") -> Fetched:
        """Return what is at an address; redirects are not followed. Raises Unreachable."""
        return self._ask("GET", url, {"Accept": accept}, None, self._fetched)

    def post_form(self, url: str, fields: Mapping[str, str]) -> int:
        """Send a form and return the status of the answer; redirects are not followed. Raises Unreachable."""
        headers = {"Accept": "*/*", "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", url, headers, urlencode(fields).encode(), lambda answer: answer.status)

    def _ask(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        read: Callable[[HTTPResponse], T],
    ) -> T:
        try:
            target = target_of(url, plain=self._policy.private_addresses)
        except ValueError as error:
            raise Unreachable(f"the address may not be called: {error}") from None
        # Whoever waited here would hold a thread of the server for a stranger's slowness.
        if not self._slots.acquire(blocking=False):
            raise Crowded("too many calls are under way")
        try:
            with Deadline(self._policy.total_seconds) as deadline:
                try:
                    result = self._exchange(target, method, headers, body, read, deadline)
                except (OSError, HTTPException, ValueError) as error:
                    raise Unreachable(_told(error, deadline)) from None
                # The deadline ends a connection by closing it, which looks like the end of a body.
                if deadline.over:
                    raise Unreachable("the time was over")
                return result
        finally:
            self._slots.release()

    def _exchange(
        self,
        target: Target,
        method: str,
        headers: dict[str, str],
        body: bytes | None,
        read: Callable[[HTTPResponse], T],
        deadline: Deadline,
    ) -> T:
        tls = self._tls if target.https else None
        connection = call(target, self._policy, tls, deadline, self._lookups)
        try:
            # Compressed, a small answer could become a huge one.
            common = {"Host": target.authority, "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
            connection.request(method, target.path, body, common | headers | {"Connection": "close"})
            with connection.getresponse() as answer:
                return read(answer)
        finally:
            connection.close()

    def _fetched(self, answer: HTTPResponse) -> Fetched:
        content_type = answer.getheader("Content-Type", "")
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110 section 15.3: success
            return Fetched(answer.status, content_type, b"")
        if answer.getheader("Content-Encoding", "identity").strip().lower() != "identity":
            raise OSError("the answer is encoded, which was not asked for")
        body = self._body(answer)
        if len(body) > self._policy.most_bytes:
            raise OSError(f"the answer has more than {self._policy.most_bytes} bytes")
        # RFC 9112 section 8: an answer that ends before its length is incomplete.
        if answer.length:
            raise OSError("the answer ended too early")
        return Fetched(answer.status, content_type, body)

    def _body(self, answer: HTTPResponse) -> bytes:
        """Return the body, or its beginning when it has more than the most bytes."""
        body = b""
        # Piece by piece: of a chunk whose size is negative one read would take all there is.
        while len(body) <= self._policy.most_bytes:
            part = answer.read1(self._policy.most_bytes + 1 - len(body))
            if not part:
                break
            body += part
        return body

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Made at the first call: reading the system's certificates takes longer than the rest of a start.
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        if self._policy.ca_bundle:
            context.load_verify_locations(self._policy.ca_bundle)
        if not self._policy.verify_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _told(error: Exception, deadline: Deadline) -> str:
    if deadline.over or isinstance(error, TimeoutError):
        return "the time was over"
    # What the system and TLS say, never what the stranger says: a parser's complaint quotes the answer.
    return f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__
