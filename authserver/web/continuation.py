"""Where a person came from and goes on to, through signing in, registering and choosing a password.

All that travels is a path of this server. What the pages show of the application behind it, a resolver finds
again on the server at each page.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl

from flask import Flask, current_app, request, session
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException

from authserver.base.clock import now

PARAMETER = "next"
LONGEST = 1024
REMEMBERED = 3600
"""Seconds for which a browser that opens the letter's link finds its way back."""

_KEPT = "next"
_EXTENSION = "continuations"

# RFC 3986 section 3.3 without percent-encoding: nothing that a browser could read as another host.
_OWN = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?")
_OTHER_WAYS = re.compile(r"//|/\.{1,2}(?:/|$)")


@dataclass(frozen=True, slots=True)
class Continuation:
    """A request of an application that waits until the person is signed in."""

    resume_url: str
    label: str | None = None
    logo_url: str | None = None
    policy_url: str | None = None
    tos_url: str | None = None
    cancel_url: str | None = None
    login_hint: str = ""
    reauthenticate: bool = False
    """Whether the person has to give the password although signed in."""


Resolver = Callable[[str], Continuation | None]
"""From a path of this server to what waits there, None when the path is not the resolver's."""


def own_path(text: str | None) -> str:
    """Return a path of this server, or an empty text for everything else (ASVS 3.7.2)."""
    if not text or len(text) > LONGEST or not _OWN.fullmatch(text):
        return ""
    return "" if _OTHER_WAYS.search(text.partition("?")[0]) else text


def wanted() -> str:
    """Return the path that this request asks to go on to, or an empty text."""
    values = cast("ImmutableMultiDict[str, str]", request.form if request.method == "POST" else request.args)
    return own_path(values.get(PARAMETER))


def remember(path: str) -> None:
    """Keep a path in this browser, for the link of a letter that is opened in it."""
    if path:
        session[_KEPT] = [path, now()]


def languages() -> str:
    """Return the languages (`ui_locales`) that the application behind a page asked for."""
    try:
        query = wanted().partition("?")[2]
    except HTTPException:
        # The body is too large to be looked at; the page that says so asks for its language, too.
        return ""
    return dict(parse_qsl(query)).get("ui_locales", "")


def recall() -> str:
    """Return the path that was kept in this browser until its sign-in; an empty text when it is old."""
    kept = session.get(_KEPT)
    if isinstance(kept, list) and len(kept) == len(("path", "at")) and kept[1] > now() - REMEMBERED:
        return own_path(str(kept[0]))
    return ""


def add_resolver(app: Flask, resolver: Resolver) -> None:
    """Let somebody tell what waits at paths of theirs."""
    app.extensions.setdefault(_EXTENSION, []).append(resolver)


def at(path: str) -> Continuation | None:
    """Return what waits at a path, None when it is just a page."""
    for resolver in current_app.extensions.get(_EXTENSION, []):
        found = cast("Continuation | None", resolver(path)) if path else None
        if found is not None:
            return found
    return None
