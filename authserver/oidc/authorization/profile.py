"""What the profiles of applications switch on and off, in one table."""

from dataclasses import dataclass

from authserver.clients.application import Profile


@dataclass(frozen=True, slots=True)
class Rules:
    """What an application of a profile must and may do."""

    pkce_required: bool
    response_types: frozenset[str]


RULES: dict[Profile, Rules] = {
    # RFC 9700 section 2.1.1: clients MUST use PKCE, confidential ones too.
    "standard": Rules(pkce_required=True, response_types=frozenset({"code"})),
    # For clients of a replaced server and for certification; confidential ones only.
    "legacy": Rules(pkce_required=False, response_types=frozenset({"code"})),
}
