"""A letter as the message of RFC 5322: headers that can't be injected into, plain text and HTML."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from authserver.config import Settings
from authserver.mail.letter import Envelope, Letter, is_one_address

_POLICY = SMTP.clone(cte_type="7bit")
"""Line ends of SMTP, and only ASCII on the wire: no mail server needs to know 8BITMIME."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom letters come from: a name that people see, an address, and the host that numbers messages."""

    name: str
    address: str
    host: str


def sender_of(settings: Settings) -> Sender:
    """Return the sender of the settings; without an address, no-reply at the issuer's host.

    Raises ValueError when the address can't stand in a header.
    """
    host = urlsplit(settings.issuer).hostname or ""
    # An IPv6 address is no name that a message could be numbered by.
    host = host if host and ":" not in host else "localhost"
    address = settings.mail_sender or f"no-reply@{host}"
    if not is_one_address(address):
        raise ValueError("mail_sender is not one plain address")
    return Sender(settings.product_name, address, host)


def build(envelope: Envelope, letter: Letter, sender: Sender, at: int) -> EmailMessage:
    """Return the message of one attempt, dated at a Unix time.

    Raises ValueError when an address can't stand in a header; no value can begin another header.
    """
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = one_line(letter.subject)
    message["From"] = Address(one_line(sender.name), addr_spec=sender.address)
    message["To"] = Address(addr_spec=envelope.recipient)
    message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    # One number for each attempt, because each carries another secret.
    message["Message-ID"] = f"<{envelope.id}.{envelope.attempts}@{sender.host}>"
    # RFC 3834 section 5: no holiday notice answers this.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def one_line(text: str) -> str:
    """Return a text without line breaks, control and format characters (RFC 5322 section 2.2)."""
    shown = "".join(character if unicodedata.category(character)[0] != "C" else " " for character in text)
    return " ".join(shown.split())
