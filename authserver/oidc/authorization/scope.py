"""What the client wants to know and do: scopes, resources, single claims."""

from typing import Any

import orjson

from authserver.clients.application import PERSONAL_SCOPES
from authserver.oidc.authorization.draft import Draft
from authserver.oidc.errors import OAuthError, Redirected
from authserver.oidc.tokens.person_claims import SCOPE_OF, within
from authserver.oidc.tokens.scopes import audiences, narrowed
from authserver.oidc.vocabulary import OPENID, PASSWORD_ACR

LONGEST_CLAIMS = 16 * 1024
"""Bytes of the `claims` parameter."""

LONGEST_SUBJECT = 255
_SCALAR = (str, int, float, bool)


def scope(draft: Draft) -> Draft:
    """Check the scopes against what the client may ask for. Raises Redirected."""
    wanted = tuple(dict.fromkeys(part for part in draft["scope"].split(" ") if part))
    # OpenID Connect Core section 3.1.2.1: requests MUST contain the openid scope value.
    if OPENID not in wanted:
        raise Redirected("invalid_scope", "The scope must contain openid.")
    known = {each for each in wanted if each in PERSONAL_SCOPES or each in draft.by_scope}
    # RFC 6749 section 4.1.2.1: invalid, unknown, malformed, or more than the client may have.
    if known != set(wanted) or not known <= set(draft.client.scopes):
        raise Redirected("invalid_scope", "A requested scope is unknown or not allowed for this client.")
    try:
        wanted = narrowed(wanted, tuple(draft.values("resource")), draft.by_scope)
        of_resources = tuple(each for each in wanted if each in draft.by_scope)
        if of_resources:
            audiences(of_resources, draft.by_scope)
    except OAuthError as error:
        raise Redirected(error.code, error.description) from error
    return draft.having(scopes=wanted, agreed=wanted)


def claims(draft: Draft) -> Draft:
    """Read the request for single claims (OpenID Connect Core section 5.5). Raises Redirected."""
    text = draft["claims"]
    if not text:
        return draft
    document = _parsed(text)
    wanted: dict[str, dict[str, Any]] = {}
    for where in ("userinfo", "id_token"):
        members = document.get(where)
        if members is None:
            continue
        if not isinstance(members, dict) or not all(
            each is None or isinstance(each, dict) for each in members.values()
        ):
            raise Redirected("invalid_request", "The claims parameter has a member that is not an object.")
        wanted[where] = {name: each or {} for name, each in members.items()}
    allowed = draft.client.scopes
    requested = {
        where: {name: _flat(how) for name, how in within(members, allowed).items()}
        for where, members in wanted.items()
    }
    acr = wanted.get("id_token", {}).get("acr", {})
    offered = PASSWORD_ACR in (acr.get("value"), *_list(acr.get("values")))
    asked = "value" in acr or "values" in acr
    return draft.having(
        claims=requested,
        agreed=(*draft.request.scopes, *_implied(requested, draft.request.scopes)),
        # OpenID Connect Core section 5.5.1.1: an essential one that can't be met is a failed authentication.
        acr_required=bool(acr.get("essential")) and asked and not offered,
        hinted_subject=_subject(wanted),
    )


def _parsed(text: str) -> dict[str, Any]:
    if len(text.encode()) > LONGEST_CLAIMS:
        raise Redirected("invalid_request", "The claims parameter is too large.")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Redirected("invalid_request", "The claims parameter is not a JSON object.") from error
    if not isinstance(document, dict) or "\\u0000" in text:
        raise Redirected("invalid_request", "The claims parameter is not a JSON object.")
    return document


def _flat(wish: dict[str, Any]) -> dict[str, Any]:
    # OpenID Connect Core section 5.5.1 knows three members; others are ignored, and what is nested in them.
    kept = {name: wish[name] for name in ("essential", "value") if isinstance(wish.get(name), _SCALAR)}
    values = [value for value in _list(wish.get("values")) if isinstance(value, _SCALAR)]
    return kept | ({"values": values} if values else {})


def _subject(wanted: dict[str, dict[str, Any]]) -> str:
    # OpenID Connect Core section 3.1.2.2: a sub claim with a value asks for this person, and nobody else.
    value = wanted.get("id_token", {}).get("sub", {}).get("value", "")
    # OpenID Connect Core section 2: a sub has no more than 255 ASCII characters.
    if not isinstance(value, str) or not value.isascii() or len(value) > LONGEST_SUBJECT:
        raise Redirected("invalid_request", "The claims parameter names a sub that nobody has.")
    return value


def _implied(requested: dict[str, dict[str, Any]], scopes: tuple[str, ...]) -> tuple[str, ...]:
    # Single claims are no way around the person's consent: each stands for the scope that it belongs to.
    named = {SCOPE_OF[name] for members in requested.values() for name in members if name in SCOPE_OF}
    return tuple(scope for scope in PERSONAL_SCOPES if scope in named and scope not in scopes)


def _list(values: object) -> list[object]:
    return values if isinstance(values, list) else []
