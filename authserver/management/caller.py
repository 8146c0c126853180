"""Who calls the management API: a person, by a token that an application got for them, or an API client."""

from dataclasses import dataclass
from typing import Self

from authserver.accounts.account import Account
from authserver.organizations import authority
from authserver.organizations.authority import Authority


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose token was checked. What they hold is asked at each request, in each organization."""

    authority: Authority
    actor: str
    """As the audit trail names them."""
    organization_id: str = ""
    """The one organization of an API client; an empty text for a person."""
    language: str = "en"
    application: str = ""
    """The id of the application that acts for a person."""

    @classmethod
    def person(cls, account: Account, application: str) -> Self:
        """Return a person and who acts for them; an operator too acts as a member, where they are one."""
        by, actor = authority.member(account.id), f"account:{account.id}"
        return cls(by, actor, language=account.language, application=application)

    @classmethod
    def api_client(cls, client_id: str, organization_id: str) -> Self:
        """Return an API client, which acts in its own organization and nowhere else."""
        return cls(authority.api_client(client_id), f"client:{client_id}", organization_id)

    @property
    def is_person(self) -> bool:
        """Whether this is a person."""
        return self.authority.kind == "member"
