"""An organization and the rules of its name and slug."""

import re
import unicodedata
from dataclasses import dataclass

from authserver.base.errors import Refused

LONGEST_NAME = 100
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


RESERVED = frozenset({"new"})
"""Slugs that no organization may have: pages of the server's own stand there, below `/organizations/`."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A group of resources and people. Its id is a UUID that never changes; its slug stands in addresses."""

    id: str
    name: str
    slug: str
    created_at: int
    disabled_at: int | None = None
    limited_to: tuple[str, ...] | None = None
    """The permissions that the operator allows; None: all, also those that are registered later."""

    @property
    def disabled(self) -> bool:
        """Whether its clients and people may get nothing."""
        return self.disabled_at is not None

    def allows_more_than(self, permissions: tuple[str, ...] | None) -> bool:
        """Return whether something is allowed here that is not among some permissions (None: all)."""
        if permissions is None:
            return False
        return self.limited_to is None or bool(set(self.limited_to) - set(permissions))


_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by their category that nobody sees: fillers of Hangul, the blank of Braille."""


def checked_name(name: str) -> str:
    """Return a name that people can read on one line. Raises Refused."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME:
        raise Refused(f"A name has 1 to {LONGEST_NAME} characters.")
    # Categories C*: control, format (also bidirectional overrides), surrogate, private use.
    if any(unicodedata.category(each).startswith("C") or each in _BLANK for each in tidy):
        raise Refused("A name holds no control or invisible characters.")
    return tidy


def require_typed_name(typed: str, name: str) -> None:
    """Refuse an act that can't be undone unless the name was typed to confirm it. Raises Refused."""
    if " ".join(typed.split()) != name:
        raise Refused(f"Type the name to confirm: {name}")


def checked_slug(slug: str) -> str:
    """Return a slug: lower-case letters, digits and inner hyphens, 63 characters at most. Raises Refused."""
    if not SLUG.fullmatch(slug):
        raise Refused("A slug has 1 to 63 lower-case letters and digits, with hyphens inside.")
    return slug


def slug_from(name: str) -> str:
    """Return a slug that a name suggests, or "organization" where nothing of it can be used."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-") or "organization"
