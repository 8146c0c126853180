"""An application (relying party): a product that sends people here to sign in, and what is known of it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from authserver.base.errors import Refused
from authserver.clients.api_client import StoredSecret
from authserver.config.server import LONGEST_ACCESS_TOKEN
from authserver.keys.lifecycle import Algorithm

Profile = Literal["standard", "legacy"]
AuthMethod = Literal["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]

PROFILES: tuple[Profile, ...] = ("standard", "legacy")
AUTH_METHODS: tuple[AuthMethod, ...] = (
    "none",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
)
SIGNING_ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "ES256", "EdDSA")
PERSONAL_SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access", "organization")
"""Scopes of the protocol itself, which belong to no API resource."""

MOST_URIS = 50
SHORTEST_LIFETIME = 60
LONGEST_REFRESH_TOKEN = 365 * 86_400
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Application:
    """One relying application. Lifetimes are seconds; what is empty or None was not registered."""

    id: str
    name: str
    auth_method: AuthMethod
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    profile: Profile = "standard"
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    cors_origins: tuple[str, ...] = ()
    first_party: bool = False
    """Whether people are not asked for their consent."""
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    id_token_algorithm: Algorithm = "RS256"  # noqa: S105 - an algorithm
    userinfo_algorithm: Algorithm | Literal[""] = ""
    """Empty: userinfo is plain JSON."""
    claims_in_id_token: bool = False
    """Whether ID tokens say what userinfo says, for products that never ask there."""
    access_token_lifetime: int | None = None
    """At most this; None: as long as the API resources say."""
    refresh_token_lifetime: int | None = None
    """Until the person has to sign in again; None: as the server says."""
    refresh_token_idle: int | None = None
    """Until an unused refresh token ends; None: as the server says."""
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    created_at: int = 0
    disabled_at: int | None = None
    secrets: tuple[StoredSecret, ...] = field(default=(), repr=False)

    @property
    def public(self) -> bool:
        """Whether it can keep no secret (RFC 6749 section 2.1)."""
        return self.auth_method == "none"

    @property
    def auth_methods(self) -> tuple[AuthMethod, ...]:
        """The one method by which it authenticates, as a list like that of API clients."""
        return (self.auth_method,)

    @property
    def active(self) -> bool:
        """Whether it gets anything."""
        return self.disabled_at is None


def checked_choices(application: Application) -> Application:
    """Return an application whose choices go together. Raises Refused."""
    if application.profile not in PROFILES:
        raise Refused(f"There is no profile {application.profile}; known are {', '.join(PROFILES)}.")
    if application.profile == "legacy" and application.public:
        raise Refused("The profile legacy is for confidential applications only: it does not insist on PKCE.")
    if application.auth_method not in AUTH_METHODS:
        raise Refused(f"Unknown authentication method; known are {', '.join(AUTH_METHODS)}.")
    for algorithm in filter(None, (application.id_token_algorithm, application.userinfo_algorithm)):
        if algorithm not in SIGNING_ALGORITHMS:
            raise Refused(f"Unknown algorithm {algorithm}; known are {', '.join(SIGNING_ALGORITHMS)}.")
    _check_lifetimes(application)
    if (application.jwks is not None) and application.jwks_uri:
        raise Refused("Give the keys of an application, or their address, not both.")
    if application.auth_method == "private_key_jwt" and application.jwks is None and not application.jwks_uri:
        raise Refused("private_key_jwt needs the application's keys: a JWK Set, or its address.")
    if not application.redirect_uris:
        raise Refused("Name at least one redirect URI.")
    if max(len(application.redirect_uris), len(application.post_logout_redirect_uris)) > MOST_URIS:
        raise Refused(f"An application has at most {MOST_URIS} URIs of a kind.")
    return application


def _check_lifetimes(application: Application) -> None:
    for what, lifetime, most in (
        ("access token", application.access_token_lifetime, LONGEST_ACCESS_TOKEN),
        ("refresh token", application.refresh_token_lifetime, LONGEST_REFRESH_TOKEN),
        ("unused refresh token", application.refresh_token_idle, LONGEST_REFRESH_TOKEN),
    ):
        if lifetime is not None and not SHORTEST_LIFETIME <= lifetime <= most:
            raise Refused(f"The lifetime of the {what} is {SHORTEST_LIFETIME} to {most} seconds.")
