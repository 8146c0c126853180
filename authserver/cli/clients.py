"""`authserver clients`: API clients, which exchange a secret for tokens."""

from dataclasses import asdict

import click

from authserver.base.clock import now
from authserver.base.errors import Refused
from authserver.cli.durations import Duration
from authserver.cli.frame import Out, database_command, origin
from authserver.cli.secrets import secrets_group
from authserver.clients import registration
from authserver.clients.api_client import AUTH_METHODS
from authserver.clients.registration import Registration
from authserver.clients.store import api_clients
from authserver.clients.store import secrets as secret_store
from authserver.organizations import directory


@click.group()
def clients() -> None:
    """Create, list, show, change, disable, enable and delete API clients, and their secrets."""


method_option = click.option(
    "--auth-method",
    "auth_methods",
    multiple=True,
    type=click.Choice(AUTH_METHODS),
    help="How it authenticates; both ways when left out.",
)


permission_option = click.option(
    "--permission", "permissions", multiple=True, help="A permission it holds (area:verb); repeat for more."
)


@clients.command()
@click.option("--organization", required=True, help="Slug or id of the organization that owns it.")
@click.option("--name", required=True, help="What people call it.")
@click.option("--scope", "scopes", multiple=True, required=True, help="A scope it may have; repeat for more.")
@click.option("--client-id", help="A UUID of your choice, for clients that are known by one already.")
@click.option("--secret-expires-in", type=Duration(), help="Such as 90d or 12h; never when left out.")
@method_option
@permission_option
@database_command
def create(
    out: Out,
    organization: str,
    name: str,
    scopes: tuple[str, ...],
    client_id: str | None,
    secret_expires_in: int | None,
    auth_methods: tuple[str, ...],
    permissions: tuple[str, ...],
) -> None:
    """Create an API client; its secret is shown once."""
    expires_at = None if secret_expires_in is None else now() + secret_expires_in
    wanted = Registration(organization, name, scopes, client_id, auth_methods, expires_at, permissions)
    client, secret = registration.register(wanted, origin())
    out.one(
        {
            "client_id": client.id,
            "client_secret": secret,
            "organization_id": client.organization_id,
            "scopes": client.scopes,
        }
    )
    out.say("The secret is shown this once.")


@clients.command("list")
@click.option("--organization", help="Slug or id; clients of all organizations when left out.")
@click.option("--after", default="", help="Client id behind which to begin, for the next page.")
@click.option(
    "--limit", default=100, type=click.IntRange(1, 1000), help="How many to show.", show_default=True
)
@database_command
def list_(out: Out, organization: str | None, after: str, limit: int) -> None:
    """List API clients by id."""
    owner = directory.get(organization).id if organization else None
    rows = [asdict(client) for client in api_clients.page(owner, after=after, limit=limit)]
    out.many(rows, "There is no API client; make one with: authserver clients create --help")


@clients.command()
@click.argument("client_id")
@database_command
def show(out: Out, client_id: str) -> None:
    """Show the API client CLIENT_ID; never its secrets."""
    out.one(asdict(registration.get(client_id)))


@clients.command()
@click.argument("client_id")
@click.option("--name", help="A new name.")
@click.option("--scope", "scopes", multiple=True, help="The scopes it may have from now on; repeat for more.")
@method_option
@permission_option
@click.option("--no-permissions", is_flag=True, help="Take all permissions from it.")
@database_command
def update(
    out: Out,
    client_id: str,
    name: str | None,
    scopes: tuple[str, ...],
    auth_methods: tuple[str, ...],
    permissions: tuple[str, ...],
    *,
    no_permissions: bool,
) -> None:
    """Change the API client CLIENT_ID; what is not named stays."""
    if no_permissions and permissions:
        raise Refused("Name permissions, or give --no-permissions.")
    changed = registration.update(
        client_id,
        origin(),
        name=name,
        scopes=scopes,
        auth_methods=auth_methods,
        permissions=permissions if permissions or no_permissions else None,
    )
    out.one(asdict(changed))


@clients.command()
@click.argument("client_id")
@database_command
def disable(out: Out, client_id: str) -> None:
    """Disable the API client CLIENT_ID: no token from within a second on."""
    out.one(asdict(registration.set_disabled(client_id, disabled=True, origin=origin())))


@clients.command()
@click.argument("client_id")
@database_command
def enable(out: Out, client_id: str) -> None:
    """Enable the API client CLIENT_ID again."""
    out.one(asdict(registration.set_disabled(client_id, disabled=False, origin=origin())))


@clients.command()
@click.argument("client_id")
@database_command
def delete(out: Out, client_id: str) -> None:
    """Delete the API client CLIENT_ID and its secrets; its id never comes back."""
    registration.delete(client_id, origin())
    out.one({"deleted": client_id})


def _owner(client_id: str) -> tuple[str, str | None]:
    client = registration.get(client_id)
    return client.id, client.organization_id


clients.add_command(secrets_group(secret_store.OF_CLIENTS, _owner, "CLIENT_ID"))
