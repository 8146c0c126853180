"""Registering, and asking for a new password: one row in the outbox, whoever asks.

Whether the address has an account is looked up when the letter is written, never while somebody waits for the
answer: so the answer and its time are the same for a new, a pending and an existing address.
"""

from typing import Literal

from authserver.accounts.services import Services
from authserver.audit.log import Origin, record
from authserver.mail import outbox

Wish = Literal["registration", "forgotten_password"]
"""Kinds of letters that strangers may ask for; the letter that goes out depends on what the address has."""

SOURCE = "a_stranger"
"""Subject of these letters: nobody, as long as nobody looked."""


def ask(services: Services, wish: Wish, email: str, language: str, origin: Origin) -> None:
    """Let a letter be written to a canonical address, unless there were too many of late.

    The answer to whoever asks is the same either way (ASVS 2.4.1, 6.3.8).
    """
    verdict = services.mail_limits.ask(email, origin.source)
    if verdict.first:
        # One event per window, not per wish: a flood must not fill the trail.
        record(origin, f"{wish}.limited", target=email, result="refused")
    if verdict.retry_after is not None:
        return
    outbox.enqueue(wish, SOURCE, email, language)
    record(origin, f"{wish}.asked", target=email)
