"""What an operator declares in one TOML file, read and checked whole before anything is changed."""

import hashlib
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from authserver.base.errors import Refused
from authserver.clients.application import AUTH_METHODS, AuthMethod, Profile
from authserver.clients.resource import ClaimStyle
from authserver.keys.lifecycle import Algorithm

LARGEST = 1024 * 1024
SHORTEST_SECRET = 32
"""Characters of a secret that somebody else made: it must be hopeless to guess."""

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class _Declared(BaseModel):
    """A table of the file: frozen, and without names that mean nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _WithSecret(_Declared):
    """Something with a secret: from a variable, from a file, or as its SHA-256 in hexadecimal."""

    secret: str = Field("", repr=False)
    secret_file: str = ""
    secret_sha256: str = ""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(map(bool, (self.secret, self.secret_file, self.secret_sha256))) > 1:
            raise ValueError("give one of secret, secret_file and secret_sha256")
        if self.secret_sha256 and not _DIGEST.fullmatch(self.secret_sha256):
            raise ValueError("secret_sha256 has 64 lower-case hexadecimal digits")
        return self

    def secret_digest(self) -> bytes | None:
        """Return the SHA-256 of the declared secret, None when there is none. Raises Refused, OSError."""
        if self.secret_sha256:
            return bytes.fromhex(self.secret_sha256)
        secret = self.secret or (Path(self.secret_file).read_text().strip() if self.secret_file else "")
        if secret and len(secret) < SHORTEST_SECRET:
            raise Refused(f"A declared secret has at least {SHORTEST_SECRET} characters.")
        return hashlib.sha256(secret.encode()).digest() if secret else None


class DeclaredOrganization(_Declared):
    """`[organizations.SLUG]`."""

    name: str
    id: str = ""
    """Of an organization that was made otherwise; one that a declaration made is remembered."""


class DeclaredResource(_Declared):
    """`[resources.NAME]`."""

    scopes: tuple[str, ...]
    audience: str = ""
    algorithm: Algorithm = "ES256"
    claim_style: ClaimStyle = "rfc9068"
    lifetime: int = 3600
    internal: bool = False
    permissions: dict[str, str] | None = None
    """Names and what they allow, in words; None leaves those that there are."""


class DeclaredApplication(_WithSecret):
    """`[applications.CLIENT_ID]`."""

    name: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    public: bool = False
    auth_method: AuthMethod | Literal[""] = ""
    profile: Profile = "standard"
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    cors_origins: tuple[str, ...] = ()
    first_party: bool = False
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    id_token_algorithm: Algorithm = "RS256"  # noqa: S105 - an algorithm
    userinfo_algorithm: Algorithm | Literal[""] = ""
    claims_in_id_token: bool = False
    access_token_lifetime: int | None = None
    refresh_token_lifetime: int | None = None
    refresh_token_idle: int | None = None
    jwks_file: str = ""
    jwks_uri: str = ""

    @model_validator(mode="after")
    def _public_ones_keep_no_secret(self) -> Self:
        if self.public and (self.auth_method not in ("", "none") or self.secret or self.secret_file):
            raise ValueError("a public application does not authenticate")
        return self

    @property
    def method(self) -> AuthMethod:
        """How it authenticates."""
        return "none" if self.public else self.auth_method or AUTH_METHODS[1]

    def keys(self) -> dict[str, Any] | None:
        """Return the application's public keys from their file. Raises Refused, OSError."""
        if not self.jwks_file:
            return None
        try:
            document: dict[str, Any] = orjson.loads(Path(self.jwks_file).read_bytes())
        except orjson.JSONDecodeError:
            raise Refused(f"{self.jwks_file} is no JSON document.") from None
        return document


class DeclaredApiClient(_WithSecret):
    """`[api_clients.CLIENT_ID]`, where the id is a UUID."""

    organization: str
    name: str
    scopes: tuple[str, ...]
    permissions: tuple[str, ...] | None = None
    """None leaves those that there are."""


class Declaration(_Declared):
    """The whole file."""

    organizations: dict[str, DeclaredOrganization] = {}
    resources: dict[str, DeclaredResource] = {}
    applications: dict[str, DeclaredApplication] = {}
    api_clients: dict[str, DeclaredApiClient] = {}


def read(file: Path) -> Declaration:
    """Return what a file declares, `${NAME}` replaced by variables. Raises Refused."""
    if file.stat().st_size > LARGEST:
        raise Refused(f"{file} has more than {LARGEST // 1024} KiB.")
    try:
        document = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{file}: {error}") from None
    _require_secrets_from_outside(document)
    try:
        return Declaration.model_validate(_expanded(document))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {str(fault['msg']).removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False)
        )
        raise Refused(f"{file}: {faults}") from None


def _require_secrets_from_outside(document: dict[str, Any]) -> None:
    """Refuse secrets in clear: the file is meant to be kept with the code."""
    for kind in ("applications", "api_clients"):
        table = document.get(kind)
        for key, declared in table.items() if isinstance(table, dict) else ():
            secret = declared.get("secret", "") if isinstance(declared, dict) else ""
            if secret and not _VARIABLE.fullmatch(str(secret)):
                raise Refused(
                    f"{kind}.{key}.secret must be a variable such as ${{NAME}}, never the secret itself."
                )


def _expanded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _expanded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_expanded(each) for each in value]
    return _VARIABLE.sub(_variable, value) if isinstance(value, str) else value


def _variable(match: re.Match[str]) -> str:
    value = os.environ.get(match[1])
    if not value:
        raise Refused(f"The variable {match[1]} is not set.")
    return value
