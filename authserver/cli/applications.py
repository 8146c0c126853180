"""`authserver applications`: the products that send people here to sign in."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click
import orjson

from authserver.base.errors import Refused
from authserver.cli import logos
from authserver.cli.durations import Duration
from authserver.cli.frame import Out, Row, application, database_command, json_option, origin
from authserver.cli.secrets import secrets_group
from authserver.clients import application_registration
from authserver.clients.application import (
    AUTH_METHODS,
    PROFILES,
    SIGNING_ALGORITHMS,
    Application,
    AuthMethod,
    Profile,
)
from authserver.clients.store import applications as store
from authserver.clients.store import secrets as secret_store
from authserver.web.unit_of_work import UnitOfWork

USUAL_SCOPES = ("openid", "profile", "email")
LARGEST_JWKS = 64 * 1024

Command = Callable[..., None]


@click.group()
def applications() -> None:
    """Create, list, show, change, disable, enable and delete applications, and their secrets."""


_ALGORITHM = click.Choice(SIGNING_ALGORITHMS)
_OPTIONS = (
    click.option("--redirect-uri", "redirect_uris", multiple=True, help="Where answers go; repeat for more."),
    click.option(
        "--post-logout-redirect-uri", "post_logout_redirect_uris", multiple=True, help="Where logouts go."
    ),
    click.option("--scope", "scopes", multiple=True, help="A scope it may ask for; repeat for more."),
    click.option("--profile", type=click.Choice(PROFILES), help="Rules it keeps; standard when left out."),
    click.option("--auth-method", type=click.Choice(AUTH_METHODS), help="How it authenticates for tokens."),
    click.option("--backchannel-logout-uri", help="Told when a session ends."),
    click.option("--cors-origin", "cors_origins", multiple=True, help="From where browsers may call."),
    click.option("--first-party/--third-party", default=None, help="Whether consent is not asked for."),
    click.option("--client-uri", help="Its home page."),
    click.option("--logo-uri", help="Its logo: PNG, JPEG, GIF or WebP. It is fetched once."),
    click.option("--policy-uri", help="Its privacy policy."),
    click.option("--tos-uri", help="Its terms of service."),
    click.option("--id-token-algorithm", type=_ALGORITHM, help="Of ID tokens; RS256 when left out."),
    click.option("--userinfo-algorithm", type=_ALGORITHM, help="Signed userinfo; plain JSON when left out."),
    click.option(
        "--claims-in-id-token/--claims-at-userinfo",
        default=None,
        help="Whether ID tokens say what userinfo says.",
    ),
    click.option("--access-token-lifetime", type=Duration(), help="At most, such as 10m."),
    click.option("--refresh-token-lifetime", type=Duration(), help="Until people sign in again, such as 7d."),
    click.option("--refresh-token-idle", type=Duration(), help="Until an unused one ends, such as 1d."),
    click.option(
        "--jwks-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Its public keys, a JWK Set.",
    ),
    click.option("--jwks-uri", help="Where its public keys are."),
)


def metadata(command: Command) -> Command:
    """Give a command the options that say what an application is."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@applications.command()
@click.option("--name", required=True, help="What people call it.")
@click.option("--client-id", default="", help="An id of your choice; a new one when left out.")
@click.option("--public", is_flag=True, help="It can keep no secret: a browser or native application.")
@metadata
@json_option
def create(out: Out, name: str, client_id: str, *, public: bool, **options: Any) -> None:
    """Create an application; the secret of a confidential one is shown once."""
    named = _named(options)
    if public and named.get("auth_method", "none") != "none":
        raise Refused("A public application does not authenticate.")
    method = "none" if public else named.pop("auth_method", "client_secret_basic")
    named.pop("auth_method", None)
    wanted = Application(
        id=client_id,
        name=name,
        auth_method=cast("AuthMethod", method),
        redirect_uris=named.pop("redirect_uris", ()),
        scopes=named.pop("scopes", USUAL_SCOPES),
        profile=cast("Profile", named.pop("profile", "standard")),
        **named,
    )
    app = application()
    with UnitOfWork(app):
        made, secret = application_registration.register(wanted, origin())
    out.one({"client_id": made.id, "client_secret": secret, "auth_method": made.auth_method})
    if secret:
        out.say("The secret is shown this once.")
    logos.fetch(out, app, [made.id])


@applications.command("list")
@click.option("--after", default="", help="Client id behind which to begin, for the next page.")
@click.option(
    "--limit", default=100, type=click.IntRange(1, 1000), help="How many to show.", show_default=True
)
@database_command
def list_(out: Out, after: str, limit: int) -> None:
    """List applications by id."""
    rows = [
        {"client_id": each.id, "name": each.name, "profile": each.profile, "auth_method": each.auth_method,
         "disabled_at": each.disabled_at}
        for each in store.page(after=after, limit=limit)
    ]  # fmt: skip
    out.many(rows, "There is no application; make one with: authserver applications create --help")


@applications.command()
@click.argument("client_id")
@database_command
def show(out: Out, client_id: str) -> None:
    """Show the application CLIENT_ID; never its secrets."""
    out.one(_row(application_registration.get(client_id)))


@applications.command()
@click.argument("client_id")
@click.option("--name", help="What people call it.")
@metadata
@json_option
def update(out: Out, client_id: str, name: str | None, **options: Any) -> None:
    """Change the application CLIENT_ID; what is not named stays. A logo that is named is fetched again."""
    changes = _named(options) | ({"name": name} if name else {})
    app = application()
    with UnitOfWork(app):
        changed = application_registration.update(client_id, origin(), **changes)
    out.one(_row(changed))
    logos.fetch(out, app, [changed.id], again="logo_uri" in changes)


@applications.command()
@click.argument("client_id")
@database_command
def disable(out: Out, client_id: str) -> None:
    """Disable the application CLIENT_ID: nobody signs in to it any more."""
    out.one(_row(application_registration.set_disabled(client_id, origin(), disabled=True)))


@applications.command()
@click.argument("client_id")
@database_command
def enable(out: Out, client_id: str) -> None:
    """Enable the application CLIENT_ID again."""
    out.one(_row(application_registration.set_disabled(client_id, origin(), disabled=False)))


@applications.command()
@click.argument("client_id")
@click.option("--yes", is_flag=True, help="Don't ask.")
@database_command
def delete(out: Out, client_id: str, *, yes: bool) -> None:
    """Delete the application CLIENT_ID for ever; its id is never given out again."""
    found = application_registration.get(client_id)
    if not yes and not out.as_json:
        click.confirm(f"Delete {found.name} for ever?", abort=True)
    application_registration.delete(found.id, origin())
    out.one({"deleted": found.id})


def _named(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given, the file of keys read."""
    named = {name: value for name, value in options.items() if value not in (None, ())}
    file = named.pop("jwks_file", None)
    return named | {"jwks": _keys(file)} if file else named


def _keys(file: Path) -> dict[str, Any]:
    if file.stat().st_size > LARGEST_JWKS:
        raise Refused(f"{file} has more than {LARGEST_JWKS // 1024} KiB.")
    try:
        document = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError:
        raise Refused(f"{file} is no JSON document.") from None
    if not isinstance(document, dict):
        raise Refused(f"{file} is no JWK Set.")
    return document


def _row(shown: Application) -> Row:
    row = asdict(shown)
    del row["secrets"]
    return row


def _owner(client_id: str) -> tuple[str, str | None]:
    return application_registration.get(client_id).id, None


applications.add_command(secrets_group(secret_store.OF_APPLICATIONS, _owner, "CLIENT_ID"))
