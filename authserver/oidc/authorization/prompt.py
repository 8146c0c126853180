"""How the person is to be met: prompt, max_age, whom the request is about, in which language."""

import re

from authserver.oidc.authorization.draft import Draft
from authserver.oidc.errors import Redirected
from authserver.oidc.tokens.reader import TokenReader, UnreadableToken
from authserver.oidc.vocabulary import ID_TOKEN_TYPE

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
LONGEST_HINT = 254
LONGEST_MAX_AGE = 10
"""Digits."""

_LANGUAGES = re.compile(r"[A-Za-z0-9-]{1,35}(?: [A-Za-z0-9-]{1,35}){0,9}")


def prompt(draft: Draft) -> Draft:
    """Read which pages the client asks for. Raises Redirected."""
    wanted = frozenset(draft["prompt"].split())
    if not wanted <= PROMPTS:
        raise Redirected("invalid_request", "The prompt is unknown.")
    # OpenID Connect Core section 3.1.2.1: none with any other value is an error.
    if "none" in wanted and len(wanted) > 1:
        raise Redirected("invalid_request", "The prompt none goes with no other one.")
    return draft.having(prompt=wanted)


def max_age(draft: Draft) -> Draft:
    """Read how old (seconds) an authentication may be. Raises Redirected."""
    text = draft["max_age"]
    if not text:
        return draft
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_MAX_AGE:
        raise Redirected("invalid_request", "The max_age must be a number of seconds.")
    return draft.having(max_age=int(text))


def hints(draft: Draft, reader: TokenReader) -> Draft:
    """Read whom the client expects, and in which language. Raises Redirected."""
    languages = draft["ui_locales"]
    draft = draft.having(
        # Whoever may be meant: it fills in a field, and is never trusted.
        login_hint=draft["login_hint"] if len(draft["login_hint"]) <= LONGEST_HINT else "",
        # OpenID Connect Core section 3.1.2.1: no error for a language that is not offered.
        ui_locales=languages if _LANGUAGES.fullmatch(languages) else "",
    )
    token = draft["id_token_hint"]
    if not token:
        return draft
    try:
        # OpenID Connect Core section 3.1.2.1: an ID token that this server issued; it may be expired.
        claims = reader.read(token, ID_TOKEN_TYPE, expired=True)
    except UnreadableToken as error:
        raise Redirected("invalid_request", "The id_token_hint is not an ID token of this server.") from error
    subject = str(claims["sub"])
    if draft.request.hinted_subject not in ("", subject):
        raise Redirected("invalid_request", "The id_token_hint and the claims name two people.")
    return draft.having(hinted_subject=subject)
