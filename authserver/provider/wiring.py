"""Building the provider: every part of the protocol with what it needs, from the settings."""

from dataclasses import dataclass
from functools import partial

from authserver.base.clock import now
from authserver.base.fetch import Fetcher
from authserver.base.subkeys import derive
from authserver.clients.last_used import LastUsed
from authserver.clients.store import applications
from authserver.config import Settings
from authserver.config.server import LONGEST_ACCESS_TOKEN
from authserver.keys.ring import KeyRing
from authserver.keys.rotation import Rotation, RotationPolicy
from authserver.keys.vault import Vault
from authserver.management.services import Services as Management
from authserver.oidc.client_auth.assertion import Assertions
from authserver.oidc.client_auth.authentication import ClientAuthentication
from authserver.oidc.endpoints.authorize import AuthorizationEndpoint
from authserver.oidc.endpoints.cors import CrossOrigin
from authserver.oidc.endpoints.discovery import Discovery
from authserver.oidc.endpoints.document import Document
from authserver.oidc.endpoints.introspect import Introspection
from authserver.oidc.endpoints.revoke import Revocation
from authserver.oidc.endpoints.security_events import SecurityEventFeed
from authserver.oidc.endpoints.token import TokenEndpoint
from authserver.oidc.endpoints.userinfo import Userinfo
from authserver.oidc.grants.authorization_code import AuthorizationCode
from authserver.oidc.grants.client_credentials import ClientCredentials
from authserver.oidc.grants.personal import Personal
from authserver.oidc.grants.refresh_token import Refresh
from authserver.oidc.logout.request import LogoutRequests
from authserver.oidc.messages.machine import Endpoint
from authserver.oidc.settings import ProtocolSettings
from authserver.oidc.store import consents, grants, security_events, standing
from authserver.oidc.tokens.issuer import Mint
from authserver.oidc.tokens.reader import TokenReader
from authserver.oidc.views.services import Services
from authserver.oidc.vocabulary import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    INTROSPECTION,
    JWKS,
    OAUTH_METADATA,
    OPENID_CONFIGURATION,
    REFRESH_TOKEN,
    REVOCATION,
    SECURITY_EVENTS,
    TOKEN,
    USERINFO,
)
from authserver.provider import management, ports
from authserver.provider.client_keys import ClientKeys
from authserver.throttle.arrivals import Arrivals
from authserver.throttle.failures import Failures
from authserver.throttle.issuance import IssuanceQuota
from authserver.throttle.revocations import Revocations
from authserver.web.languages import LANGUAGES

JWK_SET = "application/json"
"""Media type of the key set; verifiers in the field expect it rather than application/jwk-set+json."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The endpoints by path, the logic behind pages and the management API, what background work shares."""

    endpoints: dict[str, Endpoint]
    pages: Services
    management: Management
    rotation: Rotation
    last_used: LastUsed
    keys: KeyRing
    fetcher: Fetcher
    """For logouts alone: each purpose has its own number of calls at once."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What several endpoints share."""

    protocol: ProtocolSettings
    keys: KeyRing
    catalogue: ports.CachedCatalogue
    reader: TokenReader
    revoked: ports.RevokedTokens
    authentication: partial[ClientAuthentication]
    successor_keys: tuple[bytes, ...]
    quota: IssuanceQuota
    given_back: Revocations


def build(settings: Settings) -> Provider:
    """Return the provider of a configuration. Opens nothing."""
    last_used = LastUsed()
    vault = _vault(settings)
    parts = _parts(settings, vault)
    pages = Services(
        authorization=AuthorizationEndpoint(
            settings.issuer,
            applications,
            parts.catalogue,
            parts.reader,
            consents,
            grants,
            ports.Organizations(),
            now,
        ),
        logout_requests=LogoutRequests(parts.reader, applications),
        arrivals=Arrivals(settings.arrivals_per_minute, counting=settings.limits),
    )
    endpoints = _documents(parts) | _machine_endpoints(parts, last_used)
    return Provider(
        endpoints,
        pages,
        management.services(settings, parts.reader, parts.revoked, last_used),
        rotation(settings, vault),
        last_used,
        parts.keys,
        Fetcher(settings.fetch_policy),
    )


def rotation(settings: Settings, vault: Vault | None = None) -> Rotation:
    """Return the acts on signing keys under a configuration."""
    policy = RotationPolicy(
        token_life=LONGEST_ACCESS_TOKEN,
        jwks_max_age=settings.jwks_max_age,
        verifier_cache=settings.verifier_cache,
        interval=settings.key_rotation_interval,
    )
    return Rotation(vault or _vault(settings), now, policy)


def _parts(settings: Settings, vault: Vault) -> Parts:
    issuer = settings.issuer
    keys = KeyRing(vault, now, token_life=LONGEST_ACCESS_TOKEN, outage=settings.jwks_max_age)
    audiences = frozenset({issuer, issuer + TOKEN, issuer + INTROSPECTION, issuer + REVOCATION})
    assertions = Assertions(
        audiences, ClientKeys(Fetcher(settings.fetch_policy)), ports.UsedAssertions(), now
    )
    return Parts(
        protocol=ProtocolSettings(
            issuer,
            settings.jwks_max_age,
            settings.access_token_lifetime,
            settings.refresh_token_lifetime,
            settings.refresh_token_idle,
        ),
        keys=keys,
        catalogue=ports.CachedCatalogue(outage=settings.jwks_max_age),
        reader=TokenReader(issuer, keys, now),
        revoked=ports.RevokedTokens(),
        authentication=partial(
            ClientAuthentication,
            failures=ports.ThrottledSecrets(_failures(settings)),
            assertions=assertions,
            clock=now,
        ),
        successor_keys=_successor_keys(settings),
        quota=_quota(settings),
        given_back=Revocations(_redis(settings), counting=settings.limits),
    )


def _documents(parts: Parts) -> dict[str, Endpoint]:
    max_age = parts.protocol.document_max_age
    discovery = Document(Discovery(parts.protocol, parts.catalogue, LANGUAGES), max_age)
    return {
        OPENID_CONFIGURATION: discovery,
        OAUTH_METADATA: discovery,
        JWKS: Document(parts.keys.jwks, max_age, JWK_SET),
    }


def _machine_endpoints(parts: Parts, last_used: LastUsed) -> dict[str, Endpoint]:
    clients, callers, origins = (
        ports.CachedClients(last_used),
        ports.Callers(last_used),
        ports.CachedOrigins(),
    )
    authenticate = parts.authentication(clients=clients)
    issuer = parts.protocol.issuer
    organizations = ports.Organizations()
    held = ports.Grants()
    personal = Personal(parts.protocol, held, ports.Persons(), organizations, ports.Trail(), now)
    token = TokenEndpoint(
        authenticate,
        parts.catalogue,
        {
            CLIENT_CREDENTIALS: ClientCredentials(ports.Quota(parts.quota)),
            AUTHORIZATION_CODE: AuthorizationCode(personal),
            REFRESH_TOKEN: Refresh(personal, parts.successor_keys),
        },
        Mint(issuer, parts.keys, now),
    )
    userinfo = Userinfo(issuer, parts.reader, standing, organizations, parts.keys, now)
    revocation = Revocation(
        authenticate, parts.reader, held, parts.revoked, parts.given_back, parts.successor_keys, now
    )
    authenticate_api = parts.authentication(clients=callers)
    introspection = Introspection(
        authenticate_api,
        clients,
        parts.reader,
        standing,
        parts.revoked,
        organizations,
        now,
    )
    return {
        TOKEN: CrossOrigin(token, origins, "POST"),
        USERINFO: CrossOrigin(userinfo, origins, "GET, POST"),
        REVOCATION: CrossOrigin(revocation, origins, "POST"),
        # APIs ask, from servers: no page does.
        INTROSPECTION: introspection,
        SECURITY_EVENTS: SecurityEventFeed(issuer, authenticate_api, security_events, parts.keys, now),
    }


def _vault(settings: Settings) -> Vault:
    previous = settings.previous_master_key
    return Vault(settings.master_key.get_secret_value(), previous.get_secret_value() if previous else None)


def _successor_keys(settings: Settings) -> tuple[bytes, ...]:
    masters = [key for key in (settings.master_key, settings.previous_master_key) if key]
    return tuple(derive(key.get_secret_value(), "refresh successors") for key in masters)


def _quota(settings: Settings) -> IssuanceQuota:
    return IssuanceQuota(
        _redis(settings),
        settings.tokens_per_client_per_hour,
        settings.tokens_per_organization_per_hour,
        counting=settings.limits,
    )


def _redis(settings: Settings) -> str | None:
    return settings.redis_url.get_secret_value() if settings.redis_url else None


def _failures(settings: Settings) -> Failures:
    return Failures(
        _redis(settings),
        settings.client_failures_per_minute,
        settings.source_failures_per_minute,
        counting=settings.limits,
    )
