"""Handing a letter to a mail server by Flask-Mail, and choosing between that and the development mailbox."""

import smtplib
import ssl
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask
from flask_mail import Message

from authserver.base.clock import now
from authserver.base.deadline import Deadline
from authserver.config import Settings
from authserver.extensions import mail
from authserver.mail import server
from authserver.mail.connection import GuardedConnection
from authserver.mail.failures import DeliveryFailure, PermanentFailure, TemporaryFailure
from authserver.mail.letter import Envelope, Letter, is_one_address
from authserver.mail.mailbox import MailboxTransport
from authserver.mail.message import build, one_line, sender_of

LONGEST_ATTEMPT = 90
"""Seconds that one attempt takes at most, all its steps together; the claim on a letter outlives it."""

_OURS = frozenset({530, 534, 535, 538})
"""Replies that ask us to sign in (RFC 4954 section 6), at any step: the settings' fault, not the letter's."""


class Transport(Protocol):
    """Takes a letter away, within LONGEST_ATTEMPT. Called outside any transaction."""

    def send(self, envelope: Envelope, letter: Letter) -> None:
        """Send a letter to the envelope's recipient. Raises TemporaryFailure or PermanentFailure."""


class SmtpTransport:
    """SMTP by Flask-Mail: one connection, one recipient, one letter."""

    def __init__(self, settings: Settings, app: Flask) -> None:
        """Take the server from the settings. Raises ValueError when its address can't be used."""
        url = settings.mail_url.get_secret_value() if settings.mail_url else ""
        self._app = app
        self._server = server.parse(url, production=settings.mode == "production")
        self._sender = sender_of(settings)
        self._timeout = settings.mail_timeout
        self._tls = ssl.create_default_context()
        # Not in the application's configuration, which pages and extensions may show.
        app.extensions["mail"] = mail.init_mail(
            {"MAIL_DEBUG": False, "MAIL_SUPPRESS_SEND": False, "MAIL_DEFAULT_SENDER": self._sender.address}
        )

    def send(self, envelope: Envelope, letter: Letter) -> None:
        """Send a letter by SMTP. Raises TemporaryFailure or PermanentFailure."""
        if not is_one_address(envelope.recipient):
            raise PermanentFailure("recipient", "the recipient is not one plain address")
        with self._app.app_context(), Deadline(LONGEST_ATTEMPT) as deadline:
            message = _Built(build(envelope, letter, self._sender, now()).as_bytes(), envelope, letter)
            connection = GuardedConnection(
                self._app.extensions["mail"], self._server, self._name, self._timeout, self._tls, deadline
            )
            try:
                with connection:
                    connection.send(message, envelope_from=self._sender.address)
            except (OSError, smtplib.SMTPException) as error:
                raise _failure(error, late=deadline.over) from None

    @property
    def _name(self) -> str:
        host = self._sender.host
        # RFC 5321 section 4.1.3: an address stands in brackets.
        return f"[{host}]" if host.replace(".", "").isdigit() else host


class _Built(Message):
    """Flask-Mail's message, with one recipient and with our bytes instead of those that it would make."""

    def __init__(self, content: bytes, envelope: Envelope, letter: Letter) -> None:
        # A pair is taken as it is; a text would be read as a list of addresses.
        super().__init__(subject=one_line(letter.subject), recipients=[("", envelope.recipient)])
        self._content = content

    def as_bytes(self) -> bytes:
        return self._content


class NoTransport:
    """Production without a mail server: letters wait until there is one."""

    def send(self, envelope: Envelope, letter: Letter) -> None:  # noqa: ARG002 - the port's signature
        """Raise TemporaryFailure."""
        raise TemporaryFailure("no server", "no mail server is configured")


def transport_for(settings: Settings, app: Flask) -> Transport:
    """Return what the settings' mail_url asks for. Raises ValueError when it can't be used."""
    if settings.mail_url is None:
        return NoTransport()
    if urlsplit(settings.mail_url.get_secret_value()).scheme == "mailbox":
        return MailboxTransport(settings.data_dir / "mailbox", sender_of(settings))
    return SmtpTransport(settings, app)


def _failure(  # noqa: PLR0911 - a table of errors, one line each, reads from top to bottom
    error: Exception, *, late: bool
) -> DeliveryFailure:
    """Judge what went wrong (RFC 5321 section 4.2.1).

    Only what a server says of a recipient or of a letter is for good; whatever is wrong with the way there,
    operators mend.
    """
    # The library says "disconnected" of a timeout too, and keeps what it was beneath.
    if late or isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return TemporaryFailure("timeout")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _kind(code)(f"RCPT {code}", f"{code} {_text(text)}")
    if isinstance(error, smtplib.SMTPDataError):
        # Without the server's words: it has read the letter and may quote it.
        return _kind(error.smtp_code)(
            f"DATA {error.smtp_code}", f"{error.smtp_code} after the letter was sent"
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        # Nor here: it has read the password.
        return TemporaryFailure(f"AUTH {error.smtp_code}")
    if isinstance(error, smtplib.SMTPResponseException):
        reason = f"{error.smtp_code} {_text(error.smtp_error)}"
        return TemporaryFailure(f"{type(error).__name__} {error.smtp_code}", reason)
    if isinstance(error, ssl.SSLCertVerificationError):
        return TemporaryFailure("certificate", f"the server's certificate: {error.verify_message}")
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        refused = isinstance(error, ConnectionRefusedError)
        return TemporaryFailure("connection refused" if refused else "connection lost")
    return TemporaryFailure(type(error).__name__)


def _kind(code: int) -> type[DeliveryFailure]:
    return PermanentFailure if 500 <= code < 600 and code not in _OURS else TemporaryFailure  # noqa: PLR2004 - 5yz


def _text(said: bytes | str) -> str:
    return said.decode("ascii", "replace") if isinstance(said, bytes) else said
