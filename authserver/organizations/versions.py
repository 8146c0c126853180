"""Versions of what people see and change: whoever decided about something that is no more is told so.

A form holds the version of what it was made from. The management API has entity tags for the same.
"""

import hashlib

from flask_babel import gettext as _

from authserver.base.errors import Conflict


class ChangedMeanwhile(Conflict):
    """What was to be changed is not what was seen any more."""


def version_of(*facts: str) -> str:
    """Return the version of facts: the same for the same facts, in any process."""
    # Lengths keep one fact from running into the next.
    text = "".join(f"{len(fact)}:{fact}" for fact in facts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def require_seen(version: str, seen: str | None) -> None:
    """Refuse a change of something that was seen in another version; None: whatever is there is changed.

    Raises ChangedMeanwhile.
    """
    if seen is not None and seen != version:
        raise ChangedMeanwhile(
            _("Somebody changed this meanwhile. Nothing of yours was saved: look again, and decide anew.")
        )
