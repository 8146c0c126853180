import datetime as dt
import ipaddress
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from authserver.base.deadline import Deadline
from authserver.config import Settings
from authserver.mail import transport as transports
from authserver.mail.failures import DeliveryFailure, PermanentFailure, TemporaryFailure
from authserver.mail.letter import Envelope, Letter
from authserver.mail.transport import SmtpTransport
from tests.mail.ledger import ANNA
from tests.mail.test_outbox import NOT_ONE_ADDRESS
from tests.support.server import MASTER_KEY
from tests.support.smtp import SmtpServer, smtp_server

ID = "0c5fcf7d-8bd1-4ad9-a1f2-7a3a6f3f3f3f"
LETTER = Letter("Your password", "Grüße\n\nabc-def\n.\n.hidden\n" + "x" * 1500 + "\n", "<p>Grüße</p>\n")
Transport = Callable[..., SmtpTransport]


def envelope(recipient: str = ANNA) -> Envelope:
    return Envelope(ID, "welcome", "a", recipient, "en", 0, 2, "sending", 1, None, "")


@pytest.fixture
def transport(tmp_path: Path) -> Transport:
    """Make a transport to an address, with other settings than usual."""

    def make(url: str, **settings: object) -> SmtpTransport:
        usual = {"data_dir": tmp_path, "master_key": MASTER_KEY, "mail_timeout": 1, "mail_url": url}
        return SmtpTransport(Settings(**usual | settings), Flask("mail"))

    return make


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's TLS with a certificate for 127.0.0.1 that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    host = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([host]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = made.public_bytes(encoding)
    secret = key.private_bytes(encoding, form, serialization.NoEncryption())
    (tmp_path / "mail.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "mail.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mail.pem"))
    return context


def refused(transport: SmtpTransport, recipient: str = ANNA) -> DeliveryFailure:
    with pytest.raises(DeliveryFailure) as failure:
        transport.send(envelope(recipient), LETTER)
    return failure.value


def test_a_letter_has_one_recipient_byte_for_byte(transport: Transport, smtp: SmtpServer) -> None:
    recipient = "o'neil+a=b.{c}|~^`!#$%&*/?_-@xn--bcher-kva.example"
    transport(smtp.url).send(envelope(recipient), LETTER)
    assert smtp.rcpts == [recipient]
    (letter,) = smtp.received
    assert letter.recipients == (recipient,)
    assert [str(address) for address in letter.message["To"].addresses] == [recipient]
    assert not {"Cc", "Bcc", "Reply-To"} & set(letter.message.keys())


def test_a_letter_says_who_sends_it_and_that_nobody_should_answer_by_machine(
    transport: Transport, smtp: SmtpServer
) -> None:
    name = 'Müller, "Söhne" <x@y> ' + "ö" * 38
    transport(smtp.url, product_name=name, issuer="http://localhost:8000").send(envelope(), LETTER)
    (letter,) = smtp.received
    message = letter.message
    # The library's newer parser leaves spaces between encoded words, against RFC 2047 section 6.2.
    raw = message_from_bytes(letter.content, policy=compat32)["From"]
    assert str(make_header(decode_header(raw))) == f"{name} <no-reply@localhost>"
    assert letter.sender == "no-reply@localhost"
    assert message["Message-ID"] == f"<{ID}.2@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(message["Date"]).timestamp() - time.time()) < 300
    assert smtp.ehlos == ["localhost"]


def test_the_configured_sender_is_on_the_letter_and_on_the_envelope(
    transport: Transport, smtp: SmtpServer
) -> None:
    transport(smtp.url, mail_sender="id@example.org").send(envelope(), LETTER)
    assert smtp.received[0].sender == "id@example.org"
    assert smtp.received[0].message["From"].addresses[0].addr_spec == "id@example.org"


def test_a_letter_is_plain_text_and_html_in_ascii_on_the_wire(transport: Transport, smtp: SmtpServer) -> None:
    transport(smtp.url).send(envelope(), LETTER)
    (letter,) = smtp.received
    assert letter.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.message.iter_parts()] == ["text/plain", "text/html"]
    assert letter.text.replace("\r\n", "\n") == LETTER.text
    assert letter.html.replace("\r\n", "\n") == LETTER.html
    assert letter.content.isascii()
    # RFC 5321 section 4.5.3.1.6
    assert max(map(len, letter.content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "subject",
    [
        "Hi\r\nBcc: eve@evil.example",
        "Hi\nBcc: eve@evil.example",
        "Hi\r\n\r\nBcc: eve@evil.example",
        "Hi\r\n Bcc: eve@evil.example",
        "Hi\u2028Bcc: eve@evil.example",
        "Hi\0\x85Bcc: eve@evil.example",
        "Hi\u202e\ud800 Bcc: eve@evil.example",
    ],
)
def test_a_subject_begins_no_other_header(transport: Transport, smtp: SmtpServer, subject: str) -> None:
    transport(smtp.url).send(envelope(), Letter(subject, "text", "<p>html</p>"))
    (letter,) = smtp.received
    assert letter.message["Subject"] == "Hi Bcc: eve@evil.example"
    assert letter.message["Bcc"] is None
    assert smtp.rcpts == [ANNA]


@pytest.mark.parametrize("recipient", NOT_ONE_ADDRESS)
def test_what_is_not_one_address_never_reaches_the_server(
    transport: Transport, smtp: SmtpServer, recipient: str
) -> None:
    assert isinstance(refused(transport(smtp.url), recipient), PermanentFailure)
    assert smtp.ehlos == []


def test_a_sender_that_is_not_one_address_stops_the_start(transport: Transport) -> None:
    with pytest.raises(ValueError, match="mail_sender"):
        transport("smtp://127.0.0.1", mail_sender=".us@example.com")


def test_a_server_that_drips_bytes_can_not_hold_an_attempt(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "LONGEST_ATTEMPT", 0.5)
    done = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            while not done.wait(0.05):
                try:
                    connection.sendall(b"2")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        failure = refused(transport(f"smtp://127.0.0.1:{listener.getsockname()[1]}"))
        done.set()
        thread.join()
    assert isinstance(failure, TemporaryFailure)
    assert failure.cause == "timeout"


def test_a_connection_that_comes_too_late_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, Deadline(0) as deadline:
        deadline._timer.join()
        connected = socket.create_connection(listener.getsockname())
        with pytest.raises(TimeoutError):
            deadline.watch(connected)
        assert connected.fileno() == -1


def test_starttls_is_done_with_a_server_that_can_be_trusted(
    transport: Transport, certificate: ssl.SSLContext
) -> None:
    with smtp_server(tls=certificate) as server:
        transport(server.url + "?starttls=required").send(envelope(), LETTER)
        transport(server.url + "?starttls=if-offered").send(envelope(), LETTER)
        transport(server.url + "?starttls=never").send(envelope(), LETTER)
    assert [letter.encrypted for letter in server.received] == [True, True, False]


def test_tls_from_the_first_byte(transport: Transport, certificate: ssl.SSLContext) -> None:
    with smtp_server(tls=certificate, implicit=True) as server:
        transport(server.url.replace("smtp:", "smtps:")).send(envelope(), LETTER)
        assert len(server.received) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_is_not_trusted_stops_the_letter(
    transport: Transport, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with smtp_server(tls=certificate, implicit=scheme == "smtps") as server:
        url = server.url.replace("smtp:", f"{scheme}:")
        failure = refused(transport(url + "?starttls=required"))
    assert isinstance(failure, TemporaryFailure)
    assert failure.cause == "certificate"
    assert server.received == []


def test_without_the_starttls_that_is_required_nothing_is_sent(
    transport: Transport, smtp: SmtpServer
) -> None:
    failure = refused(transport(smtp.url + "?starttls=required"))
    assert isinstance(failure, TemporaryFailure)
    assert failure.cause == "no STARTTLS"
    assert smtp.received == []


def test_signing_in_uses_the_decoded_user_and_password(transport: Transport) -> None:
    with smtp_server(sign_in=True) as server:
        url = server.url.replace("//", "//anna%40example.com:p%40ss%3A%2F@")
        transport(url).send(envelope(), LETTER)
    assert server.logins == [("anna@example.com", "p@ss:/")]
    assert len(server.received) == 1


def test_a_refused_password_is_the_settings_fault_and_shown_nowhere(
    transport: Transport, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with smtp_server(sign_in=True) as server, caplog.at_level(logging.DEBUG):
        # What the test's own server writes to its log is not ours.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        failure = refused(transport(server.url.replace("//", "//anna:wrong@")))
    assert isinstance(failure, TemporaryFailure)
    assert failure.reason == "AUTH 535"
    output = capfd.readouterr()
    assert "wrong" not in caplog.text + output.out + output.err
    assert LETTER.text not in caplog.text + output.out + output.err
    assert server.received == []


def test_a_password_is_not_sent_in_clear_to_another_machine(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authserver.mail.connection.is_loopback", lambda _: False)
    with smtp_server(sign_in=True) as server:
        failure = refused(transport(server.url.replace("//", "//u:p@") + "?starttls=if-offered"))
    assert isinstance(failure, TemporaryFailure)
    assert failure.cause == "no TLS"
    assert server.logins == []


def test_what_a_server_says_of_the_letter_is_not_repeated(transport: Transport, smtp: SmtpServer) -> None:
    smtp.behaviour = "refuse_letter"
    failure = refused(transport(smtp.url))
    assert isinstance(failure, PermanentFailure)
    assert "abc-def" not in failure.reason + failure.cause + str(failure)
