"""The words of the specifications that this server speaks, each in one place."""

from typing import Literal

ErrorCode = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_scope",
    "invalid_target",
    "unauthorized_client",
    "unsupported_grant_type",
    "temporarily_unavailable",
    "server_error",
]
"""RFC 6749 sections 4.1.2.1 and 5.2, RFC 8707 section 2."""

AuthMethod = Literal["client_secret_basic", "client_secret_post"]
"""OpenID Connect Core section 9."""

CLIENT_CREDENTIALS = "client_credentials"

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068 section 2.1, a media type
FORM = "application/x-www-form-urlencoded"

# The paths that existing clients know; several keep them for the life of a process.
OPENID_CONFIGURATION = "/.well-known/openid-configuration"
OAUTH_METADATA = "/.well-known/oauth-authorization-server"
JWKS = "/.well-known/openid-configuration/jwks"
TOKEN = "/connect/token"  # noqa: S105 - a path
