"""Claims about a person: which scope stands for which, and what the account has (Core sections 5.1, 5.4)."""

from typing import Any

from authserver.accounts.account import Account
from authserver.accounts.profile import Profile

PROFILE = (
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
    "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
)  # fmt: skip
OF_SCOPE: dict[str, tuple[str, ...]] = {
    "profile": PROFILE,
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
    # Not of the specification: see tokens/organization_claims.py.
    "organization": ("org_id", "org_name", "org_role", "permissions", "organizations"),
}
"""OpenID Connect Core section 5.4."""

SCOPE_OF = {name: scope for scope, names in OF_SCOPE.items() for name in names}

SUPPORTED = ("sub", *(name for names in OF_SCOPE.values() for name in names))
_ADDRESS = ("street_address", "locality", "region", "postal_code", "country")


def of_person(account: Account, profile: Profile) -> dict[str, Any]:
    """Return every claim that an account has: typed as specified, nothing empty, nothing null."""
    said: dict[str, Any] = {
        name: value for name in PROFILE if name != "updated_at" and (value := getattr(profile, name))
    }
    said["updated_at"] = max(profile.updated_at, account.created_at)
    said["email"] = account.email
    said["email_verified"] = account.proven
    if address := {part: value for part in _ADDRESS if (value := getattr(profile, part))}:
        said["address"] = address
    if profile.phone_number:
        # Nobody called there.
        said |= {"phone_number": profile.phone_number, "phone_number_verified": False}
    return said


def within(requested: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    """Return the requested claims that an application with these scopes may have."""
    return {name: how for name, how in requested.items() if name not in SCOPE_OF or SCOPE_OF[name] in allowed}


def chosen(everything: dict[str, Any], scopes: tuple[str, ...], requested: dict[str, Any]) -> dict[str, Any]:
    """Return the claims that scopes stand for, and those that were requested by name."""
    wanted = {name for scope in scopes for name in OF_SCOPE.get(scope, ())} | set(requested)
    return {name: value for name, value in everything.items() if name in wanted}
