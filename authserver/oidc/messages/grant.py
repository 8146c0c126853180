"""What a person granted an application: behind a code first, then behind the tokens that it gave."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from authserver.accounts.account import Account
from authserver.accounts.profile import Profile
from authserver.keys.lifecycle import Algorithm

CODE_LIFETIME = 60
"""Seconds (RFC 9700 section 2.1.1 asks for short; ASVS 10.4.3 for a minute)."""

GRACE = 10
"""Seconds in which the token before the newest gives the newest once more: its answer may have been lost."""

CODE_KEPT = 3600 + 600
"""Seconds for which a grant without a refresh token is kept: as long as its access tokens may live."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One authorization. Times are Unix seconds, digests SHA-256."""

    id: str
    client_id: str
    account_id: str
    session_id: str
    """The `sid`; the session may have ended since."""
    redirect_uri: str
    scopes: tuple[str, ...]
    nonce: str
    code_challenge: str
    authenticated_at: int
    created_at: int
    renewable: bool
    """Whether it comes with refresh tokens."""
    offline: bool
    """Whether it outlives the session (OpenID Connect Core section 11)."""
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    organization_id: str = ""
    """The organization that the person acts for; an empty text: none."""
    redeemed_at: int | None = None
    generation: int = 0
    """How often its refresh token was replaced."""
    refresh_digest: bytes | None = field(default=None, repr=False)
    previous_digest: bytes | None = field(default=None, repr=False)
    rotated_at: int = 0
    idle_until: int = 0
    expires_at: int = 0
    revoked_at: int | None = None

    def renews_at(self, now: int) -> bool:
        """Return whether its refresh token may still be used at a time."""
        return self.renewable and self.revoked_at is None and now < min(self.idle_until, self.expires_at)


class Standing(NamedTuple):
    """A grant that holds, whose it is, how its application wants userinfo, and what it may ask for now."""

    grant: Grant
    account: Account
    profile: Profile
    userinfo_algorithm: Algorithm | Literal[""]
    allowed: tuple[str, ...]
    """Scopes of the application: what was granted before counts where it still may have it."""


class Redemption(NamedTuple):
    """What a code turns into when it is claimed: when, and until when what it gives may live."""

    at: int
    refresh_digest: bytes
    idle_until: int
    renewable_until: int
    plain_until: int


class Rotation(NamedTuple):
    """One refresh token taking the place of another."""

    at: int
    presented: bytes
    successor: bytes
    idle_until: int
