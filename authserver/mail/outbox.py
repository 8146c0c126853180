"""Asking for a letter: one line in the ledger, in the caller's transaction.

The letter itself is written when it goes out.
"""

from authserver.base.clock import now
from authserver.base.handles import new_id
from authserver.mail import store
from authserver.mail.letter import Envelope, is_one_address


def enqueue(kind: str, subject_id: str, recipient: str, language: str = "en", *, once: bool = False) -> str:
    """Let a letter of a kind go to an address, soon after the caller's unit of work has ended.

    `subject_id` tells whoever composes it what it is about. With `once`, a letter of this kind that waits for
    this address already is enough. Returns the id of the letter, empty when there was enough. Raises
    ValueError when the recipient is not one plain address.
    """
    if not is_one_address(recipient):
        # Callers take addresses in their canonical form only; anything else must not reach the mail server.
        raise ValueError("the recipient is not one plain address")
    if once and store.waits(kind, recipient):
        return ""
    at, letter_id = now(), new_id()
    store.add(
        Envelope(
            id=letter_id,
            kind=kind,
            subject_id=subject_id,
            recipient=recipient,
            language=language,
            created_at=at,
            attempts=0,
            state="waiting",
            due_at=at,
            sent_at=None,
            error="",
        )
    )
    return letter_id
