"""The generated password of a welcome letter: easy to read and to copy, hopeless to guess."""

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without look-alikes: i, l, o, 0 and 1 are left out."""

GROUPS = 5
GROUP = 5
"""25 characters out of 31: 123 bits (ASVS 6.4.1 asks for 112)."""


def new_mailed_password() -> str:
    """Return a new password of 29 characters, hyphens between its groups."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def normalised(typed: str) -> str:
    """Return what somebody typed as it was generated: a copy may bring spaces, a phone a capital letter."""
    return typed.strip().lower()[:100]
