"""Members and invitations in requests and answers."""

from typing import Literal, Self

from pydantic import Field, model_validator

from authserver.management.messages.base import UUID, Answered, Asked, Names, Text, Time
from authserver.management.messages.organizations import Role
from authserver.management.messages.paging import Page, PageQuery
from authserver.organizations.invitation import Invitation
from authserver.organizations.invitations import Pending
from authserver.organizations.roster import Listed

GRANTED = "What was granted by name; an Administrator holds everything, and is granted nothing by name"
LetterState = Literal["waiting", "sent", "failed"]


class MemberAnswer(Answered):
    """A person in an organization."""

    account_id: UUID
    email: str
    name: str = Field(description="As the person gave it; may be empty")
    role: Role
    permissions: list[str] = Field(description=GRANTED)
    held: list[str] = Field(description="What the person holds at this moment")
    joined_at: Time

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """Return how a member is told."""
        membership = listed.membership
        return cls(
            account_id=membership.account_id,
            email=listed.account.email,
            name=listed.name,
            role=membership.role,
            permissions=sorted(membership.permissions),
            held=sorted(listed.rights.permissions),
            joined_at=membership.joined_at,
        )


class MemberPage(Page):
    """Members by address."""

    items: list[MemberAnswer]


class MemberQuery(PageQuery):
    """Which members."""

    search: str = Field("", max_length=100, description="A part of the address or of the name, in any case")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if not self.search.isprintable():
            raise ValueError("a search holds printable characters")
        return self


class ChangeMember(Asked):
    """Another role, other permissions, or both; what is left out stays."""

    role: Role | None = None
    permissions: Names | None = Field(
        None, description="All that shall be granted by name, not only what is new"
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.role is None and self.permissions is None:
            raise ValueError("name a role, permissions, or both")
        return self


class Invite(Asked):
    """Whom to invite, as what."""

    email: Text
    role: Role = "member"
    permissions: Names = Field(default_factory=list)
    language: Literal["en", "de"] | None = Field(
        None, description="Of the letter; the caller's own otherwise"
    )


class InvitationAnswer(Answered):
    """An invitation that nobody accepted yet."""

    id: UUID
    email: str
    role: Role
    permissions: list[str]
    invited_by: str = Field(description="Who answers for it: member:ID, api_client:ID or operator:ID")
    created_at: Time
    expires_at: Time
    expired: bool
    letter: LetterState = Field(description="What became of the newest letter")

    @classmethod
    def of(cls, pending: Pending) -> Self:
        """Return how an invitation is told."""
        return cls._of(pending.invitation, pending.letter, expired=pending.expired)

    @classmethod
    def new(cls, invitation: Invitation) -> Self:
        """Return how an invitation is told whose letter is about to go out."""
        return cls._of(invitation, "waiting", expired=False)

    @classmethod
    def _of(cls, invitation: Invitation, letter: LetterState, *, expired: bool) -> Self:
        return cls(
            id=invitation.id,
            email=invitation.email,
            role=invitation.wanted.role,
            permissions=sorted(invitation.wanted.permissions),
            invited_by=invitation.inviter,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            expired=expired,
            letter=letter,
        )


class InvitationPage(Page):
    """Invitations by address."""

    items: list[InvitationAnswer]
