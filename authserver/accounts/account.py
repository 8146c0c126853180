"""An account, and what stands in it."""

from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["choose_password", "full"]
"""How far a session got: at `choose_password` it opens one page, and no other."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person. The id is the `sub` of tokens and never comes back."""

    id: str
    email: str
    created_at: int
    email_proven_at: int | None = None
    disabled_at: int | None = None
    last_sign_in_at: int | None = None
    operator: bool = False
    language: str = "en"

    @property
    def proven(self) -> bool:
        """Whether somebody used a secret that only the owner of the address can have got."""
        return self.email_proven_at is not None

    @property
    def disabled(self) -> bool:
        """Whether this person may not sign in."""
        return self.disabled_at is not None


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account with the hash of its password, None before the person chose one."""

    account: Account
    password_hash: str | None = field(repr=False)
    password_changed_at: int | None = None
    """Grows with each change of the password, and not when its hash is made anew."""


@dataclass(frozen=True, slots=True)
class Browser:
    """What a request tells about where it comes from: address, network, name of the browser, known device."""

    source: str
    network: str
    user_agent: str
    device: str | None = field(default=None, repr=False)
    """The handle of the device cookie."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. Times are Unix seconds."""

    id: str
    account_id: str
    stage: Stage
    created_at: int
    authenticated_at: int
    """When the person last gave a password in it."""
    last_seen_at: int
    idle: int
    """Seconds without a request that it lives."""
    expires_at: int
    source: str
    user_agent: str

    @property
    def full(self) -> bool:
        """Whether the person may do what people may do."""
        return self.stage == "full"
