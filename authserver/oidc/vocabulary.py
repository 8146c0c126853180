"""The words of the specifications that this server speaks, each in one place."""

from typing import Literal

ErrorCode = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "insufficient_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "access_denied",
    "login_required",
    "consent_required",
    "unmet_authentication_requirements",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
    "temporarily_unavailable",
    "server_error",
]
"""RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 8707 section 2, OpenID Connect Core section
3.1.2.6, OpenID Connect Core Error Code unmet_authentication_requirements."""

AuthMethod = Literal["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]
"""OpenID Connect Core section 9."""

ResponseMode = Literal["query", "form_post"]
"""OAuth 2.0 Multiple Response Type Encoding Practices section 2.1, OAuth 2.0 Form Post Response Mode."""

AUTHORIZATION_CODE = "authorization_code"
CLIENT_CREDENTIALS = "client_credentials"
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a grant type

OPENID = "openid"
OFFLINE_ACCESS = "offline_access"
ORGANIZATION = "organization"
"""A scope, and the parameter that names one."""

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068 section 2.1, a media type
ID_TOKEN_TYPE = "JWT"  # noqa: S105 - RFC 7519 section 5.1, a media type
LOGOUT_TOKEN_TYPE = "logout+jwt"  # noqa: S105 - Back-Channel Logout section 2.4, a media type
CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SECURITY_EVENTS_TYPE = "secevent-feed+jwt"
"""Of this server's own making: explicit typing as in RFC 8725 section 3.11."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
FORM = "application/x-www-form-urlencoded"

PASSWORD_ACR = "pwd"  # noqa: S105 - an authentication context class
PASSWORD_AMR = ("pwd",)
"""RFC 8176 section 2."""

# The paths that existing clients know; several keep them for the life of a process.
OPENID_CONFIGURATION = "/.well-known/openid-configuration"
OAUTH_METADATA = "/.well-known/oauth-authorization-server"
JWKS = "/.well-known/openid-configuration/jwks"
AUTHORIZE = "/connect/authorize"
TOKEN = "/connect/token"  # noqa: S105 - a path
USERINFO = "/connect/userinfo"
END_SESSION = "/connect/endsession"
REVOCATION = "/connect/revocation"
INTROSPECTION = "/connect/introspect"
SECURITY_EVENTS = "/connect/security-events"
