"""Applications registered at a live server, as its operator would."""

from dataclasses import dataclass

from tests.support.server import Server

PERSONAL = ("openid", "profile", "email")


@dataclass(frozen=True)
class ApplicationCredentials:
    """What `applications create` printed; a public application has no secret."""

    client_id: str
    client_secret: str | None
    auth_method: str


def new_application(
    server: Server, *more: str, redirect_uri: str, scopes: tuple[str, ...] = PERSONAL, name: str = "Shop"
) -> ApplicationCredentials:
    """Register an application, with `more` options of the command."""
    named = [part for scope in scopes for part in ("--scope", scope)]
    made = server.json(
        "applications", "create", "--name", name, "--redirect-uri", redirect_uri, *named, *more
    )
    return ApplicationCredentials(**made)
