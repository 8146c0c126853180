"""What `make run` shows a newcomer.

An organization, an API and a client, made once, and one line that gets a token.
"""

from authserver.base.errors import Refused
from authserver.cli.frame import Out, origin
from authserver.clients import registration, resource_registration
from authserver.clients.registration import Registration
from authserver.clients.resource import Resource
from authserver.clients.store import api_clients, resources
from authserver.config import Settings
from authserver.oidc.vocabulary import OPENID_CONFIGURATION, TOKEN
from authserver.organizations import directory
from authserver.organizations.store import organizations as store

SLUG = "demonstration"
RESOURCE = "webapi"


def tell(out: Out, settings: Settings) -> None:
    """Make the demonstration where it is missing, and print what to try."""
    secret = _first_secret(settings)
    out.say("")
    out.say(f"  Identity server   {settings.issuer}")
    out.say(f"  Discovery         {settings.issuer}{OPENID_CONFIGURATION}")
    out.say(f"  Sign in           {settings.issuer}/login")
    out.say(f"  Mailbox           {settings.issuer}/dev/mailbox  (stands in for SMTP)")
    out.say("")
    out.say("  Register an address there, or make the first operator:")
    prefix = f"AUTHSERVER_DATA_DIR={settings.data_dir} .venv/bin"
    out.say(f"    {prefix}/authserver accounts create you@example.com --operator")
    out.say("")
    if secret is None:
        out.say("  The demonstration client's secret was shown when it was made. Make another client:")
        create = f"authserver clients create --organization {SLUG} --name mine --scope {RESOURCE}"
        out.say(f"    {prefix}/{create}")
    else:
        credentials, address = ":".join(secret), settings.issuer + TOKEN
        out.say("  Get a token (the secret is shown this once):")
        out.say(f"    curl -u {credentials} -d grant_type=client_credentials {address}")
    out.say("")


def _first_secret(settings: Settings) -> tuple[str, str] | None:
    if resources.find(RESOURCE) is None:
        wanted = Resource(RESOURCE, RESOURCE, (RESOURCE,), "ES256", "rfc9068", settings.access_token_lifetime)
        resource_registration.register(wanted, origin())
    organization = store.find_by_slug(SLUG) or directory.create("Demonstration", SLUG, origin())
    if api_clients.page(organization.id, limit=1):
        return None
    try:
        wanted_client = Registration(organization.id, "Demonstration client", (RESOURCE,))
        client, secret = registration.register(wanted_client, origin())
    except Refused:
        # Somebody removed the scope: there is nothing to show, and nothing to overwrite.
        return None
    return client.id, secret
