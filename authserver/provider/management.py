"""Building what the management API needs, from the settings and the parts of the protocol."""

from authserver.base.subkeys import derive
from authserver.clients.last_used import LastUsed
from authserver.clients.own_resource import audience
from authserver.config import Settings
from authserver.management.authentication import Authentication
from authserver.management.cursors import Cursors
from authserver.management.services import Services
from authserver.oidc.store import standing
from authserver.oidc.tokens.reader import TokenReader
from authserver.provider import ports


def services(
    settings: Settings, reader: TokenReader, revoked: ports.RevokedTokens, last_used: LastUsed
) -> Services:
    """Return the services of the management API."""
    return Services(
        Authentication(audience(settings.issuer), reader, standing, ports.CachedClients(last_used), revoked),
        ports.CachedOrigins().registered,
        Cursors(derive(settings.master_key.get_secret_value(), "cursors")),
    )
