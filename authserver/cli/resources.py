"""`authserver resources`: the APIs that verify tokens, and their scopes."""

from dataclasses import asdict
from typing import cast, get_args

import click

from authserver.cli.frame import Out, database_command, origin, settings
from authserver.cli.secrets import secrets_group
from authserver.clients import resource_permissions, resource_registration
from authserver.clients.resource import ClaimStyle, Resource
from authserver.clients.resource_registration import LONGEST_LIFETIME, SHORTEST_LIFETIME, ResourceChanges
from authserver.clients.store import resources as store
from authserver.clients.store import secrets as secret_store
from authserver.keys.lifecycle import ALGORITHMS, Algorithm

LIFETIME = click.IntRange(SHORTEST_LIFETIME, LONGEST_LIFETIME)
CLAIM_STYLES = get_args(ClaimStyle)


@click.group()
def resources() -> None:
    """Create, list, show and change API resources, and their secrets."""


@resources.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="A scope of it; repeat for more.")
@click.option("--audience", help="What stands in `aud`; the name when left out.")
@click.option("--algorithm", type=click.Choice(ALGORITHMS), default="ES256", show_default=True)
@click.option("--claim-style", type=click.Choice(CLAIM_STYLES), default="rfc9068", show_default=True)
@click.option("--lifetime", type=LIFETIME, help="Seconds; AUTHSERVER_ACCESS_TOKEN_LIFETIME when left out.")
@click.option("--internal", is_flag=True, help="Only operators give its scopes to API clients.")
@database_command
def create(
    out: Out,
    name: str,
    scopes: tuple[str, ...],
    audience: str | None,
    algorithm: Algorithm,
    claim_style: ClaimStyle,
    lifetime: int | None,
    *,
    internal: bool,
) -> None:
    """Create an API resource NAME."""
    seconds = lifetime or settings().access_token_lifetime
    wanted = Resource(name, audience or name, scopes, algorithm, claim_style, seconds, internal)
    out.one(asdict(resource_registration.register(wanted, origin())))


@resources.command("list")
@database_command
def list_(out: Out) -> None:
    """List API resources by name."""
    rows = [asdict(resource) for resource in store.everything()]
    out.many(rows, "There is no API resource; make one with: authserver resources create NAME --scope SCOPE")


@resources.command()
@click.argument("name")
@database_command
def show(out: Out, name: str) -> None:
    """Show the API resource NAME."""
    out.one(asdict(resource_registration.get(name)))


@resources.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, help="The scopes of it from now on; repeat for more.")
@click.option("--audience", help="What stands in `aud`.")
@click.option("--algorithm", type=click.Choice(ALGORITHMS))
@click.option("--claim-style", type=click.Choice(CLAIM_STYLES))
@click.option("--lifetime", type=LIFETIME, help="Seconds.")
@click.option("--internal/--offered", default=None, help="Whether only operators give its scopes to clients.")
@database_command
def update(out: Out, name: str, **options: object) -> None:
    """Change the API resource NAME; what is not named stays, and tokens follow within a second."""
    given = {option: value for option, value in options.items() if value not in (None, "", ())}
    named = cast("ResourceChanges", given)
    out.one(asdict(resource_registration.update(name, origin(), **named)))


@resources.group()
def permissions() -> None:
    """Add, list and remove the permissions that an API knows; members of organizations may hold them."""


@permissions.command("add")
@click.argument("name")
@click.argument("permission")
@click.argument("description")
@database_command
def add_permission(out: Out, name: str, permission: str, description: str) -> None:
    """Give the API resource NAME a PERMISSION (area:verb), with a DESCRIPTION for people.

    Administrators hold it at once. A permission that it has already gets the new description.
    """
    out.one(asdict(resource_permissions.add(name, permission, description, origin())))


@permissions.command("list")
@click.argument("name")
@database_command
def list_permissions(out: Out, name: str) -> None:
    """List the permissions of the API resource NAME."""
    rows = [asdict(permission) for permission in resource_permissions.of(name)]
    out.many(rows, "It has none; give it one with: authserver resources permissions add --help")


@permissions.command("remove")
@click.argument("name")
@click.argument("permission")
@database_command
def remove_permission(out: Out, name: str, permission: str) -> None:
    """Take PERMISSION from the API resource NAME, and from everybody who was granted it."""
    resource_permissions.remove(name, permission, origin())
    out.one({"removed": permission, "resource": name})


def _owner(name: str) -> tuple[str, str | None]:
    return resource_registration.get(name).name, None


resources.add_command(secrets_group(secret_store.OF_RESOURCES, _owner, "NAME"))
