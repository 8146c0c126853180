"""Flask-Mail's connection, made safe to wait for: a timeout on every step, and a deadline on the whole."""

import contextlib
import smtplib
import socket
import ssl
from types import TracebackType
from typing import Any

from flask_mail import Connection

from authserver.base.deadline import Deadline
from authserver.mail.failures import TemporaryFailure
from authserver.mail.server import MailServer, is_loopback


class Smtp(smtplib.SMTP):
    """The dialogue with one server, TLS included."""

    def __init__(
        self, server: MailServer, name: str, timeout: float, tls: ssl.SSLContext, deadline: Deadline
    ) -> None:
        """Connect; say `name` in EHLO, so that no name has to be looked up. Raises OSError, SMTPException."""
        self._server = server
        self._tls = tls
        self._deadline = deadline
        super().__init__(server.host, server.port, local_hostname=name, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # The library's own place for another kind of socket: its SMTP_SSL does the same.
        connected = socket.create_connection((host, port), timeout)
        self._deadline.watch(connected)
        if self._server.encryption == "implicit":
            return self._tls.wrap_socket(connected, server_hostname=host)
        return connected

    def encrypt_and_authenticate(self) -> None:
        """Do STARTTLS as the server's settings ask for, then AUTH. Raises TemporaryFailure, SMTPException."""
        server = self._server
        self.ehlo_or_helo_if_needed()
        encrypted = server.encryption == "implicit"
        if server.encryption == "required" or (
            server.encryption == "if-offered" and self.has_extn("starttls")
        ):
            if not self.has_extn("starttls"):
                # Whoever took it away would read our letters.
                raise TemporaryFailure("no STARTTLS", "the server offers no STARTTLS, and it is required")
            code, _ = self.starttls(context=self._tls)
            if code != 220:  # noqa: PLR2004 - RFC 3207 section 4: ready to start TLS
                raise TemporaryFailure(f"STARTTLS {code}")
            encrypted = True
        if server.username is None:
            return
        if not encrypted and server.encryption != "never" and not is_loopback(server.host):
            raise TemporaryFailure("no TLS", "the server offers no TLS, and a password is to be sent")
        self.login(server.username, server.password or "")


class GuardedConnection(Connection):
    """One connection of Flask-Mail for one letter."""

    def __init__(
        self,
        state: Any,
        server: MailServer,
        name: str,
        timeout: float,
        tls: ssl.SSLContext,
        deadline: Deadline,
    ) -> None:
        """Take Flask-Mail's state, the server, our name in EHLO, seconds for each step, and the deadline."""
        super().__init__(state)
        self._guards = (server, name, timeout, tls, deadline)

    def configure_host(self) -> Smtp:
        """Connect, encrypt and sign in; never with the library's debug output, which shows passwords."""
        host = Smtp(*self._guards)
        try:
            host.encrypt_and_authenticate()
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """End the dialogue. What goes wrong now changes nothing: the server took the letter, or did not."""
        if self.host is None:
            return
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if exc_type is None:
                self.host.quit()
        self.host.close()
