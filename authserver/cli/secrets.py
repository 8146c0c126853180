"""The three commands that every owner of secrets has: add, list, revoke."""

from collections.abc import Callable
from dataclasses import asdict

import click

from authserver.base.clock import now
from authserver.cli.durations import Duration
from authserver.cli.frame import Out, database_command, origin
from authserver.clients import secret_issuing
from authserver.clients.store import secrets as store

Owner = Callable[[str], tuple[str, str | None]]
"""From what was typed to the owner's key and its organization. Raises NotFound."""


def secrets_group(rows: store.Rows, owner_of: Owner, metavar: str) -> click.Group:
    """Return the group `secrets` for one kind of owner."""
    group = click.Group("secrets", help="Add, list and revoke secrets. Several may overlap, for rotation.")

    @group.command()
    @click.argument("owner", metavar=metavar)
    @click.option("--label", default="added by hand", show_default=True, help="What people call it.")
    @click.option("--expires-in", type=Duration(), help="Such as 90d or 12h; never when left out.")
    @database_command
    def add(out: Out, owner: str, label: str, expires_in: int | None) -> None:
        """Make a further secret; it is shown once."""
        key, organization = owner_of(owner)
        expires_at = None if expires_in is None else now() + expires_in
        made, secret = secret_issuing.issue(rows, key, label, expires_at, origin(), organization)
        out.one({"secret_id": made.id, "secret": secret, "label": made.label, "expires_at": made.expires_at})
        out.say("The secret is shown this once.")

    @group.command("list")
    @click.argument("owner", metavar=metavar)
    @database_command
    def list_(out: Out, owner: str) -> None:
        """List the secrets: label, times, last use; never the secrets themselves."""
        key, _ = owner_of(owner)
        out.many([asdict(secret) for secret in store.of(rows, key)], "There is no secret.")

    @group.command()
    @click.argument("owner", metavar=metavar)
    @click.argument("secret_id")
    @database_command
    def revoke(out: Out, owner: str, secret_id: str) -> None:
        """Revoke a secret; it is refused everywhere within a second."""
        key, organization = owner_of(owner)
        secret_issuing.revoke(rows, key, secret_id, origin(), organization)
        out.one({"revoked": secret_id})

    return group
