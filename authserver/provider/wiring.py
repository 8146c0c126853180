"""Building the provider: every part of the protocol with what it needs, from the settings."""

from dataclasses import dataclass

from authserver.base.clock import now
from authserver.clients.last_used import LastUsed
from authserver.config import Settings
from authserver.config.server import LONGEST_ACCESS_TOKEN
from authserver.keys.ring import KeyRing
from authserver.keys.rotation import Rotation, RotationPolicy
from authserver.keys.vault import Vault
from authserver.oidc.client_auth.secret import SecretAuthentication
from authserver.oidc.endpoints.discovery import Discovery
from authserver.oidc.endpoints.document import Document
from authserver.oidc.endpoints.token import TokenEndpoint
from authserver.oidc.grants.client_credentials import client_credentials
from authserver.oidc.messages.machine import Endpoint
from authserver.oidc.settings import ProtocolSettings
from authserver.oidc.tokens.issuer import Mint
from authserver.oidc.vocabulary import CLIENT_CREDENTIALS, JWKS, OAUTH_METADATA, OPENID_CONFIGURATION, TOKEN
from authserver.provider.ports import CachedCatalogue, CachedClients, ThrottledSecrets
from authserver.throttle.failures import Failures

JWK_SET = "application/json"
"""Media type of the key set; verifiers in the field expect it rather than application/jwk-set+json."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The endpoints by path, and what background work shares with them."""

    endpoints: dict[str, Endpoint]
    rotation: Rotation
    last_used: LastUsed


def build(settings: Settings) -> Provider:
    """Return the provider of a configuration. Opens nothing."""
    last_used = LastUsed()
    vault = _vault(settings)
    keys = KeyRing(vault, now, token_life=LONGEST_ACCESS_TOKEN, outage=settings.jwks_max_age)
    catalogue = CachedCatalogue(outage=settings.jwks_max_age)
    protocol = ProtocolSettings(settings.issuer, settings.jwks_max_age)
    discovery = Document(Discovery(protocol, catalogue), protocol.document_max_age)
    authenticate = SecretAuthentication(CachedClients(last_used), ThrottledSecrets(_failures(settings)), now)
    token = TokenEndpoint(
        authenticate,
        catalogue,
        {CLIENT_CREDENTIALS: client_credentials},
        Mint(settings.issuer, keys, now),
    )
    endpoints: dict[str, Endpoint] = {
        OPENID_CONFIGURATION: discovery,
        OAUTH_METADATA: discovery,
        JWKS: Document(keys.jwks, protocol.document_max_age, JWK_SET),
        TOKEN: token,
    }
    return Provider(endpoints, rotation(settings, vault), last_used)


def rotation(settings: Settings, vault: Vault | None = None) -> Rotation:
    """Return the acts on signing keys under a configuration."""
    policy = RotationPolicy(
        token_life=LONGEST_ACCESS_TOKEN,
        jwks_max_age=settings.jwks_max_age,
        verifier_cache=settings.verifier_cache,
        interval=settings.key_rotation_interval,
    )
    return Rotation(vault or _vault(settings), now, policy)


def _vault(settings: Settings) -> Vault:
    previous = settings.previous_master_key
    return Vault(settings.master_key.get_secret_value(), previous.get_secret_value() if previous else None)


def _failures(settings: Settings) -> Failures:
    redis = settings.redis_url.get_secret_value() if settings.redis_url else None
    return Failures(redis, settings.client_failures_per_minute, settings.source_failures_per_minute)
