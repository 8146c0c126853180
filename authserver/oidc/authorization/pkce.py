"""Proof Key for Code Exchange (RFC 7636): the challenge of the request, the verifier of the redemption."""

import base64
import hashlib
import hmac
import re

from authserver.oidc.authorization.draft import Draft
from authserver.oidc.authorization.profile import RULES
from authserver.oidc.errors import Redirected

# RFC 7636 section 4.2: BASE64URL-ENCODE(SHA256(...)) has 43 characters.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
# RFC 7636 section 4.1: 43 to 128 unreserved characters.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def pkce(draft: Draft) -> Draft:
    """Take the challenge. Raises Redirected."""
    challenge, method = draft["code_challenge"], draft["code_challenge_method"]
    if not challenge:
        # RFC 9700 section 2.1.1: clients MUST use PKCE; a method alone is a request that lost something.
        if RULES[draft.client.profile].pkce_required or method:
            raise Redirected("invalid_request", "The code_challenge is missing (PKCE, RFC 7636).")
        return draft
    # RFC 9700 section 2.1.1: not `plain`, which is what an absent method would mean (RFC 7636 section 4.3).
    if method != "S256":
        raise Redirected("invalid_request", "The code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise Redirected("invalid_request", "The code_challenge must be 43 characters of base64url.")
    return draft.having(code_challenge=challenge)


def verifies(verifier: str, challenge: str) -> bool:
    """Return whether a verifier fits a challenge (RFC 7636 section 4.6).

    Without a challenge there must be no verifier: else a request that lost its challenge on the way would
    pass (RFC 9700 section 4.8.2).
    """
    if not challenge:
        return not verifier
    if not _VERIFIER.fullmatch(verifier):
        return False
    computed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(computed, challenge.encode())
