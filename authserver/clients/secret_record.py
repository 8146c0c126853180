"""What people see of a secret after it was shown once: everything but the secret."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretRecord:
    """A label, times (Unix seconds), and who made it: an actor of the audit trail."""

    id: str
    label: str
    created_at: int
    expires_at: int | None = None
    last_used_at: int | None = None
    last_used_from: str = ""
    """The address of whoever used it last."""
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The secrets of one owner: how many, and when one of them was last used (Unix seconds)."""

    count: int
    last_used_at: int | None
