"""Cookies that hold an opaque handle and nothing else (ASVS 3.3)."""

from flask import Response, current_app, request


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
        name_of(plain), handle, max_age=seconds, path="/", secure=_secure(), httponly=True, samesite="Lax"
    )


def drop(response: Response, plain: str) -> None:
    """Let the browser forget a handle."""
    response.delete_cookie(name_of(plain), path="/", secure=_secure(), httponly=True, samesite="Lax")


def _secure() -> bool:
    return str(current_app.config["ISSUER"]).startswith("https://")
