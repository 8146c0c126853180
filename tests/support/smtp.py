"""A real SMTP server on the loopback address that can be told to misbehave, and keeps what it takes."""

# ruff: noqa: N802 - aiosmtpd finds its handlers by names that it chose

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.server import free_port

Behaviour = Literal[
    "ok",
    "refuse",  # 550 to RCPT
    "want_sign_in",  # 530 to RCPT
    "busy",  # 421 to RCPT
    "greylist",  # 451 to the first RCPT of each address
    "refuse_sender",  # 550 to MAIL FROM
    "refuse_letter",  # 554 after the letter was sent, quoting it
    "defer_letter",  # 451 after the letter was sent
    "hang",  # takes the letter and never answers
    "hang_on_quit",  # takes the letter, answers, and never ends the dialogue
    "drop",  # takes the letter and drops the connection instead of answering
    "greet_badly",  # 554 instead of a greeting
    "close",  # closes each connection at once
]


@dataclass(frozen=True)
class Received:
    """One letter that the server read to its end, whatever it answered then."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """The letter, parsed."""
        return message_from_bytes(self.content, policy=default)

    @property
    def text(self) -> str:
        """Its plain text."""
        return str(self.message.get_body(("plain",)).get_content())  # type: ignore[union-attr]

    @property
    def html(self) -> str:
        """Its HTML."""
        return str(self.message.get_body(("html",)).get_content())  # type: ignore[union-attr]


@dataclass
class SmtpServer:
    """The server; `behaviour` can be switched at any time, also while it runs."""

    behaviour: Behaviour = "ok"
    received: list[Received] = field(default_factory=list)
    rcpts: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    ehlos: list[str] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    _greylisted: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The address for AUTHSERVER_MAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, recipient: str) -> list[Received]:
        """Return the letters to one address, in the order in which they came."""
        return [letter for letter in self.received if letter.recipients == (recipient,)]

    # What aiosmtpd calls, by names that it chose.

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.ehlos.append(hostname)
        return responses

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.behaviour == "refuse_sender":
            return "550 5.7.1 who are you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.rcpts.append(address)
        if self.behaviour == "refuse":
            return "550 5.1.1 no such mailbox"
        if self.behaviour == "want_sign_in":
            return "530 5.7.0 sign in first"
        if self.behaviour == "busy":
            return "421 4.3.2 too busy"
        if self.behaviour == "greylist" and address not in self._greylisted:
            self._greylisted.add(address)
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = bytes(envelope.content or b"")
        letter = Received(
            str(envelope.mail_from), tuple(envelope.rcpt_tos), content, encrypted=session.ssl is not None
        )
        self.received.append(letter)
        if self.behaviour == "hang":
            await asyncio.sleep(3600)
        if self.behaviour == "drop":
            server.transport.abort()  # type: ignore[union-attr]
        if self.behaviour == "refuse_letter":
            return "554 5.7.1 spam: " + " ".join(letter.text.split())
        if self.behaviour == "defer_letter":
            return "451 4.3.0 later: " + " ".join(letter.text.split())
        return "250 OK"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
        if self.behaviour == "hang_on_quit":
            await asyncio.sleep(3600)
        return "221 Bye"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        """Note who signs in; the password `wrong` is refused."""
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password != b"wrong", handled=False)


class _Dialogue(SMTP):
    """The server's side of one connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.event_handler.behaviour == "greet_badly":
            transport.write(b"554 5.3.2 no service\r\n")  # type: ignore[attr-defined]
        if self.event_handler.behaviour == "close":
            transport.abort()  # type: ignore[attr-defined]


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Dialogue(self.handler, **self.SMTP_kwargs)


@contextlib.contextmanager
def smtp_server(
    *, tls: ssl.SSLContext | None = None, implicit: bool = False, sign_in: bool = False
) -> Iterator[SmtpServer]:
    """Run a server until the block ends; with TLS it offers STARTTLS, or `implicit` begins with it."""
    server = SmtpServer()
    options: dict[str, Any] = {"tls_context": tls} if tls and not implicit else {}
    if sign_in:
        options |= {"authenticator": server.authenticate, "auth_require_tls": False}
    controller = _Controller(
        server, hostname="127.0.0.1", port=server.port, ssl_context=tls if implicit else None, **options
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
