"""Cookies that hold an opaque handle and nothing else (ASVS 3.3)."""

from flask import Response, current_app, request

SEEN_IN_FRAMES = ("session", "browser")
"""Cookies that say who is signed in: an operator may let them be sent to frames within other sites' pages."""


def prefixed(plain: str, *, https: bool) -> str:
    """Return the name of a cookie: over https with the prefix that binds it to this host (RFC 6265bis)."""
    return f"__Host-{plain}" if https else plain


def name_of(plain: str) -> str:
    """Return the name of a cookie on this server."""
    return prefixed(plain, https=_secure())


def get(plain: str) -> str | None:
    """Return what the browser sent, None when there is nothing that could be a handle."""
    value = request.cookies.get(name_of(plain))
    return value if value and len(value) <= 128 and value.isascii() else None  # noqa: PLR2004 - handles have 43


def put(response: Response, plain: str, handle: str, *, seconds: int | None = None) -> None:
    """Give the browser a handle: for some seconds, or (None) until it is closed."""
    response.set_cookie(
        name_of(plain),
        handle,
        max_age=seconds,
        path="/",
        secure=_secure(),
        httponly=True,
        samesite=_same_site(plain),
    )


def drop(response: Response, plain: str) -> None:
    """Let the browser forget a handle."""
    response.delete_cookie(
        name_of(plain), path="/", secure=_secure(), httponly=True, samesite=_same_site(plain)
    )


def _same_site(plain: str) -> str:
    return str(current_app.config["SIGNED_IN_SAMESITE"]) if plain in SEEN_IN_FRAMES else "Lax"


def _secure() -> bool:
    return str(current_app.config["ISSUER"]).startswith("https://")
