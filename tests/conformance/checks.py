"""What nearly every module checks besides its own question."""

import math
import re
from collections import Counter
from datetime import date
from typing import Any

ALLOWED_IN_ID_TOKENS = frozenset(
    {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash",
     "s_hash", "nbf", "jti", "sid", "txn"}
)  # fmt: skip
"""Without the `claims` parameter nothing else belongs into the ID token of the code flow."""

CLAIMS_OF_SCOPES = {
    "profile": (
        "name", "given_name", "family_name", "middle_name", "nickname", "profile", "picture", "website",
        "gender", "birthdate", "zoneinfo", "locale", "updated_at", "preferred_username",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}  # fmt: skip
"""OpenID Connect Core section 5.4."""

_ALLOWED_IN_ERRORS = {"error", "error_description", "error_uri", "state", "session_state", "iss"}
_TYPES: dict[str, type] = {
    "updated_at": int,
    "email_verified": bool,
    "phone_number_verified": bool,
    "address": dict,
}
_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
LEAST_BITS = 96
LEAST_CHARACTERS = 22
"""Of base64url, for 128 bits."""


def is_random(value: str) -> bool:
    """Return whether a code or token is long and mixed enough."""
    share = [count / len(value) for count in Counter(value).values()]
    entropy = -sum(each * math.log2(each) for each in share) * len(value)
    return len(value) >= LEAST_CHARACTERS and entropy > LEAST_BITS


def is_error(said: dict[str, Any]) -> bool:
    """Return whether an error answer has only what it may have, in the characters that it may have."""
    described = _DESCRIPTION.fullmatch(said.get("error_description", "none"))
    return said.keys() <= _ALLOWED_IN_ERRORS and bool(described)


def are_standard_claims(claims: dict[str, Any]) -> bool:
    """Return whether every standard claim that is there has the type and form of Core section 5.1."""
    for name in (name for names in CLAIMS_OF_SCOPES.values() for name in names if name in claims):
        value = claims[name]
        if type(value) is not _TYPES.get(name, str) or value in ("", "null", {}):
            return False
    if not all(isinstance(line, str) and line for line in claims.get("address", {}).values()):
        return False
    born = claims.get("birthdate", "2000")
    return bool(re.fullmatch(r"[0-9]{4}", born) or date.fromisoformat(born))
